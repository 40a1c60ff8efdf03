"""Requests made by Schemathesis from the server's own description: right ones, and ones that are wrong on purpose."""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from .live import Skipped, check, expect

# What is right depends on the model: its vocabulary, its context, its template; and grammars and schemas are languages
# of their own. So a request that the description allows may be refused. It may never fail.
LEFT_OUT = ["positive_data_acceptance"]


def narrowed(description, live):
    """The description with what this server has: names of models, ids of tokens; and without streams, whose bodies
    Schemathesis does not take apart."""
    schemas = description["components"]["schemas"]
    schemas["Model"] = {"enum": [*live.models, None]}
    schemas["TokenId"]["maximum"] = 1023

    def walk(value):
        if isinstance(value, dict):
            if isinstance(value.get("stream"), dict) and value["stream"]:
                value["stream"] = {"enum": [False, None]}
            if "properties" in value:
                # These go together with others: tools, logprobs, add_generation_prompt.
                for key in ("tool_choice", "top_logprobs", "continue_final_message"):
                    value["properties"].pop(key, None)
            for key, child in value.items():
                if key in ("n", "best_of") and isinstance(child, dict):
                    child["maximum"] = 3
                walk(child)
        elif isinstance(value, list):
            for child in value:
                walk(child)

    walk(schemas)
    return description


@check("description: requests made from it find no failure, and answers are as it says")
def described(live):
    description = live.get("/openapi.json").json()
    if not description.get("paths"):
        raise Skipped("/openapi.json describes nothing")
    program = pathlib.Path(sys.executable).parent / "schemathesis"
    program = str(program) if program.exists() else shutil.which("schemathesis")
    if not program:
        raise Skipped("schemathesis is missing")
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder, "openapi.json")
        file.write_text(json.dumps(narrowed(description, live)))
        run = subprocess.run([
            program, "run",
            str(file), "--url", live.root, "--checks", "all", "--exclude-checks", ",".join(LEFT_OUT), "--phases",
            "examples,coverage,fuzzing", "--max-examples", "20", "--seed", "1", "--workers", "2", "--request-timeout",
            "30", "--continue-on-failure", "--suppress-health-check", "all", "--no-color"
        ], cwd=folder, capture_output=True, text=True, timeout=400)
    report = re.sub(r"\n{2,}", "\n", run.stdout)
    begin = report.find("= FAILURES")
    expect(run.returncode == 0, "exit status", run.returncode,
           (report[begin:] if begin > 0 else report)[:20000] + run.stderr[-500:])
    live.lives()
