#!/usr/bin/env python3
"""Check what swiftlet writes and computes against transformers and llama.cpp.

For every kind of checkpoint in peer_models.py a small random one is made, and then

  swiftlet logits      on the folder                    = transformers' logits
  swiftlet tokenize    on the folder                    = transformers' ids and decoded texts
  folder → folder → transformers                        = the original's logits, and the same ids
  folder → sharded folder → transformers                = the original's logits
  folder → GGUF → folder → transformers                 = the original's logits, and the same ids
  folder → .bin → folder → transformers (LLaMA 2)       = the original's logits
  folder → GGUF → llama.cpp                             = swiftlet's logits, ids and greedy continuation

Needs: pip install torch transformers tokenizers safetensors numpy, and llama-cpp-python for the last row.

  $ scripts/peers.py --swiftlet .build/release/swiftlet
  $ scripts/peers.py --case llama-3.1 --keep peers
  $ scripts/peers.py --checkpoint ~/my-model           (a folder of your own instead of the random ones)
  $ scripts/peers.py --llama-library build/bin         (the folder of a libllama that you built)

Prints one line per check. The exit status is 0 when nothing failed; a check that a peer cannot take part in
is listed as skipped, with the reason.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile

SHARD_OPTION = ["--shard-size", "0.0002"]  # gigabytes
STEPS = 16  # greedy tokens
PARITY = 1e-3  # swiftlet against transformers: different orders of summation
SAME = 1e-4  # transformers against transformers: only the file has changed
# llama.cpp keeps GELU in a table of 16-bit floats, and multiplies f16 weights with f16 activations.
LLAMA_CPP = 2e-2


class Failed(Exception):
    """A check that did not hold; the text says how."""


class Skipped(Exception):
    """A check that cannot be made here; the text says why."""


def run(*command, text: str | None = None) -> str:
    process = subprocess.run([str(part) for part in command], input=text, capture_output=True, text=True)
    if process.returncode != 0:
        lines = (process.stderr.strip() or process.stdout.strip() or "no message").splitlines()
        status = f"signal {-process.returncode}" if process.returncode < 0 else f"status {process.returncode}"
        raise Failed(f"{os.path.basename(str(command[0]))} {command[1]}: {status}: {lines[-1][:160]}")
    return process.stdout


# --- Swiftlet -------------------------------------------------------------------------------------------------


class Swiftlet:
    def __init__(self, executable: str):
        self.executable = executable

    def convert(self, source: str, target: str, *options: str) -> str:
        run(self.executable, "convert", source, target, *options)
        if not os.path.exists(target):
            raise Failed(f"convert ended well but wrote no {os.path.basename(target)}")
        return target

    def logits(self, path: str, ids: list[int]):
        """[length, vocabulary]"""
        from safetensors.numpy import load_file

        with tempfile.NamedTemporaryFile(suffix=".safetensors") as file:
            run(self.executable, "logits", "--model", path, "--ids", ",".join(map(str, ids)), "--output", file.name)
            return load_file(file.name)["logits"][0]

    def tokenize(self, path: str, texts: list[str]) -> list[dict]:
        lines = "".join(json.dumps({"text": text}) + "\n" for text in texts)
        output = run(self.executable, "tokenize", "--model", path, "--jsonl", text=lines)
        return [json.loads(line) for line in output.splitlines()]


# --- transformers ---------------------------------------------------------------------------------------------


class Reference:
    """A checkpoint folder as transformers opens it: logits, greedy continuation, ids of texts."""

    def __init__(self, folder: str):
        import torch
        import transformers

        try:
            self.model, report = transformers.AutoModelForCausalLM.from_pretrained(
                folder, dtype=torch.float32, attn_implementation="eager", output_loading_info=True)
        except Exception as error:
            raise Failed(f"transformers cannot open it: {type(error).__name__}: {str(error)[:140]}")
        for key in ("missing_keys", "unexpected_keys", "mismatched_keys"):
            if report.get(key):
                raise Failed(f"transformers reports {key}: {sorted(map(str, report[key]))[:3]}")
        self.model.eval()
        self.folder = folder

    def logits(self, ids: list[int]):
        import torch

        with torch.no_grad():
            return self.model(input_ids=torch.tensor([ids])).logits[0].float().numpy()

    def greedy(self, ids: list[int]) -> list[int]:
        for _ in range(STEPS):
            ids = ids + [int(self.logits(ids)[-1].argmax())]
        return ids

    def encode(self, texts: list[str]) -> list[dict]:
        import transformers

        try:
            tokenizer = transformers.AutoTokenizer.from_pretrained(self.folder)
        except Exception as error:
            raise Failed(f"transformers cannot open its tokenizer: {type(error).__name__}: {str(error).splitlines()[0]}")
        rows = [tokenizer(text, add_special_tokens=False)["input_ids"] for text in texts]
        return [{"ids": ids, "decoded": tokenizer.decode(ids)} for ids in rows]


# --- llama.cpp ------------------------------------------------------------------------------------------------


def llama_worker(path: str, request: dict) -> dict:
    """Runs in a process of its own, for llama.cpp aborts on a file that it does not like."""
    import ctypes

    import llama_cpp as api

    @api.llama_log_callback
    def log(level, text, data):
        if level >= 3:
            sys.stderr.write(text.decode(errors="replace"))

    api.llama_log_set(log, ctypes.c_void_p(0))
    api.llama_backend_init()
    model = api.llama_model_load_from_file(path.encode(), api.llama_model_default_params())
    if not model:
        raise SystemExit("llama.cpp cannot open the file")
    vocabulary = api.llama_model_get_vocab(model)
    size = api.llama_vocab_n_tokens(vocabulary)

    def encode(text: str) -> list[int]:
        data = text.encode()
        buffer = (api.llama_token * (4 * len(data) + 16))()
        count = api.llama_tokenize(vocabulary, data, len(data), buffer, len(buffer), False, False)
        return list(buffer[:count])

    settings = api.llama_context_default_params()
    settings.n_ctx = settings.n_batch = settings.n_ubatch = 256
    settings.n_threads = settings.n_threads_batch = 1
    settings.flash_attn_type = 0
    settings.type_k = settings.type_v = 0  # the cache in float32
    context = api.llama_init_from_model(model, settings)
    if not context:
        raise SystemExit("llama.cpp cannot make a context")
    batch = api.llama_batch_init(256, 0, 1)

    def decode(ids: list[int], first: int) -> list[list[float]]:
        batch.n_tokens = len(ids)
        for index, token in enumerate(ids):
            batch.token[index], batch.pos[index] = token, first + index
            batch.n_seq_id[index], batch.seq_id[index][0], batch.logits[index] = 1, 0, True
        if api.llama_decode(context, batch) != 0:
            raise SystemExit("llama_decode failed")
        return [api.llama_get_logits_ith(context, index)[:size] for index in range(len(ids))]

    ids = list(request["ids"])
    logits = decode(ids, 0)
    last = logits[-1]
    for _ in range(STEPS):
        ids.append(max(range(size), key=last.__getitem__))
        last = decode(ids[-1:], len(ids) - 1)[0]
    return {"logits": logits, "greedy": ids, "texts": [encode(text) for text in request["texts"]]}


def ask_llama_cpp(path: str, ids: list[int], texts: list[str]) -> dict:
    return json.loads(run(
        sys.executable, os.path.abspath(__file__), "--llama-worker", path,
        text=json.dumps({"ids": ids, "texts": texts})))


def why_no_llama_cpp() -> str | None:
    try:
        import llama_cpp  # noqa: F401
    except Exception as error:
        return f"llama_cpp does not load ({type(error).__name__}: {str(error).splitlines()[0][:60]})"


# --- Checks ---------------------------------------------------------------------------------------------------


def compare_logits(actual, expected, tolerance: float) -> str:
    import numpy

    if actual.shape != expected.shape:
        raise Failed(f"logits {list(actual.shape)}, expected {list(expected.shape)}")
    difference = float(numpy.abs(actual - expected).max())
    if not difference <= tolerance:
        raise Failed(f"logits differ by {difference:.2e} (at most {tolerance:.0e})")
    return f"logits {difference:.1e}"


def compare_greedy(logits, ids: list[int], prompt: int, tolerance: float) -> str:
    """Every id after the prompt is the greatest logit before it, or within the tolerance of it."""
    for index in range(prompt, len(ids)):
        row = logits[index - 1]
        if row.max() - row[ids[index]] > 2 * tolerance:
            raise Failed(f"greedy continuation parts at token {index - prompt + 1}")
    return f"greedy {len(ids) - prompt}/{len(ids) - prompt}"


def compare_texts(actual: list[dict], expected: list[dict], texts: list[str], decoded: bool = True) -> str:
    if len(actual) != len(texts):
        raise Failed(f"{len(actual)} texts came back of {len(texts)}")
    for mine, theirs, text in zip(actual, expected, texts):
        if mine["ids"] != theirs["ids"]:
            raise Failed(f"ids of {text[:24]!r} differ: {mine['ids'][:8]}, expected {theirs['ids'][:8]}")
        if decoded and mine["decoded"] != theirs["decoded"]:
            raise Failed(f"decoded {mine['decoded'][:30]!r}, expected {theirs['decoded'][:30]!r}")
    return f"{len(texts)} texts"


class Examination:
    """Every check of one checkpoint folder. `facts` says what its peers can take part in."""

    def __init__(self, swiftlet: Swiftlet, folder: str, work: str, texts: list[str], facts):
        self.swiftlet, self.folder, self.work, self.texts, self.facts = swiftlet, folder, work, texts, facts
        self.reference = Reference(folder)
        self.expected_texts = self.reference.encode(texts)
        self.ids = self.expected_texts[0]["ids"][:24]
        self.expected = self.reference.logits(self.ids)

    def path(self, name: str) -> str:
        return os.path.join(self.work, name)

    def gguf(self) -> str:
        path = self.path("model.gguf")
        return path if os.path.exists(path) else self.swiftlet.convert(self.folder, path)

    def same_in_transformers(self, folder: str, texts: bool = True) -> str:
        back = Reference(folder)
        result = compare_logits(back.logits(self.ids), self.expected, SAME)
        if texts:
            result += ", " + compare_texts(back.encode(self.texts), self.expected_texts, self.texts)
        return result

    def check_logits(self) -> str:
        ids = self.reference.greedy(self.ids)
        logits = self.swiftlet.logits(self.folder, ids)
        return (compare_logits(logits, self.reference.logits(ids), PARITY) + ", "
                + compare_greedy(logits, ids, len(self.ids), PARITY))

    def check_tokenizer(self) -> str:
        return compare_texts(self.swiftlet.tokenize(self.folder, self.texts), self.expected_texts, self.texts)

    def check_folder(self) -> str:
        return self.same_in_transformers(self.swiftlet.convert(self.folder, self.path("folder")))

    def check_shards(self) -> str:
        folder = self.swiftlet.convert(self.folder, self.path("shards"), *SHARD_OPTION)
        files = [name for name in os.listdir(folder) if name.endswith(".safetensors")]
        if len(files) < 2:
            raise Failed(f"one file in place of several: {files}")
        return self.same_in_transformers(folder) + f", {len(files)} files"

    def check_gguf_and_back(self) -> str:
        folder = self.swiftlet.convert(self.gguf(), self.path("from-gguf"))
        return self.same_in_transformers(folder, texts=self.facts.gguf_vocabulary)

    def check_bin_and_back(self) -> str:
        if not self.facts.llama2c:
            raise Skipped("llama2.c's .bin holds only LLaMA 1 and 2 without biases or rope scaling")
        file = self.swiftlet.convert(self.folder, self.path("model.bin"))
        return self.same_in_transformers(self.swiftlet.convert(file, self.path("from-bin")), texts=False)

    def check_gguf_in_swiftlet(self) -> str:
        result = compare_logits(self.swiftlet.logits(self.gguf(), self.ids), self.expected, PARITY)
        if not self.facts.gguf_vocabulary:
            return result + ", GGUF holds no such vocabulary"
        return result + ", " + compare_texts(
            self.swiftlet.tokenize(self.gguf(), self.texts), self.expected_texts, self.texts)

    def check_llama_cpp(self) -> str:
        import numpy

        if not self.facts.llama_cpp:
            raise Skipped(self.facts.reason)
        if reason := why_no_llama_cpp():
            raise Skipped(reason)
        answer = ask_llama_cpp(self.gguf(), self.ids, self.texts)
        mine = self.swiftlet.logits(self.gguf(), answer["greedy"])
        result = compare_logits(mine[:len(self.ids)], numpy.array(answer["logits"], dtype="float32"), LLAMA_CPP)
        result += ", " + compare_greedy(mine, answer["greedy"], len(self.ids), LLAMA_CPP)
        return result + ", " + compare_texts(
            [{"ids": ids} for ids in answer["texts"]], self.expected_texts, self.texts, decoded=False)

    CHECKS = [
        ("logits", check_logits), ("tokenizer", check_tokenizer), ("folder", check_folder),
        ("sharded folder", check_shards), ("GGUF", check_gguf_in_swiftlet),
        ("GGUF to folder", check_gguf_and_back), (".bin to folder", check_bin_and_back),
        ("llama.cpp", check_llama_cpp),
    ]


class Given:
    """What is known of a checkpoint that the caller gave: nothing, so every peer is asked."""

    llama_cpp, llama2c, gguf_vocabulary, reason = True, False, True, ""


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--swiftlet", default=".build/release/swiftlet", help="the executable to examine")
    parser.add_argument("--case", action="append", help="only this kind of checkpoint (repeatable)")
    parser.add_argument("--check", action="append", help="only this check (repeatable)")
    parser.add_argument("--checkpoint", action="append", help="a Hugging Face folder to examine (repeatable)")
    parser.add_argument("--llama-library", help="folder of libllama, in place of the one in llama-cpp-python")
    parser.add_argument("--seed", type=int, default=1, help="of the random weights")
    parser.add_argument("--keep", help="write the files here and leave them")
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.add_argument("--llama-worker", help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> int:
    options = parse_arguments()
    if options.llama_worker:
        json.dump(llama_worker(options.llama_worker, json.load(sys.stdin)), sys.stdout)
        return 0
    if options.llama_library:
        os.environ["LLAMA_CPP_LIB_PATH"] = os.path.abspath(options.llama_library)
    executable = os.path.abspath(options.swiftlet)
    if not os.access(executable, os.X_OK):
        print(f"{executable}: no such executable; swift build -c release makes it", file=sys.stderr)
        return 2
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    import transformers

    from peer_models import CASES, TEXTS

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    unknown = set(options.case or []) - {case.name for case in CASES}
    if unknown:
        print(f"no such case: {', '.join(sorted(unknown))}; there are "
              + ", ".join(case.name for case in CASES), file=sys.stderr)
        return 2

    root = options.keep or tempfile.mkdtemp(prefix="swiftlet-peers-")
    rows = []

    def examine(name: str, folder: str, facts):
        work = os.path.join(root, name)
        os.makedirs(work, exist_ok=True)
        try:
            examination = Examination(Swiftlet(executable), folder, work, TEXTS, facts)
        except Failed as failure:
            rows.append((name, "open", "FAILED", str(failure)))
            return
        for check, function in Examination.CHECKS:
            if options.check and check not in options.check:
                continue
            try:
                outcome = ("ok", function(examination))
            except Skipped as skipped:
                outcome = ("skipped", str(skipped))
            except Failed as failure:
                outcome = ("FAILED", str(failure))
            rows.append((name, check) + outcome)
            if not options.json:
                print(f"{name:14} {check:16} {outcome[0]:8} {outcome[1]}", flush=True)

    try:
        names: list[str] = []
        for path in options.checkpoint or []:
            names.append(os.path.basename(os.path.normpath(path)))
            count = names.count(names[-1])  # Folders of the same name must not meet in one.
            examine(names[-1] + (f"-{count}" if count > 1 else ""), path, Given)
        for case in CASES if not options.checkpoint else []:
            if options.case and case.name not in options.case:
                continue
            folder = os.path.join(root, case.name, "original")
            shutil.rmtree(os.path.join(root, case.name), ignore_errors=True)
            case.make(folder, options.seed)
            examine(case.name, folder, case)
    finally:
        if not options.keep:
            shutil.rmtree(root, ignore_errors=True)

    counts = {state: sum(row[2] == state for row in rows) for state in ("ok", "FAILED", "skipped")}
    if options.json:
        keys = ("case", "check", "result", "detail")
        print(json.dumps({"counts": counts, "checks": [dict(zip(keys, row)) for row in rows]}, indent=1))
    else:
        print(f"{counts['ok']} ok, {counts['FAILED']} failed, {counts['skipped']} skipped")
    return 1 if counts["FAILED"] else 0


if __name__ == "__main__":
    sys.exit(main())
