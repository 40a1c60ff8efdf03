// How answers are sampled: the same for all conversations of this browser. A field that is left empty is not sent, and
// the server uses its own default.

import { element } from "./elements.js";
import { currentKey, setKey } from "./api-key.js";

const storageName = "swiftlet.settings";

const fields = [
  { name: "temperature", label: "Temperature", min: 0, max: 2, step: 0.1,
    hint: "0 always takes the likeliest token; higher is more surprising." },
  { name: "max_tokens", label: "Maximum of tokens", min: 1, max: 10_000_000, step: 1,
    hint: "Where an answer ends at the latest." },
  { name: "top_p", label: "Top p", min: 0, max: 1, step: 0.05,
    hint: "Only the likeliest tokens that together reach this probability." },
  { name: "top_k", label: "Top k", min: 0, max: 1_000_000, step: 1, hint: "Only this many of the likeliest tokens." },
  { name: "min_p", label: "Min p", min: 0, max: 1, step: 0.05,
    hint: "Only tokens at least this likely, the likeliest being 1." },
  { name: "repetition_penalty", label: "Repetition penalty", min: 0.1, max: 10, step: 0.05,
    hint: "Above 1, tokens that were there already become less likely." },
  { name: "seed", label: "Seed", min: 0, max: Number.MAX_SAFE_INTEGER, step: 1,
    hint: "The same seed gives the same answer again." },
];

let values = {};
try {
  const stored = JSON.parse(localStorage.getItem(storageName));
  if (typeof stored === "object" && stored !== null) values = stored;
} catch {
  // Begin with the server's defaults.
}

function keep() {
  try {
    localStorage.setItem(storageName, JSON.stringify(values));
  } catch {
    // They last as long as the page.
  }
}

/// What is wrong with an input's text, or null.
function problem(field, text) {
  if (text === "") return null;
  const value = Number(text);
  if (!Number.isFinite(value)) return "Enter a number.";
  if (Number.isInteger(field.step) && !Number.isInteger(value)) return "Enter a whole number.";
  if (value < field.min) return `Enter ${field.min} or more.`;
  if (value > field.max) return `Enter ${field.max} or less.`;
  return null;
}

/// Stop strings, one a line; `\n` and `\t` stand for what they say.
function stopStrings() {
  const lines = typeof values.stop === "string" ? values.stop.split("\n") : [];
  return lines.filter((line) => line !== "")
    .map((line) => line.replace(/\\([nt\\])/g, (_, mark) => ({ n: "\n", t: "\t", "\\": "\\" })[mark]));
}

/// The fields of a request that the settings fill.
export function samplingFields() {
  const chosen = {};
  for (const field of fields) {
    const text = String(values[field.name] ?? "");
    if (text !== "" && problem(field, text) === null) chosen[field.name] = Number(text);
  }
  const stop = stopStrings();
  return stop.length > 0 ? { ...chosen, stop } : chosen;
}

/// How many settings differ from the server's defaults.
export function changedSettings() {
  return Object.keys(samplingFields()).length;
}

/// Builds the form of the settings into a container, and calls back at each change.
export function buildSettings(container, changed) {
  const inputs = [];
  const set = (name, text) => {
    if (text === "") delete values[name];
    else values[name] = text;
    keep();
    changed();
  };
  for (const field of fields) {
    const id = `setting-${field.name}`;
    const hint = element("small", { id: `${id}-hint` }, field.hint);
    const input = element("input", {
      id, type: "text", inputmode: Number.isInteger(field.step) ? "numeric" : "decimal", autocomplete: "off",
      placeholder: "default", "aria-describedby": `${id}-hint`,
    });
    const show = () => {
      const wrong = problem(field, input.value.trim());
      input.setAttribute("aria-invalid", String(wrong !== null));
      hint.textContent = wrong ? `${wrong} Until then the default is used.` : field.hint;
    };
    input.value = values[field.name] ?? "";
    input.addEventListener("input", () => {
      show();
      set(field.name, input.value.trim());
    });
    input.addEventListener("keydown", (event) => {
      const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (!direction || input.value.trim() === "" || !Number.isFinite(Number(input.value))) return;
      event.preventDefault();
      const next = Math.min(field.max, Math.max(field.min, Number(input.value) + direction * field.step));
      input.value = String(Number(next.toFixed(4)));
      show();
      set(field.name, input.value);
    });
    show();
    inputs.push([input, show]);
    container.append(element("div", { class: "setting" }, element("label", { for: id }, field.label), input, hint));
  }
  const stop = element("textarea", {
    id: "setting-stop", rows: "2", "aria-describedby": "setting-stop-hint", spellcheck: "false",
  });
  stop.value = values.stop ?? "";
  stop.addEventListener("input", () => set("stop", stop.value));
  container.append(
    element("div", { class: "setting wide" }, element("label", { for: "setting-stop" }, "Stop strings"), stop,
      element("small", { id: "setting-stop-hint" },
        "One a line: an answer ends before the first that it would write. \\n is a line break.")),
    element("button", {
      type: "button", class: "button", click: () => {
        values = {};
        for (const [input, show] of inputs) {
          input.value = "";
          show();
        }
        stop.value = "";
        keep();
        changed();
      },
    }, "Back to the server's defaults"));
}

/// Shows that a key is in use, with a way to forget it.
export function showKey(container) {
  container.hidden = currentKey() === null;
  container.replaceChildren(
    element("p", {}, "A key is sent with each request."),
    element("button", {
      type: "button", class: "button", click: () => {
        setKey(null, false);
        showKey(container);
      },
    }, "Forget the key"));
}
