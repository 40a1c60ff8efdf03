#!/usr/bin/env python3
"""Use a server with the clients that people have: OpenAI's, LangChain's and Anthropic's.

  $ pip install -r scripts/requirements-clients.txt
  $ scripts/client-suite.py --server .build/release/swiftlet            (starts servers of the built-in models)
  $ scripts/client-suite.py --base-url http://127.0.0.1:8080/v1         (a server that runs; it must serve the built-in models)
  $ scripts/client-suite.py --server … --hostile                        (and inputs that mean harm)
  $ scripts/client-suite.py --server … --schemathesis                   (and requests made from the server's own description)
  $ scripts/client-suite.py --server … --only 'chat|embeddings'         (the checks whose name matches)

Prints one line per check. The exit status is 0 when all passed, 1 when one failed, 77 when a package is missing.
"""

import argparse
import contextlib
import importlib
import sys
import tempfile

PARTS = [
    "completing", "chatting", "structured", "tools", "embedding", "responding", "messaging", "texts", "failing", "many",
    "langchained", "operating"
]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--server", help="the swiftlet program, to start servers of")
    where.add_argument("--base-url", help="a running server's, with /v1")
    parser.add_argument("--only", help="checks whose name matches this expression")
    parser.add_argument("--hostile", action="store_true", help="inputs that mean harm, too")
    parser.add_argument("--schemathesis", action="store_true", help="requests made from the description, too")
    arguments = parser.parse_args()
    try:
        from clients import live, talkers
        for part in PARTS + ["hostile", "hostile_connections"] * arguments.hostile + ["described"] * arguments.schemathesis:
            importlib.import_module(f"clients.{part}")
    except ModuleNotFoundError as error:
        print(f"skipped: the package {error.name} is missing; pip install -r scripts/requirements-clients.txt")
        return 77
    with contextlib.ExitStack() as stack:
        if arguments.base_url:
            servers = {"main": live.Live(arguments.base_url)}
        else:
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            talking = talkers.made(arguments.server, folder)
            models = ["--model", "tiny-gpt", "--model", "tiny-llama", *talking]
            servers = {
                "main": stack.enter_context(live.started(arguments.server, *models)), "guarded": stack.enter_context(
                    live.started(arguments.server, "--api-key", "right", "--api-key", "other", "--parallel", "1",
                                 key="right")), "small": stack.enter_context(
                                     live.started(arguments.server, "--max-body", "1", "--queue", "4", "--max-tokens",
                                                  "20", "--allowed-origin", "https://app.example")),
            }
            servers["main"].folders = [model.split("=", 1)[1] for model in talking[1::2]]
        return 1 if live.run(servers, arguments.only) else 0


if __name__ == "__main__":
    sys.exit(main())
