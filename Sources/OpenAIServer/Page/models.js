// The models that the server offers, and which one or two of them are chosen.

import { getJSON } from "./api.js";
import { element } from "./elements.js";
import { scaledNumber } from "./numbers.js";

const remembered = "swiftlet.models";
let list = [];

/// Fetches the list: { id, family, parameters, contextLength, canChat, isBuiltIn }, where what is not told is null.
/// A server that does not say whether a model has a chat format is taken to have one.
export async function loadModels() {
  const answer = await getJSON("v1/models");
  const data = Array.isArray(answer?.data) ? answer.data.filter((model) => typeof model?.id === "string") : [];
  list = data.map(({ id, swiftlet }) => ({
    id, family: swiftlet?.family ?? null, parameters: swiftlet?.parameters ?? null,
    contextLength: swiftlet?.context_length ?? null, canChat: swiftlet?.chat ?? true,
    isBuiltIn: swiftlet?.built_in ?? false,
  }));
  return list;
}

export const models = () => list;
export const model = (id) => list.find((each) => each.id === id) ?? null;

/// Whether all of some models can hold a conversation.
export const canChat = (ids) => ids.every((id) => model(id)?.canChat ?? true);

/// The models to begin with: what was chosen last, if it is still there; side by side the built-in GPT and LLaMA.
export function defaultModels(count) {
  let last = [];
  try {
    last = JSON.parse(localStorage.getItem(`${remembered}.${count}`)) ?? [];
  } catch {
    // Nothing remembered.
  }
  if (Array.isArray(last) && last.length === count && last.every(model)) return last;
  if (count === 1) return list.slice(0, 1).map((each) => each.id);
  const builtIn = ["tiny-gpt", "tiny-llama"];
  if (builtIn.every(model)) return builtIn;
  // With a single model, two answers of it.
  return list.length > 0 ? [list[0].id, (list[1] ?? list[0]).id] : [];
}

export function rememberModels(ids) {
  try {
    localStorage.setItem(`${remembered}.${ids.length}`, JSON.stringify(ids));
  } catch {
    // The default serves as well.
  }
}

const familyNames = { gpt: "GPT", llama: "LLaMA" };

/// What is worth knowing of a model, in a line.
export function describeModel(id) {
  const known = model(id);
  if (!known) return "";
  return [
    known.family && (familyNames[known.family] ?? known.family),
    known.parameters && `${scaledNumber(known.parameters)} parameters`,
    known.contextLength && `context of ${known.contextLength.toLocaleString("en")} tokens`,
    known.isBuiltIn && "built in",
    !known.canChat && "continues text",
  ].filter(Boolean).join(" · ");
}

/// Fills a select with the models. One that the server no longer has stays, so that the choice is not changed unseen.
export function fillPicker(select, chosen) {
  const options = list.map(({ id }) => element("option", { value: id }, id));
  if (chosen && !model(chosen)) options.unshift(element("option", { value: chosen }, `${chosen} (not on this server)`));
  select.replaceChildren(...options);
  select.value = chosen ?? "";
  select.disabled = options.length === 0;
  select.title = describeModel(select.value);
}
