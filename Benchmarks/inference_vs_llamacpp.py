#!/usr/bin/env python3
"""Reading prompts and generating: Swiftlet beside llama.cpp, the same files, the same threads, in turn in one run.

usage: inference_vs_llamacpp.py [--models llama-3.2-1b,…] [--types F16,Q8_0,…] [--runs 5] [--depth 4096] [--json]

Build first: swift build -c release. llama.cpp comes from --llama-bin, a folder with llama-bench and llama-quantize, or
is built once in --work from the source distribution of llama-cpp-python, which holds a copy of it (pip, cmake and a C++
compiler are needed). The models have the shapes of published ones and random weights: `swiftlet init` and `swiftlet
convert` make a float16 GGUF, llama-quantize the other types; a file that is there is used again. They hold no
tokenizer, which neither side needs to be measured.

Each round runs `swiftlet bench` and then llama-bench: a prompt of 256 tokens (pp256), 32 tokens one by one (tg32), and
with --depth the latter after so many others. Prints the medians in tokens/s, Swiftlet's divided by llama.cpp's, and for
generation the part of the memory's measured read bandwidth that either reaches by the weights' bytes.

With --llama2c FOLDER, which holds llama2.c's `run`, stories260K.bin and tok512.bin, that model is compared with it too.
"""
import argparse, json, os, pathlib, re, statistics, subprocess, sys, tarfile, tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
# A preset of Swiftlet's, or what a config.json says.
SHAPES = {
    "llama-3.2-1b": "llama-3.2-1b",
    "llama-12x768": dict(
        architectures=["LlamaForCausalLM"], model_type="llama", vocab_size=32000, max_position_embeddings=8192,
        hidden_size=768, intermediate_size=2048, num_hidden_layers=12, num_attention_heads=12, num_key_value_heads=4,
        rms_norm_eps=1e-5, rope_theta=10000.0, tie_word_embeddings=True, hidden_act="silu", bos_token_id=1,
        eos_token_id=2),
    "gpt2": "gpt2",
}
TYPES = ["F16", "Q8_0", "Q4_0", "Q4_K_M", "Q6_K"]


def note(text):
    print(text, file=sys.stderr, flush=True)


def run(command, **options):
    """What a command writes to standard output; ends this program with its errors where it fails."""
    process = subprocess.run([str(word) for word in command], capture_output=True, text=True, **options)
    if process.returncode:
        sys.exit(f"{' '.join(map(str, command))}\nfailed:\n{process.stderr[-2000:]}")
    return process.stdout


def llama_tools(arguments):
    """The folder that holds llama-bench, which is built where it is not there."""
    if arguments.llama_bin:
        if not (arguments.llama_bin / "llama-bench").exists():
            sys.exit(f"{arguments.llama_bin}: holds no llama-bench")
        return arguments.llama_bin
    source = arguments.work / "llama.cpp"
    tools = source / "build/bin"
    if not (tools / "llama-bench").exists() or not (tools / "llama-quantize").exists():
        if not source.exists():
            note("fetching llama.cpp's source")
            with tempfile.TemporaryDirectory() as folder:
                run([sys.executable, "-m", "pip", "download", "--no-deps", "--no-binary", ":all:", "--dest", folder,
                     "llama-cpp-python"])
                with tarfile.open(next(pathlib.Path(folder).glob("*.tar.gz"))) as archive:
                    archive.extractall(folder, filter="data")
                next(pathlib.Path(folder).glob("*/vendor/llama.cpp")).rename(source)
        note("building llama.cpp, which takes some minutes")
        run(["cmake", "-S", source, "-B", source / "build", "-DCMAKE_BUILD_TYPE=Release", "-DGGML_NATIVE=ON",
             "-DLLAMA_CURL=OFF"])
        run(["cmake", "--build", source / "build", "-j", os.cpu_count() or 2, "--target", "llama-bench",
             "llama-quantize"])
    return tools


