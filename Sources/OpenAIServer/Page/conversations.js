// Conversations, kept in this browser: one entry of localStorage each, so that two tabs do not overwrite each other.
//
// A conversation is { id, title, isNamed, created, updated, mode, models, system, turns }: `mode` is "chat" or "text",
// `models` has one id, or two side by side. A turn is { id, mode, prompt, answers }, with one answer per model:
// { id, model, text, reasoning, state, finish, error, speed }; `state` is "running", "done", "stopped" or "failed".

import { identifier } from "./elements.js";

const prefix = "swiftlet.conversation.";
const exportFormat = "swiftlet-conversations-1";

const entries = new Map();
const removed = new WeakSet();
const listeners = new Set();
let trouble = null;

/// Calls back when the list changed, and when storing begins or ceases to fail.
export function watchConversations(listener) {
  listeners.add(listener);
}

function changed() {
  for (const listener of listeners) listener();
}

/// Why conversations are not being stored, as a sentence; null when they are.
export function storageTrouble() {
  return trouble;
}

/// All conversations, the one used last first.
export function allConversations() {
  return [...entries.values()].sort((a, b) => b.updated - a.updated);
}

export function conversation(id) {
  return entries.get(id) ?? null;
}

export function newConversation({ mode, models, system = "" }) {
  const now = Date.now();
  return { id: identifier(), title: "New conversation", isNamed: false, created: now, updated: now,
    mode, models, system, turns: [] };
}

export function newTurn(prompt, mode, models) {
  return { id: identifier(), mode, prompt, answers: models.map(newAnswer) };
}

export function newAnswer(model) {
  return { id: identifier(), model, text: "", reasoning: "", state: "running", finish: null, error: null, speed: null };
}

/// Keeps a conversation as it is now. One without turns is not worth keeping.
export function save(conversation, { touch = true } = {}) {
  if (removed.has(conversation) || (conversation.turns.length === 0 && !entries.has(conversation.id))) return;
  if (touch) conversation.updated = Date.now();
  if (!conversation.isNamed) conversation.title = titleOf(conversation);
  entries.set(conversation.id, conversation);
  write(conversation);
  changed();
}

function write(conversation) {
  try {
    localStorage.setItem(prefix + conversation.id, JSON.stringify(conversation));
    trouble = null;
  } catch (error) {
    trouble = error.name === "QuotaExceededError"
      ? "The browser's storage is full: what you write now is lost when this tab closes. Export this conversation, or "
        + "delete older ones to make room."
      : "This browser lets the page store nothing: conversations are lost when this tab closes. Export those you want "
        + "to keep.";
  }
}

function titleOf(conversation) {
  const text = conversation.turns[0]?.prompt.trim().replace(/\s+/g, " ") ?? "";
  if (!text) return "New conversation";
  return text.length <= 60 ? text : `${text.slice(0, 60).replace(/\s\S*$/, "")}…`;
}

export function rename(conversation, title) {
  conversation.isNamed = title.trim() !== "";
  conversation.title = title.trim().slice(0, 200) || titleOf(conversation);
  save(conversation, { touch: false });
}

export function remove(conversation) {
  removed.add(conversation);
  entries.delete(conversation.id);
  try {
    localStorage.removeItem(prefix + conversation.id);
    // There is room again: store what could not be stored.
    if (trouble) for (const each of entries.values()) write(each);
  } catch {
    // Nothing is stored, so nothing remains.
  }
  changed();
}

/// Takes a removal back.
export function restore(conversation) {
  removed.delete(conversation);
  save(conversation, { touch: false });
}

/// The text of a file that `importConversations` reads.
export function exported(conversations) {
  return JSON.stringify({ format: exportFormat, exported: new Date().toISOString(), conversations }, null, 2);
}

/// Adds the conversations of an exported file beside those that are here; the number added.
/// Throws an `Error` that says what is wrong with the file.
export function importConversations(text) {
  let file;
  try {
    file = JSON.parse(text);
  } catch {
    throw new Error("That file is not JSON. Choose one that this page exported.");
  }
  if (file?.format !== exportFormat || !Array.isArray(file.conversations)) {
    throw new Error("That file holds no conversations of Swiftlet's. Choose one that this page exported.");
  }
  const read = file.conversations.map(checked).filter(Boolean);
  for (const each of read) {
    // The same conversation twice stays twice: nobody loses what they wrote after exporting.
    if (entries.has(each.id)) each.id = identifier();
    save(each, { touch: false });
  }
  return read.length;
}

/// A conversation with all its fields in their shapes, from data that nobody vouches for; null if it is none.
function checked(data) {
  if (typeof data !== "object" || data === null || !Array.isArray(data.turns)) return null;
  const string = (value) => (typeof value === "string" ? value : "");
  const time = (value) => (Number.isFinite(value) ? value : Date.now());
  const mode = (value) => (value === "chat" ? "chat" : "text");
  const turns = data.turns.filter((turn) => Array.isArray(turn?.answers) && turn.answers.length > 0).map((turn) => ({
    id: identifier(), mode: mode(turn.mode), prompt: string(turn.prompt),
    answers: turn.answers.slice(0, 2).map((answer) => ({
      id: identifier(), model: string(answer?.model), text: string(answer?.text), reasoning: string(answer?.reasoning),
      // What was running when the page closed runs no more.
      state: ["done", "stopped", "failed"].includes(answer?.state) ? answer.state : "stopped",
      finish: string(answer?.finish) || null,
      error: answer?.error ? { message: string(answer.error.message), next: string(answer.error.next) } : null,
      speed: checkedSpeed(answer?.speed),
    })),
  }));
  const models = Array.isArray(data.models) ? data.models.filter((id) => typeof id === "string").slice(0, 2) : [];
  const id = /^[\w-]{1,64}$/.test(data.id) ? data.id : identifier();
  return { id, title: string(data.title).slice(0, 200) || "New conversation", isNamed: data.isNamed === true,
    created: time(data.created), updated: time(data.updated), mode: mode(data.mode), models,
    system: string(data.system), turns };
}

function checkedSpeed(data) {
  if (typeof data !== "object" || data === null) return null;
  return Object.fromEntries(Object.entries(data).filter(([, value]) => Number.isFinite(value)));
}

function read(key) {
  try {
    const data = checked(JSON.parse(localStorage.getItem(key)));
    if (data) entries.set(data.id, data);
  } catch {
    // Not ours, or damaged: leave it alone.
  }
}

/// Reads what is stored. To be called once; later, what other tabs store arrives by itself, except for the
/// conversations that `isInUse` says are being worked with here.
export function loadConversations(isInUse) {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(prefix)) read(key);
  } catch {
    // No storage: begin with nothing.
  }
  addEventListener("storage", (event) => {
    if (!event.key?.startsWith(prefix)) return;
    const id = event.key.slice(prefix.length);
    if (isInUse(id)) return;
    if (event.newValue === null) entries.delete(id);
    else read(event.key);
    changed();
  });
}
