// The status page: asks the server once a second what it is doing, while somebody looks.

import { getJSON } from "./api.js";
import { element } from "./elements.js";
import { ModelCard } from "./model-card.js";
import { byteCount, duration, wholeNumber } from "./numbers.js";

const part = (id) => document.getElementById(id);
const cards = new Map(); // A model's id → its card.
const totals = new Map(); // A label → the element that shows its value.
let timer = null;
let failures = 0;

function setLive(state, words) {
  part("live").dataset.state = state;
  // A status region is read out whenever it is written: only when it says something else.
  if (part("live-words").textContent !== words) part("live-words").textContent = words;
}

function showTotals(status) {
  const all = (name) => status.models.reduce((sum, model) => sum + (model[name] ?? 0), 0);
  const rows = {
    "Up for": duration(status.uptime_seconds),
    "Requests": wholeNumber(status.requests_total),
    "Errors": wholeNumber(status.errors_total),
    "Connections": wholeNumber(status.connections),
    "Tokens read": wholeNumber(all("prompt_tokens_total")),
    "Tokens written": wholeNumber(all("generated_tokens_total")),
    "Memory": byteCount(status.resident_bytes),
    "Threads": wholeNumber(status.threads),
    "Version": status.version ?? "–",
  };
  for (const [label, value] of Object.entries(rows)) {
    if (!totals.has(label)) {
      const shown = element("dd");
      totals.set(label, shown);
      part("totals").append(element("div", { class: "total" }, element("dt", {}, label), shown));
    }
    if (totals.get(label).textContent !== value) totals.get(label).textContent = value;
    if (label === "Errors") totals.get(label).classList.toggle("is-bad", status.errors_total > 0);
  }
}

function showModels(status) {
  const now = performance.now() / 1000;
  for (const model of status.models) {
    if (!cards.has(model.id)) {
      cards.set(model.id, new ModelCard(model.id));
      part("models").append(cards.get(model.id).root);
    }
    cards.get(model.id).show(model, now);
  }
  for (const [id, card] of cards) {
    if (status.models.some((model) => model.id === id)) continue;
    card.root.remove();
    cards.delete(id);
  }
}

async function poll() {
  timer = null;
  if (document.visibilityState !== "visible") return;
  try {
    const status = await getJSON("status.json", AbortSignal.timeout(10_000));
    showTotals({ ...status, models: status.models ?? [] });
    showModels({ ...status, models: status.models ?? [] });
    failures = 0;
    part("notice").hidden = true;
    setLive("live", "Live");
  } catch (error) {
    failures += 1;
    fail(error);
    if (error.status === 401) return;
  }
  // A server that is down is not asked every second.
  schedule(Math.min(10_000, 1000 * 2 ** Math.min(failures, 4)) / (failures === 0 ? 1 : 2));
}

function fail(error) {
  const isLate = error.name === "TimeoutError" || error.name === "AbortError";
  const words = isLate ? "The server takes longer than ten seconds to answer." : error.message;
  const isNew = part("notice").hidden;
  setLive("lost", error.status === 401 ? "Locked" : "No answer");
  if (!isNew) return;
  part("notice").replaceChildren(element("strong", {}, words),
    error.status === 401 ? " " : " The numbers are those of the last answer; the page goes on trying. ",
    error.status === 401 ? element("button", { type: "button", class: "button", click: () => {
      part("notice").hidden = true;
      poll();
    } }, "Enter a key") : null);
  part("notice").hidden = false;
}

function schedule(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(poll, milliseconds);
}

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && timer === null) poll();
});
poll();
