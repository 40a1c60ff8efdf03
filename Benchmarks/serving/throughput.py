"""Streams at once: tokens per second, time to the first token, gaps between tokens."""
import asyncio
import contextlib
import gc
import itertools
import statistics
import sys
import time

from .client import note, percentile, words
from .servers import llama, swiftlet


def digest(streams, seconds_of_client, errors):
    """Of the streams that ran at once."""
    good = []
    for stream in streams:
        if stream.read().error:
            errors.append(stream.error)
        elif stream.arrivals:
            good.append(stream)
    if not good:
        return None
    seconds = max(stream.end for stream in good) - min(stream.start for stream in good)
    firsts, gaps = [stream.first for stream in good], [gap for stream in good for gap in stream.gaps]
    durations = [stream.end - stream.start for stream in good]
    return dict(
        tokens_per_second=sum(stream.tokens for stream in good) / seconds,
        first_p50=percentile(firsts, 50), first_p90=percentile(firsts, 90), first_p99=percentile(firsts, 99),
        gap_p50=percentile(gaps, 50), gap_p99=percentile(gaps, 99), gap_max=max(gaps, default=float("nan")),
        slowest_seconds=max(durations), slowest_over_median=max(durations) / statistics.median(durations),
        client_share=seconds_of_client / seconds)


def medians(rounds):
    return {key: statistics.median(round[key] for round in rounds) for key in rounds[0]} if rounds else {}


async def throughput(arguments):
    samples, errors = {}, {}
    async with contextlib.AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(swiftlet(arguments))]
        if arguments.llama:
            servers.append(await stack.enter_async_context(llama(arguments)))
        for server in servers:
            if error := (await server.stream("Once upon a time", 8)).read().error:
                sys.exit(f"{server.name} fails at the first request: {error}")
        for round, count in itertools.product(range(arguments.runs), arguments.streams):
            for server in servers if round % 2 == 0 else servers[::-1]:
                note(f"throughput: round {round + 1} of {arguments.runs}, {count} streams, {server.name}")
                prompts = [words(6, f"{round}.{count}.{index}") for index in range(count)]
                gc.collect()
                before = time.process_time()
                streams = await asyncio.gather(*(server.stream(prompt, arguments.tokens) for prompt in prompts))
                spent = time.process_time() - before
                found = digest(streams, spent, errors.setdefault((count, server.name), []))
                if found:
                    samples.setdefault((count, server.name), []).append(found)
    print(f"\nthroughput: {arguments.tokens} tokens a stream, medians of {arguments.runs}, milliseconds; "
          "a stream's whole time, the slowest's over the median's")
    print(f"{'streams':>7} {'server':>10} {'tokens/s':>9} {'first p50':>10} {'p90':>7} {'p99':>7} {'gap p50':>8} "
          f"{'p99':>7} {'most':>7} {'slowest':>8} {'errors':>7} {'client':>7}")
    rows = []
    for count in arguments.streams:
        for server in servers:
            key = count, server.name
            row = dict(streams=count, server=server.name, errors=errors[key], samples=samples.get(key, []))
            row |= medians(row["samples"])
            rows.append(row)
            if not row["samples"]:
                print(f"{count:7} {server.name:>10}  no stream succeeded: {errors[key][0]}")
                continue
            print(f"{count:7} {server.name:>10} {row['tokens_per_second']:9.1f} {row['first_p50'] * 1e3:10.0f} "
                  f"{row['first_p90'] * 1e3:7.0f} {row['first_p99'] * 1e3:7.0f} {row['gap_p50'] * 1e3:8.1f} "
                  f"{row['gap_p99'] * 1e3:7.1f} {row['gap_max'] * 1e3:7.0f} {row['slowest_over_median']:8.2f} "
                  f"{len(errors[key]):7} {row['client_share']:7.1%}")
        if len(servers) == 2 and (pair := rows[-2:])[0]["samples"] and pair[1]["samples"]:
            compared = "tokens_per_second", "first_p50", "first_p99", "gap_p50", "gap_p99"
            ratios = {key: pair[0][key] / pair[1][key] for key in compared}
            pair[0]["ratios"] = ratios
            print(f"{count:7} {'ratio':>10} {ratios['tokens_per_second']:9.2f} {ratios['first_p50']:10.2f} {'':7} "
                  f"{ratios['first_p99']:7.2f} {ratios['gap_p50']:8.2f} {ratios['gap_p99']:7.2f}")
    for (count, name), found in errors.items():
        for error in sorted(set(found))[:3]:
            print(f"error of {name} at {count} streams: {error}")
    return rows
