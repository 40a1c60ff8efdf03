"""Requests that begin with the same text."""
import asyncio
import itertools
import statistics
import sys

from .client import note
from .servers import swiftlet


async def prefix(arguments):
    count, rows = 16, []
    async with swiftlet(arguments) as server:
        await server.stream("Once upon a time", 8)
        tokens = min(200, (await server.status())[0]["context_length"] - 40)
        for round, together in itertools.product(range(arguments.runs), (False, True)):
            note(f"prefix: round {round + 1} of {arguments.runs}, {'together' if together else 'in turn'}")
            shared = await server.tokens(tokens, f"prefix {round} {together}")
            prompts = [shared + await server.tokens(8, f"{index} asks") for index in range(count)]
            if together:
                streams = await asyncio.gather(*(server.stream(prompt, 8) for prompt in prompts))
            else:
                streams = [await server.stream(prompt, 8) for prompt in prompts]
            for stream in streams:
                if error := stream.read().error:
                    sys.exit(f"prefix: {error}")
            rows.append(dict(
                together=together, shared_tokens=len(shared), cached_tokens=[stream.cached for stream in streams],
                first_seconds=[stream.first for stream in streams]))
    print(f"\nprefix: {count} requests that share {tokens} tokens; time to the first token, medians of "
          f"{arguments.runs}")
    for together in (False, True):
        found = [row for row in rows if row["together"] == together]
        cached = [statistics.median(row["cached_tokens"][place] for row in found) for place in range(count)]
        if together:
            middle = statistics.median(statistics.median(row["first_seconds"]) for row in found)
            slowest = statistics.median(max(row["first_seconds"]) for row in found)
            anew = statistics.median(sum(tokens == 0 for tokens in row["cached_tokens"]) for row in found)
            print(f" at once: {middle * 1e3:.0f} ms, the slowest {slowest * 1e3:.0f} ms; {anew:.0f} of {count} read "
                  "the whole prompt")
            continue
        first = statistics.median(row["first_seconds"][0] for row in found)
        later = statistics.median(seconds for row in found for seconds in row["first_seconds"][1:])
        print(f" in turn: first {first * 1e3:.0f} ms with {cached[0]:.0f} tokens reused; later {later * 1e3:.0f} ms "
              f"({first / later:.1f} times as fast) with {statistics.median(cached[1:]):.0f} reused, at least "
              f"{min(cached[1:]):.0f}")
    return rows
