#!/usr/bin/env python3
"""Many clients at once: a live server under load, beside llama.cpp's with the same file, in turn in one run.

usage: serving_vs_llamacpp.py [throughput prefix constrained leave idle endurance] --model FILE.gguf [--llama PROGRAM] [--runs 5]

  throughput  1, 4, 16 and 64 streams at once: tokens/s, time to the first token, gaps between tokens, and whether a
              stream starves; with --llama beside llama-server, in alternating rounds
  prefix      16 requests that begin with the same 200 tokens, one after the other and all at once
  constrained what it costs to keep a text to JSON, to a schema, to an expression
  leave       how long work goes on for a client that has left: in the queue, in a long prompt, while generating
  idle        one stream before, while and after 10,000 keep-alive connections are opened that then stay silent
  endurance   20,000 short requests, some cancelled, some wrong: how the server's memory grows

Without a name all of them run. Build first: swift build -c release. --model also takes a built-in model, which needs no
file; a file without a tokenizer, as `swiftlet init` makes with random weights, gets one with --tokenizer. llama-server
is built in llama.cpp by: cmake -B build -DGGML_NATIVE=ON && cmake --build build --target llama-server

The client shares the machine with the server. So it only notes what arrives when, and reads it once the clock has
stopped; the share of one core that it took is in the table. Idle connections need as many open files in each of the two
processes: the soft limit is raised to the hard one (`ulimit -Hn`), which servers inherit, and where that is too low
fewer connections are opened.
"""
import argparse, asyncio, json, os, pathlib, resource, subprocess, sys, tempfile, time

from serving.client import note
from serving.constrained import constrained
from serving.endurance import endurance
from serving.idle import idle
from serving.leave import leave
from serving.prefix import prefix
from serving.throughput import throughput

ROOT = pathlib.Path(__file__).resolve().parent.parent
MEASUREMENTS = dict(
    throughput=throughput, prefix=prefix, constrained=constrained, leave=leave, idle=idle, endurance=endurance)


def with_tokenizer(arguments, folder):
    """The model with a tokenizer inside, which both servers need."""
    path = pathlib.Path(folder) / pathlib.Path(arguments.model).name
    note(f"writing the tokenizer into a copy of {arguments.model}")
    command = [arguments.swiftlet, "convert", "--tokenizer", arguments.tokenizer, arguments.model, path]
    process = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if process.returncode:
        sys.exit(process.stderr)
    return path


async def measure(arguments):
    rows = dict(model=str(arguments.model), threads=arguments.threads, load=os.getloadavg()[0], time=time.time())
    try:
        for name in arguments.what:
            rows[name] = await MEASUREMENTS[name](arguments)
    finally:
        if arguments.json:
            arguments.json.write_text(json.dumps(rows, indent=1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", metavar="what", help=f"of {', '.join(MEASUREMENTS)} (default: all)")
    parser.add_argument("--model", required=True, help="a .gguf file, or a built-in model: tiny-gpt, tiny-llama")
    parser.add_argument("--tokenizer", help="for a file that has none")
    parser.add_argument("--llama", type=pathlib.Path, help="llama-server, to compare throughput with")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--streams", default="1,4,16,64", help="how many at once (default: %(default)s)")
    parser.add_argument("--tokens", type=int, default=48, help="that each stream generates (default: %(default)s)")
    parser.add_argument("--connections", type=int, default=10_000, help="that are idle (default: %(default)s)")
    parser.add_argument("--idle-tokens", type=int, default=128, help="of the stream beside them (default: %(default)s)")
    parser.add_argument("--requests", type=int, default=20_000, help="of endurance (default: %(default)s)")
    parser.add_argument("--cache-memory", default="0.1", help="gigabytes, of endurance (default: %(default)s)")
    parser.add_argument("--sample-every", type=int, default=1000, help="requests (default: %(default)s)")
    parser.add_argument("--llama-parallel", type=int, default=16, help="llama-server's -np (default: %(default)s)")
    parser.add_argument("--llama-context", type=int, default=512, help="tokens for each (default: %(default)s)")
    parser.add_argument("--swiftlet", type=pathlib.Path, default=ROOT / ".build/release/swiftlet")
    parser.add_argument("--swiftlet-flags", default="", help="further flags of swiftlet serve, in one word")
    parser.add_argument("--llama-flags", default="", help="further flags of llama-server, in one word")
    parser.add_argument("--json", type=pathlib.Path, help="a file for all samples")
    arguments = parser.parse_args()
    arguments.what = arguments.what or list(MEASUREMENTS)
    for name in arguments.what:
        if name not in MEASUREMENTS:
            parser.error(f"{name} is not one of {', '.join(MEASUREMENTS)}")
    try:
        arguments.streams = [int(count) for count in arguments.streams.split(",")]
    except ValueError:
        parser.error("--streams: numbers with commas between them")
    if min(arguments.streams + [arguments.runs, arguments.tokens, arguments.connections, arguments.requests]) < 1:
        parser.error("--runs, --streams, --tokens, --connections and --requests: at least 1")
    for path in filter(None, (arguments.swiftlet, arguments.llama)):
        if not path.exists():
            parser.error(f"{path} is not there; build it first")
    if arguments.llama and not pathlib.Path(arguments.model).is_file():
        parser.error("--llama needs --model FILE.gguf")
    busy = os.getloadavg()[0]
    if busy > 0.5:
        note(f"{busy:.1f} threads computed in the last minute, on average; ratios hold only on a machine at rest")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory() as folder:
        if arguments.tokenizer:
            arguments.model = with_tokenizer(arguments, folder)
        try:
            asyncio.run(measure(arguments))
        except KeyboardInterrupt:
            note("\ninterrupted")
            sys.exit(130)


if __name__ == "__main__":
    main()
