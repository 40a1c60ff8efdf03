"""A server that is looked at, and the list of checks."""

import contextlib
import re
import socket
import subprocess
import tempfile
import time
import traceback

import httpx
import openai

CHECKS = []
PATIENCE = 60  # seconds for one answer
LONGEST = 20_000  # characters of why a check failed


def check(name, needs="main"):
    """Enters a function as a check. It gets the servers by name; what it raises is why it failed."""

    def enter(function):
        CHECKS.append((name, needs, function))
        return function

    return enter


class Skipped(Exception):
    """A check that cannot be made here."""


def expect(condition, *what):
    """Fails the check, with what was seen."""
    if not condition:
        raise AssertionError(" ".join(repr(part) if not isinstance(part, str) else part for part in what))


def equal(seen, wanted, what=""):
    expect(seen == wanted, what, "is", seen, "instead of", wanted)


class Several:
    """Steps of which each may fail while the others are still made; fails at the end of its context, with all of them."""

    def __enter__(self):
        self.problems = []
        return self

    def __call__(self, step, *arguments, **options):
        try:
            return step(*arguments, **options)
        except AssertionError as error:
            self.problems.append(str(error))

    def __exit__(self, kind, *_):
        if kind is None and self.problems:
            raise AssertionError(f"{len(self.problems)} of them: " + " | ".join(self.problems))


class Live:
    """A running server."""

    def __init__(self, base_url, key=None, process=None, log=None, program=None, verify=True):
        self.base_url = base_url.rstrip("/")
        self.root = re.sub(r"/v1$", "", self.base_url)
        self.key, self.process, self.log = key, process, log
        # What starts further servers, and folders of models for them.
        self.program, self.folders = program, []
        parts = httpx.URL(self.root)
        self.host, self.port = parts.host, parts.port or 80
        self.sent = 0
        self.http = httpx.Client(timeout=PATIENCE, verify=verify, limits=httpx.Limits(max_connections=64))
        self.client = openai.OpenAI(base_url=self.base_url, api_key=key or "none", timeout=PATIENCE,
                                    http_client=httpx.Client(timeout=PATIENCE, verify=verify, event_hooks={"request": [self._count]}))
        entries = self.get("/v1/models").json()["data"]
        # Story writers with a context of 256 tokens, and what has room for tools.
        self.models = [entry["id"] for entry in entries if entry["max_model_len"] == 256]
        self.model = (self.models or [entry["id"] for entry in entries])[-1]
        self.roomy = [entry["id"] for entry in entries if entry["max_model_len"] >= 4096]

    @property
    def talkers(self):
        """The models that have room for tools."""
        if not self.roomy:
            raise Skipped("no model has a context of 4096 tokens or more")
        return self.roomy

    def _count(self, _):
        self.sent += 1

    @property
    def headers(self):
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}

    def get(self, path, **options):
        return self.http.get(self.root + path, headers=self.headers | options.pop("headers", {}), **options)

    def post(self, path, body=None, **options):
        if body is not None:
            options["json"] = body
        return self.http.post(self.root + path, headers=self.headers | options.pop("headers", {}), **options)

    def complete(self, prompt="Once upon a time", **fields):
        """A completion by OpenAI's client; fields it does not know go into the body."""
        known = {
            "best_of", "echo", "frequency_penalty", "logit_bias", "logprobs", "max_tokens", "n", "presence_penalty",
            "seed", "stop", "stream", "stream_options", "suffix", "temperature", "top_p", "user", "model"
        }
        extra = {key: fields.pop(key) for key in list(fields) if key not in known}
        fields.setdefault("model", self.model)
        return self.client.completions.create(prompt=prompt, extra_body=extra, **fields)

    def chat(self, content="Tell me about a cat.", **fields):
        messages = fields.pop("messages", [{"role": "user", "content": content}])
        fields.setdefault("model", self.model)
        return self.client.chat.completions.create(messages=messages, **fields)

    def tokens(self, text, special=False):
        return self.post("/tokenize", {"content": text, "model": self.model, "add_special": special}).json()["tokens"]

    def state(self):
        return self.get("/status.json").json()

    def is_idle(self):
        return all(m["running"] + m["reading"] + m["waiting"] == 0 for m in self.state()["models"])

    def wait_idle(self, seconds=5):
        """Waits until nothing is in work.
        Returns how long that took; fails after that many seconds."""
        start = time.monotonic()
        while not self.is_idle():
            expect(time.monotonic() - start < seconds, "still in work after", seconds, "s:", self.state()["models"])
            time.sleep(0.02)
        return time.monotonic() - start

    def connect(self, timeout=10.0):
        return socket.create_connection((self.host, self.port), timeout=timeout)

    def lives(self):
        """Fails unless the server still answers."""
        if self.process:
            expect(self.process.poll() is None, "the server ended with", self.process and self.process.poll())
        equal(self.get("/health").json(), {"status": "ok"}, "/health")


@contextlib.contextmanager
def started(server, *flags, key=None, verify=True):
    """A server of its own on a free port, while the context lasts."""
    with tempfile.NamedTemporaryFile("w+", suffix=".log") as log:
        process = subprocess.Popen([server, "serve", "--port", "0", *flags], stdout=subprocess.DEVNULL, stderr=log,
                                   stdin=subprocess.DEVNULL)
        try:
            yield Live(address(process, log.name), key, process, log.name, server, verify)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def address(process, log):
    for _ in range(600):
        with open(log) as text:
            found = re.search(r"API at (http\S+/v1)", text.read())
        if found:
            return found.group(1)
        if process.poll() is not None:
            break
        time.sleep(0.1)
    with open(log) as text:
        raise SystemExit(f"the server did not start: {text.read()[-2000:]}")


def run(servers, only=None):
    """Makes the checks.
    Returns how many failed."""
    counts = {"ok": 0, "FAILED": 0, "skipped": 0}
    for name, needs, function in CHECKS:
        if (only and not re.search(only, name)):
            continue
        start, reason, result = time.monotonic(), "", "ok"
        if needs not in servers:
            result, reason = "skipped", f"no server of the kind '{needs}'"
        else:
            try:
                function(servers[needs])
            except Skipped as why:
                result, reason = "skipped", str(why)
            except Exception as error:
                place = traceback.extract_tb(error.__traceback__)
                line = next(
                    (f.lineno for f in reversed(place) if "/clients/" in f.filename and f.name == function.__name__), 0)
                result, reason = "FAILED", f"line {line}: {type(error).__name__}: {str(error)[:LONGEST]}"
        counts[result] += 1
        print(f"{result:8}{time.monotonic() - start:6.2f} s  {name}" + (f"  ({reason})" if reason else ""), flush=True)
    for server in servers.values():
        try:
            server.lives()
        except Exception as error:
            counts["FAILED"] += 1
            print(f"FAILED           the server is alive at the end ({error})")
    print(f"{counts['ok']} passed, {counts['FAILED']} failed, {counts['skipped']} skipped")
    return counts["FAILED"]
