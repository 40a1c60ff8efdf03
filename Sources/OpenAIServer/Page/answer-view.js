// One answer on the page: its text as it grows, how fast it came, what went wrong, and what can be done with it.

import { isRunning, stop, watchAnswer } from "./answering.js";
import { copyText, element, iconButton } from "./elements.js";
import { editInPlace } from "./edit-box.js";
import { GrowingText, Pace } from "./markdown.js";
import { duration, shortNumber, wholeNumber } from "./numbers.js";

const ends = { stop: "complete", length: "token limit", content_filter: "withheld", tool_calls: "calls a tool" };

/// `actions` are what the conversation does with it: `again()`, `goOn()`, `edit(text)` and `editPrompt(opener)`.
export class AnswerView {
  constructor(answer, { prompt, isText, hue, announce, finished, actions }) {
    Object.assign(this, { answer, prompt, isText, announce, finished, actions });
    this.written = element(isText ? "span" : "div", { class: isText ? "written" : "prose" });
    this.text = isText
      ? element("div", { class: "story" }, element("span", { class: "given" }, prompt), this.written)
      : element("div", {}, this.written);
    this.thoughts = element("div", { class: "thoughts" });
    this.thinking = element("details", { class: "thinking", hidden: true },
      element("summary", {}, "Thinking"), this.thoughts);
    this.waiting = element("p", { class: "waiting" },
      element("span", { class: "pulse", "aria-hidden": "true" }), "Reading the prompt");
    this.problem = element("div", { class: "problem", role: "alert", hidden: true });
    this.note = element("p", { class: "note", hidden: true });
    this.speed = element("dl", { class: "speed" });
    this.buttons = element("div", { class: "actions" });
    this.root = element("section", { class: "answer", "aria-label": `Answer of ${answer.model}` },
      element("div", { class: "answer-name" },
        element("span", { class: `dot hue${hue}`, "aria-hidden": "true" }), answer.model),
      this.thinking, this.text, this.waiting, this.problem, this.note,
      element("div", { class: "answer-foot" }, this.buttons, this.speed));
    this.growing = new GrowingText(this.written, isText ? "plain" : "markdown");
    this.thought = new GrowingText(this.thoughts, "plain");
    this.pace = new Pace(() => this.draw());
    this.wasRunning = isRunning(answer);
    this.unwatch = watchAnswer(answer, () => this.changed());
    this.pace.now();
    this.showButtons();
  }

  close() {
    this.unwatch();
  }

  changed() {
    const runs = isRunning(this.answer);
    if (runs === this.wasRunning) {
      this.pace.request();
      return;
    }
    this.wasRunning = runs;
    this.pace.now();
    this.showButtons();
    if (runs) return;
    const { model, state, text, error } = this.answer;
    if (state === "done") this.announce(`${model} answered: ${text.slice(0, 2000)}`);
    else if (!error) this.announce(`${model} stopped.`);
    this.finished();
  }

  draw() {
    const { answer, root } = this;
    const runs = isRunning(answer);
    root.setAttribute("aria-busy", String(runs));
    root.dataset.state = runs ? "running" : answer.state;
    root.dataset.finish = answer.finish ?? "";
    if (answer.reasoning) {
      this.thinking.hidden = false;
      this.thought.update(answer.reasoning, !runs);
    }
    this.growing.update(answer.text, !runs);
    this.waiting.hidden = !runs || answer.text !== "" || answer.reasoning !== "";
    this.showSpeed(runs);
    this.showProblem();
  }

  showSpeed(runs) {
    const { speed, finish, state, text } = this.answer;
    const failed = text === "" ? "failed" : "broke off";
    const end = runs ? null : state === "stopped" ? "stopped" : state === "failed" ? failed : ends[finish] ?? finish;
    const items = speed === null ? [] : [
      ["First token", speed.firstSeconds === undefined ? null : duration(speed.firstSeconds)],
      ["Speed", speed.tokensPerSecond === undefined ? null : `${shortNumber(speed.tokensPerSecond)} tokens/s`],
      ["Length", `${wholeNumber(speed.tokens)} ${speed.tokens === 1 ? "token" : "tokens"}`],
    ];
    items.push(["End", end]);
    this.speed.replaceChildren(...items.filter(([, value]) => value).map(([name, value]) =>
      element("div", { class: `speed-${name.split(" ")[0].toLowerCase()}` },
        element("dt", {}, name), element("dd", {}, value))));
    const prompt = speed?.promptTokens;
    this.speed.title = prompt === undefined ? "" : `Prompt of ${wholeNumber(prompt)} tokens`
      + (speed.cachedTokens ? `, ${wholeNumber(speed.cachedTokens)} of them known from before` : "");
  }

  showProblem() {
    const { error, text } = this.answer;
    const isShown = !isRunning(this.answer) && error !== null;
    // An alert is read out when it changes: leave it alone while it says the same.
    if (isShown && this.problem.hidden) {
      const button = (label, click) => element("button", { type: "button", class: "button", click }, label);
      this.problem.replaceChildren(element("strong", {}, error.message), " ", error.next,
        element("div", { class: "problem-buttons" },
          this.isText && text
            ? button("Go on from here", () => this.actions.goOn())
            : button("Try again", () => this.actions.again()),
          button("Edit the prompt", (event) => this.actions.editPrompt(event.target))));
    }
    this.problem.hidden = !isShown;
    const note = this.noteworthy();
    this.note.textContent = note ?? "";
    this.note.hidden = note === null;
  }

  /// What the text alone does not tell about how the answer ended.
  noteworthy() {
    const { state, text, finish } = this.answer;
    if (isRunning(this.answer) || state === "failed") return null;
    if (text === "") return state === "done" ? "The model ended at once." : "Stopped before the first token.";
    if (finish !== "length" || this.isText || state !== "done") return null;
    return "The answer ends at the limit of tokens; the settings can raise it.";
  }

  showButtons() {
    const hadFocus = this.buttons.contains(document.activeElement);
    this.buttons.replaceChildren(...this.makeButtons());
    if (hadFocus) this.buttons.querySelector("button").focus();
  }

  makeButtons() {
    const { answer, actions } = this;
    if (isRunning(answer)) {
      return [element("button", { type: "button", class: "button small", click: () => stop(answer) }, "Stop")];
    }
    const copy = iconButton("copy", "Copy the answer", async () => {
      const copied = await copyText(this.isText ? this.prompt + answer.text : answer.text);
      this.announce(copied ? "Copied." : "The browser did not allow copying.");
      copy.classList.toggle("is-done", copied);
      setTimeout(() => copy.classList.remove("is-done"), 1500);
    });
    const edit = iconButton("edit", "Edit the answer", () => editInPlace(this.text, {
      text: answer.text, label: "The answer", action: "Save", saved: (text) => actions.edit(text), opener: edit,
    }));
    const again = iconButton("again", "Regenerate", () => actions.again());
    const prompt = iconButton("prompt", "Edit the prompt", () => actions.editPrompt(prompt));
    const goOn = element("button", { type: "button", class: "button small", click: () => actions.goOn() },
      "Write more");
    return [answer.text && copy, again, this.isText && prompt, answer.text && edit, this.isText && answer.text && goOn]
      .filter(Boolean);
  }
}
