"""What it costs to keep a text to a form."""
import statistics
import sys

from .client import clock, note, words
from .servers import Stream, swiftlet

PERSON = dict(
    type="object", additionalProperties=False, required=["name", "age", "tags", "address"],
    properties=dict(
        name=dict(type="string", minLength=400), age=dict(type="integer"),
        tags=dict(type="array", items=dict(type="string")), address=dict(
            type="object", properties=dict(street=dict(type="string"), city=dict(enum=["Paris", "Rome", "Oslo"])))))
# Each goes on for as long as it is asked to.
FORMS = dict(
    free={}, JSON=dict(grammar='root ::= "[" [ \\n]* value ("," [ \\n]* value)* "]"\nvalue ::= string | [0-9]+\n'
                       'string ::= "\\"" [^"\\\\]* "\\""\n'), schema=dict(json_schema=PERSON),
    regex=dict(regex="([A-Z][a-z]+[ ,.]){200,}"))


async def constrained(arguments):
    samples, tokens = {name: [] for name in FORMS}, 4 * arguments.tokens
    async with swiftlet(arguments) as server:
        await server.stream("Once upon a time", 8)
        for round in range(-1, arguments.runs):
            for name in list(FORMS) if round % 2 == 0 else list(FORMS)[::-1]:
                note(f"constrained: round {round + 1} of {arguments.runs}, {name}")
                body = server.completion(words(6, f"{round} {name}"), tokens, stream=True) | FORMS[name]
                start = clock()
                stream = Stream(start, await server.ask("/v1/completions", body), tokens).read()
                if stream.error and "instead of" not in stream.error or not stream.gaps:
                    sys.exit(f"constrained: {name}: {stream.error}")
                # In the first round forms are compiled, and meet each token for the first time.
                if round >= 0:
                    samples[name].append(statistics.fmean(stream.gaps))
                else:
                    samples[name + " first"] = [statistics.fmean(stream.gaps)]
    print(f"\nconstrained: milliseconds from token to token of one stream, medians of {arguments.runs}; "
          "and what a form adds")
    medians = {name: statistics.median(seconds) for name, seconds in samples.items()}
    for name in FORMS:
        seconds = medians[name]
        print(f"{name:>7}: {seconds * 1e3:6.3f}  {seconds / medians['free'] - 1:+6.1%}   the first time "
              f"{medians[name + ' first'] * 1e3:6.3f}")
    return dict(samples=samples)
