"""Many requests of all kinds, and the server's memory meanwhile."""
import asyncio

from .client import Connection, Failure, clock, note, words
from .leave import at_rest, until
from .servers import swiftlet


# What endurance asks for: twenty kinds in turn, most of them plain. The status that must come back.
def endurance_request(server, index, chats):
    kind, text = index % 20, words(4, index)
    message = dict(model=server.model, messages=[dict(role="user", content=text)], max_tokens=4)
    if kind == 0:
        return "cancelled", "/v1/completions", server.completion(text, 64, stream=True), None
    if kind == 1:
        return "left at once", "/v1/completions", server.completion(text, 64), None
    if kind == 2:
        return "no JSON", "/v1/completions", b'{"prompt": "' + text.encode() + b"\xff", 400
    if kind == 3:
        return "no such model", "/v1/completions", server.completion(text, 4) | dict(model=f"none{index}"), 404
    if kind == 4:
        return "wrong kind", "/v1/completions", server.completion(dict(text=text), 4), 400
    if kind == 5:
        return "too long", "/v1/completions", server.completion([1] * 200_000, 4), 400
    if kind in (6, 7):
        return "chat", "/v1/chat/completions", message | dict(stream=kind == 6), 200 if chats else 400
    return "plain", "/v1/completions", server.completion(text, 4, stream=kind % 2 == 0), 200


async def endurance(arguments):
    total, at_once, series, wrong, done = arguments.requests, 16, [], [], 0
    # Earlier texts are kept until the budget is full, and a page of theirs is resident only once written to, which
    # takes thousands of requests: memory may grow by the budget, so that is small here. A leak goes on after that.
    async with swiftlet(arguments, "--cache-memory", arguments.cache_memory) as server:
        greeting = dict(model=server.model, messages=[dict(role="user", content="Hello")], max_tokens=4)
        chats = (await server.ask("/v1/chat/completions", greeting)).status == 200
        numbers, start = iter(range(total)), clock()

        async def sample():
            model, _ = await server.status()
            series.append(dict(
                requests=done, seconds=clock() - start, resident_bytes=server.resident_bytes(),
                cache_bytes=model["kv_used_bytes"], kept_texts=model["kept_texts"]))
            note(f"endurance: {done} requests, {series[-1]['resident_bytes'] / 1e6:.0f} MB resident, "
                 f"{len(wrong)} wrong")

        async def one(connection, index):
            """One request; returns the connection where it can be used again."""
            name, path, body, expected = endurance_request(server, index, chats)
            if connection is None or connection.closed:
                connection = await Connection.open(server.port)
            if expected is None:
                connection.send(path, body)
                if name == "cancelled":
                    await asyncio.wait_for(asyncio.shield(connection.began), 60)
                connection.transport.abort() if index % 40 < 20 else connection.transport.close()
                return None
            answer = await connection.ask(path, body)
            if answer.status != expected:
                raise Failure(f"{name}: status {answer.status} instead of {expected}: {answer.body[:200]!r}")
            if isinstance(body, dict) and body.get("stream") and expected == 200:
                if not answer.body.endswith(b"data: [DONE]\n\n") or b'"error"' in answer.body:
                    raise Failure(f"{name}: a stream ended as {answer.body[-200:]!r}")
            return connection

        async def worker():
            nonlocal done
            connection = None
            for index in numbers:
                try:
                    connection = await one(connection, index)
                except (OSError, Failure, asyncio.TimeoutError) as error:
                    wrong.append(f"request {index}: {error or type(error).__name__}")
                    connection = None
                done += 1
                if done % arguments.sample_every == 0:
                    await sample()
            if connection:
                connection.transport.close()

        await sample()
        await asyncio.gather(*(worker() for _ in range(at_once)))
        seconds = clock() - start
        rest = await until(server, at_rest, 10) is not None
        await asyncio.sleep(1)
        model, everything = await server.status()
        ended = server.process.poll()
    print(f"\nendurance: {total} requests, {at_once} at a time, in {seconds:.0f} s ({total / seconds:.0f}/s); chat "
          f"{'works' if chats else 'is refused by this model'}; {len(wrong)} answered wrongly")
    print(f"{'requests':>9} {'resident MB':>12} {'keys, values MB':>16} {'kept texts':>11}")
    for row in series:
        print(f"{row['requests']:9} {row['resident_bytes'] / 1e6:12.1f} {row['cache_bytes'] / 1e6:16.1f} "
              f"{row['kept_texts']:11}")
    growth = {}
    for least in sorted({2000, total // 2}):
        later = [row for row in series if row["requests"] >= least]
        if len(later) > 1:
            growth[least] = later[-1]["resident_bytes"] - later[0]["resident_bytes"]
            spread = later[-1]["requests"] - later[0]["requests"]
            print(f"from {later[0]['requests']} on: {growth[least] / 1e6:+.1f} MB, {growth[least] / spread:+.0f} bytes "
                  "a request")
    print(f"at the end: {'at rest' if rest else 'NOT at rest'}, {everything['connections']} connection(s) with the one "
          "that asks" + (f", the process ended with {ended}" if ended is not None else ""))
    for error in wrong[:10]:
        print(f"wrong: {error}")
    return dict(requests=total, seconds=seconds, series=series, growth_bytes=growth, wrong=wrong, at_rest=rest,
                connections=everything["connections"], status=model)
