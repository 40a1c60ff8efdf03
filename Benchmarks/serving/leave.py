"""How long work goes on for clients that have left."""
import asyncio
import itertools
import statistics

from .client import Connection, Failure, clock, note
from .servers import swiftlet


async def until(server, condition, timeout=60):
    """Asks for the status until a condition holds: the seconds that took, None where it never did."""
    start = clock()
    connection = await Connection.open(server.port)
    try:
        while clock() - start < timeout:
            answer = await connection.ask("/status.json")
            if condition(answer.json["models"][0]):
                return answer.sent - start if answer.sent > start else answer.end - start
            await asyncio.sleep(0.001)
    finally:
        connection.transport.close()
    return None


def at_rest(model):
    return not model["running"] and not model["reading"] and not model["waiting"]


async def leaving(server, where, prompts, room):
    """Leaves in one of three places: the seconds until it is free, None where the request was not met there."""
    async def begin(prompt):
        connection = await Connection.open(server.port)
        connection.send("/v1/completions", server.completion(prompt, room, stream=True))
        return connection

    blocker = None
    if where == "queue":
        blocker = await begin(prompts[0])
        await until(server, lambda model: model["running"], 10)
    leaver = await begin(prompts[1])
    place = dict(queue="waiting", prompt="reading", generating="running")[where]
    met = await until(server, lambda model: model[place], 10) is not None and not leaver.ended.done()
    leaver.transport.close()
    if where == "queue":
        seconds = await until(server, lambda model: not model["waiting"])
        met = met and not blocker.ended.done()  # else it only moved on
        blocker.transport.close()
    else:
        seconds = await until(server, at_rest)
    if seconds is None or await until(server, at_rest) is None:
        raise Failure(f"a client left ({where}), and after a minute its place is not free")
    return seconds if met else None


async def leave(arguments):
    found = dict(queue=[], prompt=[], generating=[])
    async with swiftlet(arguments, "--parallel", "1") as server:
        await server.stream("Once upon a time", 8)
        context = (await server.status())[0]["context_length"]
        for round, where in itertools.product(range(arguments.runs), found):
            note(f"leave: round {round + 1} of {arguments.runs}, {where}")
            for attempt in range(10):
                length = min(context - 32, 8192) if where == "prompt" else 16
                seed = f"{round}.{attempt} leaves {where}"
                prompts = [await server.tokens(count, f"{seed} {count}") for count in (17, length)]
                try:
                    seconds = await leaving(server, where, prompts, context - length - 2)
                except Failure as error:
                    print(f"leave: {error}")
                    return found
                if seconds is not None:
                    found[where].append(seconds)
                    break
    print(f"\nleave: milliseconds from a client's leaving until its place is free, of {arguments.runs}")
    for where, seconds in found.items():
        if seconds:
            print(f"{where:>11}: median {statistics.median(seconds) * 1e3:.1f}, most {max(seconds) * 1e3:.1f}")
        else:
            print(f"{where:>11}: this model is too fast to be met there")
    return found
