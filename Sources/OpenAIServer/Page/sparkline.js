// A small line of the last two minutes.

import { drawing } from "./elements.js";
import { shortNumber } from "./numbers.js";

const span = 120; // seconds
const width = 240;
const height = 44;
// Longer than this between two values, and the page was not looking: no line is drawn across.
const gap = 4; // seconds

/// `unit` is what is read out: "tokens per second generated".
export class Sparkline {
  constructor(unit, hue) {
    this.unit = unit;
    this.values = []; // [time in seconds, value], the oldest first.
    this.area = drawing("path", { class: "spark-area" });
    this.line = drawing("path", { class: "spark-line" });
    this.root = drawing("svg", {
      class: `sparkline ${hue}`, viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img",
    }, this.area, this.line);
  }

  add(time, value) {
    this.values.push([time, Number.isFinite(value) ? value : 0]);
    while (this.values[0][0] < time - span) this.values.shift();
    const most = Math.max(...this.values.map(([, each]) => each));
    // A scale of at least 1, so that nothing stays a flat line at the bottom.
    const scale = (height - 4) / Math.max(most, 1);
    const stretches = [];
    this.values.forEach(([at, each], index) => {
      const point = [width - ((time - at) / span) * width, height - 2 - each * scale].map((place) => place.toFixed(1));
      if (index === 0 || at - this.values[index - 1][0] > gap) stretches.push([]);
      stretches.at(-1).push(point);
    });
    const lines = stretches.map((points) => `M${points.map((point) => point.join(" ")).join("L")}`);
    this.line.setAttribute("d", lines.join(""));
    this.area.setAttribute("d", lines.map((line, index) => {
      const [first, last] = [stretches[index][0][0], stretches[index].at(-1)[0]];
      return `${line}L${last} ${height}L${first} ${height}Z`;
    }).join(""));
    this.root.setAttribute("aria-label",
      `${this.unit}: ${shortNumber(value)} now, at most ${shortNumber(most)} in the last two minutes`);
  }
}
