// Two models, one prompt: what their answers' speeds say about each other.

import { isRunning } from "./answering.js";
import { element } from "./elements.js";
import { duration, shortNumber } from "./numbers.js";

/// A line that compares two answers, with a bar each; hidden until both are there.
export class Comparison {
  constructor(turn) {
    this.turn = turn;
    this.root = element("div", { class: "comparison", hidden: true });
    this.draw();
  }

  draw() {
    const { answers } = this.turn;
    const speeds = answers.map((answer) => answer.speed?.tokensPerSecond);
    const isReady = answers.length === 2 && !answers.some(isRunning) && speeds.every((speed) => speed > 0);
    this.root.hidden = !isReady;
    if (!isReady) return;
    const fastest = Math.max(...speeds);
    this.root.replaceChildren(
      element("p", {}, verdict(answers, speeds)),
      ...answers.map((answer, column) => {
        const bar = element("span", { class: `bar hue${column}` });
        bar.style.width = `${(100 * speeds[column]) / fastest}%`;
        return element("div", { class: "comparison-row" },
          element("span", { class: "comparison-name" }, answer.model),
          element("span", { class: "track", "aria-hidden": "true" }, bar),
          element("span", { class: "comparison-value" }, `${shortNumber(speeds[column])} tokens/s`));
      }));
  }
}

function verdict(answers, speeds) {
  const [fast, slow] = speeds[0] >= speeds[1] ? [0, 1] : [1, 0];
  const ratio = speeds[fast] / speeds[slow];
  const writing = ratio < 1.03
    ? "Both wrote equally fast"
    : `${answers[fast].model} wrote ${shortNumber(ratio)} times as fast`;
  const firsts = answers.map((answer) => answer.speed.firstSeconds);
  if (!firsts.every((first) => first > 0)) return `${writing}.`;
  const early = firsts[0] <= firsts[1] ? 0 : 1;
  const who = ratio >= 1.03 && early === fast ? " and" : `; ${answers[early].model}`;
  return `${writing}${who} began first, after ${duration(firsts[early])}.`;
}