def model_file(arguments, tools, name, kind):
    """The GGUF file of a shape and type, which is made where it is not there; None where it cannot be."""
    path = arguments.work / f"{name}-{kind}.gguf"
    if path.exists():
        return path
    half = arguments.work / f"{name}-F16.gguf"
    if not half.exists():
        note(f"{name}: making random weights")
        shape = SHAPES[name]
        with tempfile.TemporaryDirectory(dir=arguments.work) as folder:
            if isinstance(shape, dict):
                config = pathlib.Path(folder) / "config.json"
                config.write_text(json.dumps(shape))
                shape = config
            run([arguments.swiftlet, "init", shape, "--type", "f16", "--output", f"{folder}/model"])
            run([arguments.swiftlet, "convert", f"{folder}/model", half])
    if kind == "F16":
        return half
    note(f"{name}: quantizing to {kind}")
    quantize = tools / "llama-quantize"
    partial = path.with_suffix(".partial.gguf")
    command = [quantize, half, partial, kind] if quantize.exists() else [arguments.swiftlet, "quantize", half, partial, kind]
    process = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if process.returncode:
        note(f"{name}: {kind} is left out: {(process.stderr or process.stdout).strip().splitlines()[-1]}")
        partial.unlink(missing_ok=True)
        return None
    partial.rename(path)
    return path


def tests(arguments):
    """The flags of each call, which both programs know: a prompt and generation, and generation at a depth."""
    shallow = ["-p", arguments.prompt_tokens, "-n", arguments.generate_tokens]
    return [shallow] + ([["-p", 0, "-n", arguments.generate_tokens, "-d", arguments.depth]] if arguments.depth else [])


def swiftlet(arguments, path, flags):
    """Tokens/s of each test, and what is known about the file and the machine."""
    command = [arguments.swiftlet, "bench", "--model", path, "-t", arguments.threads, "-r", 1, "--json", *flags]
    rows = json.loads(run(command))
    return {row["test"]: row["tokens_per_second"] for row in rows}, {row["test"]: row for row in rows}


def llama(arguments, tools, path, flags):
    command = [tools / "llama-bench", "-m", path, "-t", arguments.threads, "-r", 1, "-o", "json", *flags]
    speeds = {}
    for row in json.loads(run(command)):
        test = f"pp{row['n_prompt']}" if row["n_prompt"] else f"tg{row['n_gen']}"
        speeds[test + (f" @ d{row['n_depth']}" if row["n_depth"] else "")] = row["avg_ts"]
    return speeds


def compare(arguments, tools, name, kind, path):
    """One row for each test: medians of both sides."""
    ours, theirs, facts = {}, {}, {}
    for round in range(arguments.runs):
        for flags in tests(arguments):
            speeds, found = swiftlet(arguments, path, flags)
            for test, speed in speeds.items():
                ours.setdefault(test, []).append(speed)
                facts.setdefault(test, []).append(found[test])
            for test, speed in llama(arguments, tools, path, flags).items():
                theirs.setdefault(test, []).append(speed)
        if sys.stderr.isatty():
            print(f"\r{name} {kind}: round {round + 1} of {arguments.runs}\x1b[K", end="", file=sys.stderr)
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    rows = []
    for test in ours:
        mine, other = statistics.median(ours[test]), statistics.median(theirs.get(test, [float("nan")]))
        bandwidth = statistics.median(fact["read_bytes_per_second"] for fact in facts[test])
        rows.append(dict(
            model=name, type=kind, test=test, swiftlet=mine, llama_cpp=other, ratio=mine / other,
            file_bytes=path.stat().st_size, read_bytes_per_second=bandwidth,
            float_operations_per_second=facts[test][0]["float_operations_per_second"],
            swiftlet_share=share(facts[test][0], mine, bandwidth), llama_cpp_share=share(facts[test][0], other, bandwidth),
            swiftlet_samples=ours[test], llama_cpp_samples=theirs.get(test, [])))
    return rows


def share(fact, speed, bandwidth):
    """The part of the machine's limit: of its arithmetic for a prompt, of the memory's bandwidth for generation."""
    if fact["generate_tokens"]:
        return speed * fact["bytes_read_per_token"] / bandwidth
    return fact["share_of_limit"] * speed / fact["tokens_per_second"]


