#!/usr/bin/env python3
"""Whole training steps of GPT-2 124M, float32, AdamW, two threads: Swiftlet beside llm.c's CPU trainer, in turn.

usage: training_vs_llmc.py [--rounds 3] FOLDER

Build first: swift build -c release --package-path Benchmarks. FOLDER is a checkout of https://github.com/karpathy/llm.c
with what its train_gpt2 opens there: gpt2_124M.bin and dev/data/tinyshakespeare/tiny_shakespeare_{train,val}.bin.
./dev/download_starter_pack.sh fetches them; random weights and tokens in the same formats serve as well. Build it there
with `CC=gcc make train_gpt2`, whose command amounts to the one below (gcc 12 made a faster one than clang 21):

    gcc -Ofast -march=native -fopenmp -DOMP train_gpt2.c -lm -lgomp -o train_gpt2

The shape, 4 texts of 64 tokens, is the one written in train_gpt2.c. It times its own steps; in each round it starts
anew, and its first step, which allocates, is left out. Prints ms/step (best of the rounds), their ratio, and the peak
memory of either process. Linux only.
"""
import argparse, os, pathlib, re, subprocess, sys

from training_vs_pytorch import Side, peak_memory

BATCH, LENGTH = 4, 64
STEP = re.compile(r"step (\d+): train loss (\S+) \(took (\S+) ms\)")


def llmc_round(binary, steps):
    """Starts llm.c's trainer, lets it take a step and then `steps` more: the seconds of these, and its peak memory."""
    # Its output goes to a pipe, which the C library would else fill before handing over a line.
    process = subprocess.Popen(
        ["stdbuf", "-oL", str(binary)], cwd=binary.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said, seconds = [], []
    try:
        for line in process.stdout:
            said.append(line)
            if match := STEP.match(line):
                seconds.append(float(match[3]) / 1000)
            if len(seconds) > steps:
                return seconds[1:], peak_memory(process)
    finally:
        process.kill()
        process.wait()
    sys.exit("llm.c ended early:\n" + "".join(said))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=3, help="timed steps of either side in each round, below 20")
    parser.add_argument("--binary", default="train_gpt2", help="name of llm.c's trainer in FOLDER")
    parser.add_argument("--swiftlet", default=str(pathlib.Path(__file__).parent / ".build/release/TrainingStep"),
                        help="the built TrainingStep")
    parser.add_argument("folder", type=pathlib.Path)
    arguments = parser.parse_args()
    if not 0 < arguments.steps < 20:
        parser.error("--steps: from 1 to 19 (llm.c samples a text before its step 20)")
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    os.environ.setdefault("SWIFTLET_THREADS", os.environ["OMP_NUM_THREADS"])
    binary = arguments.folder.resolve() / arguments.binary
    ours = Side([arguments.swiftlet, "gpt2", str(BATCH), str(LENGTH)])
    ours.round(1)  # the first step, left out on either side
    ours.seconds = theirs = float("inf")
    print(f"{'round':>5}  Swiftlet   llm.c  ratio   (ms/step, {BATCH} x {LENGTH} tokens, best of {arguments.steps})")
    for number in range(1, arguments.rounds + 1):
        mine = ours.round(arguments.steps)["seconds"]
        steps, memory = llmc_round(binary, arguments.steps)
        theirs = min(theirs, *steps)
        print(f"{number:>5}  {mine * 1000:8.0f}  {min(steps) * 1000:6.0f}  {min(steps) / mine:5.2f}", flush=True)
    print(f"{'best':>5}  {ours.seconds * 1000:8.0f}  {theirs * 1000:6.0f}  {theirs / ours.seconds:5.2f}"
          f"   memory {ours.peak_memory():.2f} {memory:.2f} GiB")
    ours.end()


if __name__ == "__main__":
    main()
