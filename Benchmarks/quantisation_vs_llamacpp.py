#!/usr/bin/env python3
"""Quantising: Swiftlet beside llama-quantize, type by type: sizes, errors, time, memory, and perplexity with both engines.

usage: quantisation_vs_llamacpp.py [--types Q8_0,Q4_K_M,…] [--text FILE [--context 512]] [--json] MODEL.gguf

Build first: swift build -c release. --llama-bin is a folder that holds llama-quantize and, for --text, llama-perplexity,
such as inference_vs_llamacpp.py builds. MODEL.gguf holds float32 or float16 weights: `swiftlet convert MODEL out.gguf
--type f32`. Files are read with the Python package gguf (pip install gguf), which is neither's code.

For every type both programs write a file. Columns: whether every tensor has the same type and size in both; the
root-mean-square error of Swiftlet's quantised tensors against MODEL, divided by llama.cpp's, all together and the worst
tensor; seconds and peak memory of both. With --text, perplexity by llama-perplexity's method (the second half of every
whole context): of Swiftlet's file with both engines, and of llama.cpp's file with both.
"""
import argparse, json, math, pathlib, re, subprocess, sys, tempfile, time

import gguf
import numpy

from training_vs_pytorch import peak_memory

ROOT = pathlib.Path(__file__).resolve().parent.parent
TYPES = ["Q8_0", "Q4_0", "Q4_1", "Q5_0", "Q5_1", "IQ4_NL", "IQ4_XS", "Q2_K", "Q3_K_M", "Q4_K_M", "Q5_K_M", "Q6_K"]
PLAIN = {gguf.GGMLQuantizationType.F32, gguf.GGMLQuantizationType.F16, gguf.GGMLQuantizationType.BF16}


def timed(command):
    """Runs a command to its end: its seconds and its peak memory in GiB, as last seen while it ran."""
    with tempfile.TemporaryFile() as said:
        start = time.monotonic()
        process = subprocess.Popen([str(word) for word in command], stdout=said, stderr=said)
        memory = 0
        while process.poll() is None:
            # What the operating system counts for a child begins with what its parent had.
            try:
                memory = max(memory, peak_memory(process))
            except StopIteration:  # it has just ended
                break
            time.sleep(0.002)
        process.wait()
        seconds = time.monotonic() - start
        if process.returncode:
            said.seek(0)
            sys.exit(f"{' '.join(map(str, command))}\nfailed:\n{said.read().decode(errors='replace')[-2000:]}")
    return seconds, memory


def tensors(path):
    return {tensor.name: tensor for tensor in gguf.GGUFReader(path).tensors}


def squared_errors(source, path):
    """By tensor: the sum of squared differences from the source, and of how many numbers; of quantised tensors only."""
    found = {}
    for name, tensor in tensors(path).items():
        if tensor.tensor_type in PLAIN:
            continue
        exact = gguf.quants.dequantize(source[name].data, source[name].tensor_type).astype(numpy.float64)
        difference = gguf.quants.dequantize(tensor.data, tensor.tensor_type).reshape(exact.shape) - exact
        found[name] = (float((difference**2).sum()), difference.size)
    return found


