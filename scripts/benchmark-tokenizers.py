"""Swiftlet's tokenizers against Hugging Face's, alternating in one run, one thread each.

    (cd Benchmarks && swift build -c release --product TokenizerBenchmark)
    python scripts/benchmark-tokenizers.py TEXT TOKENIZER.json...

Each pass encodes the whole TEXT in one call with an empty word cache. Prints the best of the passes in MB/s, whether
the ids agree, and how long loading took.
"""
import os
import subprocess
import sys
import time

os.environ["RAYON_NUM_THREADS"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
from tokenizers import Tokenizer  # noqa: E402

PASSES = 7
root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
program = os.environ.get("TOKENIZER_BENCHMARK", os.path.join(root, "Benchmarks/.build/release/TokenizerBenchmark"))
path = sys.argv[1]
text = open(path, encoding="utf-8", newline="").read()
size = len(text.encode()) / 1e6

for vocabulary in sys.argv[2:]:
    began = time.perf_counter()
    theirs = Tokenizer.from_file(vocabulary)
    their_load = time.perf_counter() - began
    ours = subprocess.Popen([program, vocabulary, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    our_load = float(ours.stdout.readline().split()[1])
    our_best = their_best = float("inf")
    agree = True
    for _ in range(PASSES):
        ours.stdin.write("\n")
        ours.stdin.flush()
        seconds, count, total = ours.stdout.readline().split()
        our_best = min(our_best, float(seconds))
        fresh = Tokenizer.from_file(vocabulary)
        began = time.perf_counter()
        ids = fresh.encode(text, add_special_tokens=False).ids
        their_best = min(their_best, time.perf_counter() - began)
        checksum = sum((i + 1) * id for i, id in enumerate(ids)) & 0xFFFFFFFF
        agree = agree and (len(ids), checksum) == (int(count), int(total))
    ours.stdin.close()
    ours.wait()
    print(
        f"{os.path.basename(vocabulary)}: Swiftlet {size / our_best:.1f} MB/s, tokenizers {size / their_best:.2f} MB/s, "
        f"{their_best / our_best:.1f} times as fast; ids {'agree' if agree else 'DIFFER'}; "
        f"load {our_load:.3f} s against {their_load:.3f} s"
    )
