// The server's side of the page: requests, and what went wrong with them in words.

import { eventStream } from "./event-stream.js";
import { askForKey, currentKey } from "./api-key.js";

// Relative to this file, so that the page also works behind a proxy that serves it under a path.
const root = new URL("../", import.meta.url);

/// Why there is no answer: `message` says what happened, `next` what to do about it.
export class ServerError extends Error {
  constructor(message, { status = 0, type = "", code = "", next = "" } = {}) {
    super(message);
    this.status = status;
    this.next = next || advice(status, type, code);
  }
}

function advice(status, type, code) {
  if (/context/.test(`${code} ${type}`)) {
    return "Shorten the text, lower the maximum of tokens in the settings, or begin a new conversation.";
  }
  if (status === 401 || status === 403) return "Enter an API key that the server knows, then try again.";
  if (status === 404) return "Choose another model above, then try again.";
  if (status === 400 || status === 422) return "Change the message or the settings that it names, then try again.";
  if (status === 413) return "Shorten the text, then try again.";
  if (status === 429 || status === 503) return "The server is busy: wait a moment, then try again.";
  return "Try again. If it happens again, the server's log may say why.";
}

/// The answer to a request, asking for a key as often as the server wants one.
async function request(path, options = {}) {
  let refused = false;
  for (;;) {
    const key = currentKey();
    const headers = { ...options.headers, ...(key ? { Authorization: `Bearer ${key}` } : {}) };
    let response;
    try {
      response = await fetch(new URL(path, root), { cache: "no-store", ...options, headers });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new ServerError("The server does not answer.", {
        next: "See whether swiftlet serve is still running, then try again.",
      });
    }
    if (response.ok) return response;
    if (response.status === 401 && (await askForKey({ refused: refused || Boolean(key), than: key }))) {
      refused = true;
      options.signal?.throwIfAborted();
      continue;
    }
    throw await failure(response);
  }
}

async function failure(response) {
  let error = null;
  try {
    error = (await response.json()).error;
  } catch {
    // Not JSON: a proxy's page, or nothing.
  }
  return serverError(error, response.status, `The server answered with status ${response.status}.`);
}

function serverError(error, status, otherwise) {
  const text = typeof error === "string" ? error : error?.message;
  return new ServerError(typeof text === "string" && text ? text : otherwise, {
    status, type: String(error?.type ?? ""), code: String(error?.code ?? ""),
  });
}

/// JSON from a path such as `v1/models`.
export async function getJSON(path, signal) {
  const response = await request(path, { signal });
  try {
    return await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ServerError("The server's answer is not JSON.", { status: response.status });
  }
}

/// The chunks of a streamed answer; null each time that the server says that it is still at work.
/// Throws a `ServerError` where the server reports one, or where the stream breaks off before its end.
export async function* streamChunks(path, body, signal) {
  const response = await request(path, {
    method: "POST", signal,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ ...body, stream: true, stream_options: { include_usage: true } }),
  });
  const broken = "The answer broke off: the connection to the server was lost.";
  try {
    for await (const data of eventStream(response.body)) {
      if (data === "[DONE]") return;
      if (data === null) {
        yield null;
        continue;
      }
      const chunk = JSON.parse(data);
      if (chunk?.error) throw serverError(chunk.error, chunk.error.status ?? 0, "The server could not go on.");
      yield chunk;
    }
  } catch (error) {
    if (error.name === "AbortError" || error instanceof ServerError) throw error;
    throw new ServerError(error instanceof SyntaxError ? "The server sent a piece that is not JSON." : broken);
  }
  throw new ServerError(broken);
}
