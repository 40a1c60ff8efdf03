// Slows what the server streams down, so that even a model that is done at once can be stopped on its way; and plays
// servers that the one under test is not: one that wants a key, and one that fails in the middle.
const real = window.fetch;
window.trap = { slow: 0, refuse: false, fail: false, keys: [], bodies: [] };
window.fetch = async (address, options = {}) => {
  trap.keys.push(options.headers?.Authorization ?? null);
  if (options.body) trap.bodies.push(JSON.parse(options.body));
  if (trap.refuse && options.headers?.Authorization !== "Bearer right") {
    return new Response(JSON.stringify({ error: { message: "No such key.", type: "authentication_error" } }),
      { status: 401 });
  }
  const response = await real(address, options);
  if (options.method !== "POST" || !response.body) return response;
  const { signal } = options;
  const reader = response.body.getReader();
  let pieces = 0;
  const body = new ReadableStream({
    async start(controller) {
      // Also when all has come already: a fast server has said everything before the page is slow about it.
      signal?.addEventListener("abort", () => controller.error(signal.reason));
      for (;;) {
        const { value, done } = await reader.read();
        if (signal?.aborted) return;
        if (done) return controller.close();
        // One event at a time, as a server that sends many at once would hide the growing.
        for (const event of new TextDecoder().decode(value).split(/(?<=\n\n)/)) {
          if (trap.slow) await new Promise((resolve) => setTimeout(resolve, trap.slow));
          if (signal?.aborted) return;
          pieces += 1;
          if (trap.fail && pieces === 4) {
            const broken = 'data: {"error": {"message": "The machine is on fire.", "type": "server_error"}}\n\n';
            controller.enqueue(new TextEncoder().encode(broken));
            return controller.close();
          }
          controller.enqueue(new TextEncoder().encode(event));
        }
      }
    },
  });
  return new Response(body, { status: response.status, headers: response.headers });
};
