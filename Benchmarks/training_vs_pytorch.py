#!/usr/bin/env python3
"""Whole training steps, float32, AdamW, two threads: Swiftlet beside PyTorch, in turn in one run.

usage: training_vs_pytorch.py [--rounds 3] [CASE …]        a case is model:batch:length, as gpt2:4:256

Build first: swift build -c release --package-path Benchmarks. PyTorch runs transformers' model with sdpa attention and
fused AdamW. Prints tokens/s (best of the rounds), their ratio, the peak memory of either process, and the part of the
measured float32 peak that Swiftlet's step reaches by 6 operations per parameter and token. Linux only.
"""
import argparse, json, os, pathlib, subprocess, sys, time

CASES = ["gpt2:4:64", "gpt2:4:256", "llama:4:256"]
PARAMETERS = {"gpt2": 124_439_808, "llama": 134_105_856}


def pytorch(model_name, batch, length):
    """The other side of the conversation: answers a number of steps with the seconds of the fastest."""
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel, LlamaConfig, LlamaForCausalLM

    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))
    if model_name == "gpt2":
        none = dict(resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0)
        model = GPT2LMHeadModel(GPT2Config(attn_implementation="sdpa", **none))
    else:
        model = LlamaForCausalLM(LlamaConfig(
            vocab_size=32000, hidden_size=768, intermediate_size=2048, num_hidden_layers=12, num_attention_heads=12,
            tie_word_embeddings=False, attn_implementation="sdpa"))
    model.train()
    assert sum(p.numel() for p in model.parameters()) == PARAMETERS[model_name]
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, betas=(0.9, 0.95), weight_decay=0.1, fused=True)
    ids = torch.randint(0, model.config.vocab_size, (batch, length))
    print("ready", torch.__version__, flush=True)
    for line in sys.stdin:
        best = float("inf")
        for _ in range(int(line)):
            start = time.perf_counter()
            optimizer.zero_grad(set_to_none=True)
            model(ids, labels=ids, use_cache=False).loss.backward()
            optimizer.step()
            best = min(best, time.perf_counter() - start)
        print(json.dumps({"seconds": best}), flush=True)


def peak_memory(process):
    """The most memory that a running process has held, in GiB."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 2**20


class Side:
    """A process that is asked for steps, and what it took at best."""

    def __init__(self, command):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.greeting = self.process.stdout.readline().strip()
        self.seconds = float("inf")

    def ask(self, question):
        self.process.stdin.write(f"{question}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def round(self, steps):
        answer = self.ask(steps)
        self.seconds = min(self.seconds, answer["seconds"])
        return answer

    def peak_memory(self):
        return peak_memory(self.process)

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=2, help="steps of either side in each round")
    parser.add_argument("cases", nargs="*", default=CASES)
    arguments = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    os.environ.setdefault("SWIFTLET_THREADS", os.environ["OMP_NUM_THREADS"])
    binary = str(pathlib.Path(__file__).parent / ".build/release/TrainingStep")
    print(f"{'case':>12}  Swiftlet  PyTorch  ratio  memory (GiB)  of the peak   (tokens/s, best of {arguments.rounds})")
    for case in arguments.cases:
        model, batch, length = case.split(":")
        ours = Side([binary, model, batch, length])
        theirs = Side([sys.executable, __file__, "--peer", model, batch, length])
        for _ in range(arguments.rounds):
            details = ours.round(arguments.steps)
            theirs.round(arguments.steps)
        peak = float(ours.ask("peak"))
        tokens = int(batch) * int(length)
        part = 6 * PARAMETERS[model] * tokens / ours.seconds / peak
        print(f"{case:>12}  {tokens / ours.seconds:8.0f}  {tokens / theirs.seconds:7.0f}"
              f"  {theirs.seconds / ours.seconds:5.2f}  {ours.peak_memory():5.2f} {theirs.peak_memory():5.2f}"
              f"   {part:9.0%} of {peak / 1e9:.0f} GFLOP/s   PyTorch {theirs.greeting.split()[-1]}", flush=True)
        print(f"{'':>12}  forward {details['forward']:.3f} s, backward {details['backward']:.3f} s,"
              f" optimizer {details['optimizer']:.3f} s", flush=True)
        ours.end()
        theirs.end()


if len(sys.argv) > 1 and sys.argv[1] == "--peer":
    pytorch(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
elif __name__ == "__main__":
    main()
