// Server-sent events from the body of a response: https://html.spec.whatwg.org/multipage/server-sent-events.html

/// The data of each event, in order; null for a comment, which servers send to keep a quiet connection open.
/// Lines may end in CR, LF or both, an event may have several data lines, and a piece may end anywhere.
export async function* eventStream(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let data = [];
  try {
    for (;;) {
      const { value, done } = await reader.read();
      rest += done ? "\n\n" : value;
      // A CR at the end of a piece may be half of a CR LF: wait for the other half.
      const end = rest.endsWith("\r") && !done ? rest.length - 1 : rest.length;
      const lines = rest.slice(0, end).split(/\r\n|\r|\n/);
      rest = lines.pop() + rest.slice(end);
      for (const line of lines) {
        if (line === "") {
          if (data.length > 0) yield data.join("\n");
          data = [];
        } else if (line.startsWith(":")) {
          yield null;
        } else if (line.startsWith("data:")) {
          data.push(line.slice(line[5] === " " ? 6 : 5));
        }
      }
      if (done) return;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
