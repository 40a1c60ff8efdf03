// What an empty conversation shows: what this model does, and texts to begin with.

import { element } from "./elements.js";
import { model, models } from "./models.js";

const starters = {
  text: ["Once upon a time, there was a clever", "Lily and Tom went to the park. They", "One day, a small dog found a"],
  chat: ["Explain attention in a transformer with an example.",
    "What are the differences between GPT and LLaMA, as a table?",
    "Write a Swift function that merges two sorted arrays."],
};

let shown = "";

/// `start(text)` puts a text into the message field, `pair()` sets two models side by side.
export function showWelcome(conversation, mode, { start, pair }) {
  const ids = conversation.models;
  const isPair = ids.length === 2;
  // Drawn anew only when it says something else, as focus may be in it.
  const key = JSON.stringify([ids, mode, models().length]);
  if (key === shown) return;
  shown = key;
  const part = (id) => document.getElementById(id);
  part("welcome-title").textContent = isPair ? "One prompt, two models"
    : mode === "text" ? "Begin a text" : "What do you want to know?";
  part("welcome-words").textContent = welcomeWords(ids, mode, isPair);
  const buttons = starters[mode].map((text) =>
    element("li", {}, element("button", { type: "button", class: "starter", click: () => start(text) }, text)));
  if (!isPair && models().length > 1) {
    const names = model("tiny-gpt") && model("tiny-llama") ? "GPT and LLaMA side by side" : "Two models side by side";
    buttons.push(element("li", {},
      element("button", { type: "button", class: "starter pair-starter", click: pair }, names)));
  }
  part("starters").replaceChildren(...buttons);
}

function welcomeWords(ids, mode, isPair) {
  if (isPair) return `${ids[0]} and ${ids[1]} get the same ${mode === "text" ? "beginning" : "message"} and answer at `
    + "the same time: read what each makes of it, and see which is faster.";
  if (mode === "chat") return `${ids[0]} answers, on this machine.`;
  const known = model(ids[0]);
  return known?.isBuiltIn ? `${ids[0]} knows short stories in plain words, and goes on with the one that you begin.`
    : `${ids[0]} goes on with what you write; it was not taught to hold a conversation.`;
}
