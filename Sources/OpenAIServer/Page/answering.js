// Asking a model for an answer, and following it until it ends, is stopped or fails. An answer goes on while another
// conversation is looked at.

import { ServerError, streamChunks } from "./api.js";
import { save } from "./conversations.js";
import { samplingFields } from "./settings.js";

const running = new Map(); // An answer's id → { controller, conversation }.
const watchers = new Map(); // An answer's id → who shows it.

export const isRunning = (answer) => running.has(answer.id);
export const isConversationRunning = (id) => [...running.values()].some((run) => run.conversation.id === id);

/// Calls `watcher` each time that the answer changed, until the function that is returned is called.
export function watchAnswer(answer, watcher) {
  watchers.set(answer.id, watcher);
  return () => {
    if (watchers.get(answer.id) === watcher) watchers.delete(answer.id);
  };
}

const notify = (answer) => watchers.get(answer.id)?.(answer);

export function stop(answer) {
  running.get(answer.id)?.controller.abort();
}

/// The messages that a column of a conversation has seen before a turn, and the turn's prompt.
/// Turns that failed or were stopped before they said anything are left out: chat formats want answers between prompts.
function messages(conversation, turn, column) {
  const before = conversation.turns.slice(0, conversation.turns.indexOf(turn));
  const said = before.filter((each) => each.mode === "chat").flatMap((each) => {
    const answer = each.answers[column] ?? each.answers[0];
    if (!answer.text) return [];
    return [{ role: "user", content: each.prompt }, { role: "assistant", content: answer.text }];
  });
  const system = conversation.system.trim() ? [{ role: "system", content: conversation.system }] : [];
  return [...system, ...said, { role: "user", content: turn.prompt }];
}

/// Has the model of a turn's column answer; what it has written already (`text`) is gone on with, in text mode.
export async function run(conversation, turn, column) {
  const answer = turn.answers[column];
  const controller = new AbortController();
  running.set(answer.id, { controller, conversation });
  Object.assign(answer, { state: "running", finish: null, error: null, speed: null });
  const clock = new Clock();
  notify(answer);

  const isChat = turn.mode === "chat";
  // The API's own default for texts is a dozen words.
  const body = { model: answer.model, ...(isChat ? {} : { max_tokens: 400 }), ...samplingFields(),
    ...(isChat ? { messages: messages(conversation, turn, column) } : { prompt: turn.prompt + answer.text }) };
  const path = isChat ? "v1/chat/completions" : "v1/completions";
  let saved = performance.now();
  try {
    for await (const chunk of streamChunks(path, body, controller.signal)) {
      if (chunk === null) continue; // Still reading the prompt.
      const choice = chunk.choices?.[0];
      const piece = (isChat ? choice?.delta?.content : choice?.text) ?? "";
      const thought = choice?.delta?.reasoning_content ?? "";
      if (piece || thought) clock.tick();
      answer.text += piece;
      answer.reasoning += thought;
      answer.finish = choice?.finish_reason ?? answer.finish;
      answer.speed = clock.speed(chunk.usage, chunk.timings);
      notify(answer);
      // A tab that is closed loses at most some seconds of the answer.
      if (performance.now() - saved > 3000) {
        save(conversation, { touch: false });
        saved = performance.now();
      }
    }
    answer.state = "done";
  } catch (error) {
    if (error.name === "AbortError") {
      answer.state = "stopped";
    } else {
      answer.state = "failed";
      answer.error = { message: error.message, next: error.next ?? "Reload the page, then try again." };
      if (!(error instanceof ServerError)) console.error(error);
    }
  } finally {
    running.delete(answer.id);
    save(conversation);
    notify(answer);
  }
}

/// How fast an answer comes: what the server says about it, and until then what the page sees.
class Clock {
  constructor() {
    this.begin = performance.now();
    this.first = null;
    this.last = null;
    this.pieces = 0;
    this.told = {};
  }

  tick() {
    this.last = performance.now();
    this.first ??= this.last;
    this.pieces += 1;
  }

  /// { firstSeconds, tokens, tokensPerSecond, promptTokens, cachedTokens }, as far as known.
  speed(usage, timings) {
    const told = this.told;
    if (usage) {
      told.tokens = usage.completion_tokens;
      told.promptTokens = usage.prompt_tokens;
      told.cachedTokens = usage.prompt_tokens_details?.cached_tokens;
    }
    if (timings) {
      told.tokens ??= timings.generated_tokens;
      told.promptTokens ??= timings.prompt_tokens;
      told.cachedTokens ??= timings.cached_tokens;
      if (timings.generation_seconds > 0) told.tokensPerSecond = timings.generated_tokens / timings.generation_seconds;
    }
    const seconds = this.first === null ? 0 : (this.last - this.first) / 1000;
    const tokens = told.tokens ?? this.pieces;
    const measured = { tokens };
    if (this.first !== null) measured.firstSeconds = (this.first - this.begin) / 1000;
    // The first token came with the prompt: the time between the first and the last is that of the others.
    if (seconds > 0.05 && tokens > 1) measured.tokensPerSecond = (tokens - 1) / seconds;
    return { ...measured, ...Object.fromEntries(Object.entries(told).filter(([, value]) => Number.isFinite(value))) };
  }
}