def stories(arguments):
    """llama2.c's own model beside its own program, one thread each."""
    folder = arguments.llama2c.resolve()
    ours, theirs = [], []
    for _ in range(arguments.runs):
        command = [arguments.swiftlet, "bench", "--model", folder / "stories260K.bin", "-p", 0, "-n", 256, "-t", 1, "-r", 1,
                   "--json"]
        ours.append(json.loads(run(command))[0]["tokens_per_second"])
        process = subprocess.run(
            [folder / "run", "stories260K.bin", "-z", "tok512.bin", "-t", "0", "-n", "256"], cwd=folder,
            capture_output=True, text=True, errors="replace", env={**os.environ, "OMP_NUM_THREADS": "1"})
        if not (found := re.search(r"achieved tok/s: ([\d.]+)", process.stderr)):
            sys.exit(f"{folder}/run says no speed:\n{process.stderr}")
        theirs.append(float(found[1]))
    mine, other = statistics.median(ours), statistics.median(theirs)
    return [dict(model="stories260k", type="F32", test="tg256, 1 thread", swiftlet=mine, llama2_c=other, ratio=mine / other,
                 swiftlet_samples=ours, llama2_c_samples=theirs)]


def line(row):
    if "llama2_c" in row:
        return (f"{row['model']:>14} {row['type']:>8} {row['test']:>15}  {row['swiftlet']:9.1f} {row['llama2_c']:10.1f}"
                f"  {row['ratio']:5.2f}   (llama2.c)")
    return (f"{row['model']:>14} {row['type']:>8} {row['test']:>15}  {row['swiftlet']:9.1f} {row['llama_cpp']:10.1f}"
            f"  {row['ratio']:5.2f}   {row['swiftlet_share']:8.0%} {row['llama_cpp_share']:10.0%}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default=",".join(SHAPES), help=f"of {', '.join(SHAPES)} (default: all)")
    parser.add_argument("--types", default=",".join(TYPES), help="as llama-quantize names them (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--prompt-tokens", type=int, default=256)
    parser.add_argument("--generate-tokens", type=int, default=32)
    parser.add_argument("--depth", type=int, default=0, help="generate after so many tokens too")
    parser.add_argument("--llama-bin", type=pathlib.Path, help="a folder with llama-bench and llama-quantize")
    parser.add_argument("--llama2c", type=pathlib.Path, help="a folder with run, stories260K.bin and tok512.bin")
    parser.add_argument("--work", type=pathlib.Path, default=pathlib.Path(tempfile.gettempdir()) / "swiftlet-benchmarks",
                        help="where models and llama.cpp are kept (default: %(default)s)")
    parser.add_argument("--swiftlet", type=pathlib.Path, default=ROOT / ".build/release/swiftlet")
    parser.add_argument("--json", action="store_true", help="write one JSON array with all samples instead of a table")
    arguments = parser.parse_args()
    if not arguments.swiftlet.exists():
        parser.error(f"{arguments.swiftlet} is not there; build first: swift build -c release")
    if arguments.runs < 1:
        parser.error("--runs: at least 1")
    names = [name for name in arguments.models.split(",") if name]
    for name in names:
        if name not in SHAPES:
            parser.error(f"--models: {name} is not one of {', '.join(SHAPES)}")
    arguments.work.mkdir(parents=True, exist_ok=True)
    tools = llama_tools(arguments) if names else None
    busy = os.getloadavg()[0]
    if busy > 0.5:
        note(f"{busy:.1f} threads computed in the last minute, on average; ratios hold only on a machine that is at rest")
    rows = []
    if not arguments.json:
        print(f"{'model':>14} {'type':>8} {'test':>15}  {'Swiftlet':>9} {'llama.cpp':>10}  ratio   of limit: {'llama.cpp':>9}"
              f"   (tokens/s, medians of {arguments.runs}, {arguments.threads} threads)", flush=True)

    def take(found):
        rows.extend(found)
        if not arguments.json:
            for row in found:
                print(line(row), flush=True)

    try:
        for name in names:
            for kind in arguments.types.split(","):
                if path := model_file(arguments, tools, name, kind.upper()):
                    take(compare(arguments, tools, name, kind.upper(), path))
        if arguments.llama2c:
            take(stories(arguments))
    except KeyboardInterrupt:
        note("\ninterrupted")
        if not rows:
            sys.exit(130)
    if arguments.json:
        print(json.dumps(rows, indent=1))
    for kind in ("pp", "tg"):
        ratios = [row["ratio"] for row in rows if row["test"].startswith(kind) and "llama_cpp" in row]
        if ratios and not arguments.json:
            print(f"{kind}: geometric mean of the ratios {statistics.geometric_mean(ratios):.2f}, least {min(ratios):.2f}")


if __name__ == "__main__":
    main()