def swiftlet_perplexity(arguments, path):
    text = arguments.text.read_text()
    ids = json.loads(subprocess.run([arguments.swiftlet, "tokenize", "--model", path, "-"], input=text, text=True,
                                    check=True, capture_output=True).stdout)
    length = arguments.context
    chunks = [ids[start:start + length] for start in range(0, len(ids) - length + 1, length)]
    total, count = 0.0, 0
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "logits.safetensors"
        for first in range(0, len(chunks), 8):
            batch = chunks[first:first + 8]
            command = [arguments.swiftlet, "logits", "--model", path, "--output", out]
            for chunk in batch:
                command += ["--ids", ",".join(map(str, chunk))]
            subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
            raw = out.read_bytes()
            header = int.from_bytes(raw[:8], "little")
            shape = json.loads(raw[8:8 + header])["logits"]["shape"]
            logits = numpy.frombuffer(raw, numpy.float32, offset=8 + header).reshape(shape)
            for chunk, scores in zip(batch, logits):
                half = range(length // 2, length - 1)
                scores = scores[half.start:half.stop].astype(numpy.float64)
                largest = scores.max(axis=1)
                logs = largest + numpy.log(numpy.exp(scores - largest[:, None]).sum(axis=1))
                total += (logs - scores[numpy.arange(len(half)), [chunk[i + 1] for i in half]]).sum()
                count += len(half)
    return math.exp(total / count)


def llama_perplexity(arguments, path):
    command = [arguments.llama_bin / "llama-perplexity", "-m", path, "-f", arguments.text, "-c", arguments.context,
               "-t", arguments.threads]
    for _ in range(3):  # its log sometimes loses its last lines
        process = subprocess.run([str(word) for word in command], capture_output=True, text=True)
        if match := re.search(r"Final estimate: PPL = ([\d.]+)", process.stdout + process.stderr):
            return float(match[1])
    sys.exit(f"llama-perplexity ended with {process.returncode}:\n{process.stderr[-2000:]}")


def compare(arguments, source, folder, kind):
    mine, other = folder / f"swiftlet-{kind}.gguf", folder / f"llama-{kind}.gguf"
    seconds, memory = timed([arguments.swiftlet, "quantize", arguments.model, mine, kind, "--threads", arguments.threads])
    other_seconds, other_memory = timed([arguments.llama_bin / "llama-quantize", arguments.model, other, kind,
                                         arguments.threads])
    form = lambda path: {name: (tensor.tensor_type, int(tensor.n_bytes)) for name, tensor in tensors(path).items()}
    errors, others = squared_errors(source, mine), squared_errors(source, other)
    shared = errors.keys() & others.keys()
    rms = lambda found: math.sqrt(sum(found[name][0] for name in shared) / sum(found[name][1] for name in shared))
    row = dict(
        type=kind, same_form=form(mine) == form(other), error=rms(errors) / rms(others),
        worst_tensor=max(math.sqrt(errors[name][0] / others[name][0]) for name in shared if others[name][0] > 0),
        seconds=seconds, llama_seconds=other_seconds, memory=memory, llama_memory=other_memory)
    if arguments.text:
        row["perplexity"] = [engine(arguments, path) for path in (mine, other)
                             for engine in (swiftlet_perplexity, llama_perplexity)]
    mine.unlink(), other.unlink()
    return row


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--types", default=",".join(TYPES))
    parser.add_argument("--text", type=pathlib.Path)
    parser.add_argument("--context", type=int, default=512)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--llama-bin", type=pathlib.Path, required=True)
    parser.add_argument("--swiftlet", type=pathlib.Path, default=ROOT / ".build/release/swiftlet")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    source, rows = tensors(arguments.model), []
    if not arguments.json:
        print(f"{'type':8} {'same form':9} {'error':>7} {'worst':>7} {'seconds':>15} {'peak memory, GiB':>17}"
              + ("   perplexity of Swiftlet's file, of llama.cpp's: Swiftlet / llama.cpp" if arguments.text else ""))
    with tempfile.TemporaryDirectory() as folder:
        for kind in arguments.types.split(","):
            row = compare(arguments, source, pathlib.Path(folder), kind)
            rows.append(row)
            if arguments.json:
                continue
            line = (f"{kind:8} {'yes' if row['same_form'] else 'NO':9} {row['error']:7.4f} {row['worst_tensor']:7.4f}"
                    f" {row['seconds']:6.2f} / {row['llama_seconds']:6.2f}"
                    f" {row['memory']:7.2f} / {row['llama_memory']:7.2f}")
            if arguments.text:
                a, b, c, d = row["perplexity"]
                line += f"   {a:.4f} / {b:.4f} = {a / b:.4f}, {c:.4f} / {d:.4f} = {c / d:.4f}"
            print(line, flush=True)
    if arguments.json:
        print(json.dumps(rows, indent=2))


if __name__ == "__main__":
    main()
