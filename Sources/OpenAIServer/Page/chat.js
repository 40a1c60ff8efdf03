// The conversation that is shown: its turns, and what the user does with them.

import { isRunning, run, stop } from "./answering.js";
import { AnswerView } from "./answer-view.js";
import { newAnswer, newTurn, save } from "./conversations.js";
import { editInPlace } from "./edit-box.js";
import { copyText, element, iconButton } from "./elements.js";
import { canChat } from "./models.js";
import { Comparison } from "./side-by-side.js";

export class Chat {
  /// `announce` tells screen readers, `offerUndo` shows a message with a way back, `changed` follows what runs.
  constructor(thread, { announce, offerUndo, changed }) {
    Object.assign(this, { thread, announce, offerUndo, changed });
    this.conversation = null;
    this.views = new Map(); // A turn → what shows it.
  }

  show(conversation) {
    for (const view of this.views.values()) view.close();
    this.views.clear();
    this.thread.replaceChildren();
    this.conversation = conversation;
    for (const turn of conversation.turns) this.addView(turn);
    this.changed();
  }

  get answers() {
    return this.conversation.turns.flatMap((turn) => turn.answers);
  }

  get isRunning() {
    return this.answers.some(isRunning);
  }

  stop() {
    for (const answer of this.answers) stop(answer);
  }

  /// Asks the chosen models. `mode` is "chat" or "text".
  send(prompt, mode) {
    const turn = newTurn(prompt, mode, this.conversation.models);
    this.conversation.turns.push(turn);
    this.start(turn, turn.answers.keys());
    this.addView(turn);
    save(this.conversation);
    this.changed();
  }

  /// Has some columns of a turn answered.
  start(turn, columns) {
    for (const column of columns) run(this.conversation, turn, column);
  }

  /// Answers anew, and another prompt if there is one, with the model that is chosen now for the column if it can.
  again(turn, columns, prompt = turn.prompt) {
    this.dropAfter(turn);
    turn.prompt = prompt;
    for (const column of columns) {
      stop(turn.answers[column]);
      const chosen = this.conversation.models[column];
      const canAnswer = chosen && (turn.mode === "text" || canChat([chosen]));
      turn.answers[column] = newAnswer(canAnswer ? chosen : turn.answers[column].model);
    }
    this.start(turn, columns);
    this.refresh(turn);
  }

  goOn(turn, column) {
    this.start(turn, [column]);
    this.changed();
  }

  editPrompt(turn, target, opener) {
    editInPlace(target, {
      text: turn.prompt, label: "Your message", opener,
      action: turn.mode === "chat" ? "Send" : "Continue",
      note: this.followers(turn) > 0 ? "What followed is dropped." : null,
      saved: (text) => {
        for (const answer of turn.answers) stop(answer);
        this.again(turn, [...turn.answers.keys()], text);
        this.announce("Sent.");
      },
    });
  }

  editAnswer(turn, column, text) {
    this.dropAfter(turn);
    const answer = turn.answers[column];
    Object.assign(answer, { text, state: "done", error: null, finish: null, speed: null });
    this.refresh(turn);
  }

  /// How many turns rest on a turn: in a chat all that follow; texts stand alone.
  followers(turn) {
    return turn.mode === "chat" ? this.conversation.turns.length - 1 - this.conversation.turns.indexOf(turn) : 0;
  }

  dropAfter(turn) {
    const count = this.followers(turn);
    if (count === 0) return;
    const { conversation } = this;
    const before = structuredClone(conversation.turns);
    for (const dropped of conversation.turns.splice(-count)) {
      dropped.answers.forEach(stop);
      this.views.get(dropped).close();
      this.views.delete(dropped);
    }
    const words = count === 1 ? "The turn that followed was dropped."
      : `The ${count} turns that followed were dropped.`;
    this.offerUndo(words, () => {
      conversation.turns.flatMap((each) => each.answers).forEach(stop);
      for (const answer of before.flatMap((each) => each.answers)) {
        if (answer.state === "running") answer.state = "stopped";
      }
      conversation.turns = before;
      save(conversation);
      if (this.conversation === conversation) this.show(conversation);
    });
  }

  refresh(turn) {
    const view = this.views.get(turn);
    const fresh = this.makeView(turn);
    const hadFocus = document.activeElement === document.body || view.root.contains(document.activeElement);
    view.root.replaceWith(fresh.root);
    if (hadFocus) fresh.root.querySelector(".answer .actions button").focus({ preventScroll: true });
    view.close();
    this.views.set(turn, fresh);
    save(this.conversation);
    this.changed();
  }

  addView(turn) {
    const view = this.makeView(turn);
    this.views.set(turn, view);
    this.thread.append(view.root);
  }

  makeView(turn) {
    const isText = turn.mode === "text";
    const isPair = turn.answers.length === 2;
    const prompt = isText ? null : this.makePrompt(turn);
    const comparison = new Comparison(turn);
    const answers = turn.answers.map((answer, column) => new AnswerView(answer, {
      prompt: turn.prompt, isText, hue: column, announce: this.announce,
      finished: () => {
        comparison.draw();
        this.changed();
      },
      actions: {
        again: () => this.again(turn, [column]),
        goOn: () => this.goOn(turn, column),
        edit: (text) => this.editAnswer(turn, column, text),
        editPrompt: (opener) => this.editPrompt(turn, prompt?.words ?? answers[column].text, opener),
      },
    }));
    const root = element("article", { class: `turn ${turn.mode}${isPair ? " pair" : ""}`, "data-turn": turn.id },
      prompt?.root, element("div", { class: "answers" }, answers.map((answer) => answer.root)), comparison.root);
    return {
      root,
      close() {
        for (const answer of answers) answer.close();
        root.remove();
      },
    };
  }

  makePrompt(turn) {
    const words = element("div", { class: "prompt-words" }, turn.prompt);
    const edit = iconButton("edit", "Edit the prompt", () => this.editPrompt(turn, words, edit));
    const copy = iconButton("copy", "Copy the prompt", async () => {
      this.announce((await copyText(turn.prompt)) ? "Copied." : "The browser did not allow copying.");
    });
    const root = element("section", { class: "prompt", "aria-label": "Your message" }, words,
      element("div", { class: "actions" }, copy, edit));
    return { root, words };
  }
}
