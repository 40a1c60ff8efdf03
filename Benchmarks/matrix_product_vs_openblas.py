#!/usr/bin/env python3
"""Swiftlet's float32 matrix product beside OpenBLAS (numpy's wheel), two threads, in turn in one run.

usage: matrix_product_vs_openblas.py [--rounds 12]

Build first: swift build -c release --package-path Benchmarks. Prints GFLOP/s of each (best of the rounds) and their
ratio; numpy must be installed.
"""
import argparse, os, pathlib, subprocess, time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "2")
os.environ.setdefault("SWIFTLET_THREADS", "2")
import numpy as np

SHAPES = [  # m, n, k, a transposed, b transposed
    (512, 512, 512, 0, 0), (1024, 1024, 1024, 0, 0), (1024, 1024, 1024, 1, 0), (1024, 1024, 1024, 0, 1),
    (2048, 2048, 2048, 0, 0), (2048, 2048, 2048, 0, 1), (256, 8192, 2048, 0, 1), (256, 2048, 8192, 0, 1),
    (64, 2048, 2048, 0, 1), (16, 2048, 2048, 0, 1), (1024, 50257, 768, 0, 1),
]

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--rounds", type=int, default=12)
arguments = parser.parse_args()
binary = pathlib.Path(__file__).parent / ".build/release/MatrixProduct"
peer = subprocess.Popen([binary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
print(f"{'m × n × k':>22}  aT bT  Swiftlet  OpenBLAS  ratio   (GFLOP/s, best of {arguments.rounds})")
for m, n, k, ta, tb in SHAPES:
    a = np.random.rand(*((k, m) if ta else (m, k))).astype(np.float32)
    b = np.random.rand(*((n, k) if tb else (k, n))).astype(np.float32)
    left, right = (a.T if ta else a), (b.T if tb else b)
    # Long enough for the processor to come to its full speed again.
    repetitions = max(2, int(4e10 / (2 * m * n * k)))
    ours = theirs = float("inf")
    left @ right
    for _ in range(arguments.rounds):
        time.sleep(0.3)  # Threads go on spinning for a while; the other side should not pay for that.
        peer.stdin.write(f"{m} {n} {k} {ta} {tb} {repetitions}\n")
        peer.stdin.flush()
        ours = min(ours, float(peer.stdout.readline()))
        time.sleep(0.3)
        for _ in range(repetitions):
            start = time.perf_counter()
            left @ right
            theirs = min(theirs, time.perf_counter() - start)
    work = 2e-9 * m * n * k
    print(f"{f'{m} × {n} × {k}':>22}  {ta:>2} {tb:>2}  {work / ours:8.1f}  {work / theirs:8.1f}  {theirs / ours:5.2f}", flush=True)
