"""Running a server: HTTPS, ending it, models that take turns in memory, and what stands in its log."""

import contextlib
import os
import signal
import ssl
import subprocess
import tempfile
import threading
import time

import httpx

from .live import PATIENCE, Skipped, check, equal, expect, started

LONG = {"model": "tiny-gpt", "prompt": "Once upon a time", "ignore_eos": True, "temperature": 0}


def program(live):
    """What starts servers like this one."""
    if not live.program:
        raise Skipped("no program to start a server of")
    return live.program


@contextlib.contextmanager
def another(live, *flags, **options):
    """A server of the same program with other flags."""
    with started(program(live), *flags, **options) as server:
        yield server


@contextlib.contextmanager
def certificate():
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    with tempfile.TemporaryDirectory() as folder:
        chain, key = f"{folder}/chain.pem", f"{folder}/key.pem"
        try:
            subprocess.run([
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", key, "-out", chain
            ], check=True, capture_output=True)
        except FileNotFoundError:
            raise Skipped("openssl is not installed") from None
        yield chain, key


@check("operating: HTTPS, with a certificate that clients check")
def https(live):
    with certificate() as (chain, key):
        trusting = ssl.create_default_context(cafile=chain)
        with another(live, "--tls-certificate", chain, "--tls-key", key, verify=trusting) as server:
            expect(server.root.startswith("https://"), server.root)
            reply = server.post("/v1/completions", LONG | {"max_tokens": 5})
            equal(reply.json()["usage"]["completion_tokens"], 5, reply.text)
            text = "".join(chunk.choices[0].text for chunk in server.complete(stream=True, max_tokens=5, temperature=0))
            expect(text, "nothing is streamed")
            equal(server.get("/").status_code, 200, "the page")
            try:
                httpx.get(server.root + "/health", timeout=PATIENCE)
                raise AssertionError("a client that does not know the certificate is served")
            except httpx.ConnectError:
                pass
            old = ssl.create_default_context(cafile=chain)
            old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
            try:
                httpx.get(server.root + "/health", verify=old, timeout=PATIENCE)
                raise AssertionError("TLS 1.1 is spoken")
            except (httpx.ConnectError, ssl.SSLError):
                pass
            # What is no TLS at all ends that connection only.
            with server.connect() as plain:
                plain.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
                expect(b"200" not in plain.recv(1000), "plain HTTP is answered")
            server.lives()


@check("operating: wrong certificates are told before anything is served")
def wrong_certificates(live):
    with certificate() as (chain, key), tempfile.NamedTemporaryFile(suffix=".pem") as empty:
        for flags in [[chain, "/nowhere.pem"], ["/nowhere.pem", key], [empty.name, key], [chain, empty.name]]:
            ended = subprocess.run(
                [program(live), "serve", "--port", "0", "--tls-certificate", flags[0], "--tls-key", flags[1]],
                capture_output=True, text=True, timeout=PATIENCE)
            expect(ended.returncode not in (0, None) and ended.returncode > 0, flags, ended.returncode, ended.stderr)
            expect("Error: " in ended.stderr and "Fatal" not in ended.stderr, flags, ended.stderr[-500:])


class Reader(threading.Thread):
    """Reads a stream until it ends, and notes what came."""

    def __init__(self, server, **fields):
        super().__init__(daemon=True)
        self.server, self.fields = server, fields
        self.text, self.error, self.began = "", None, threading.Event()
        self.start()

    def run(self):
        try:
            with self.server.http.stream("POST", self.server.root + "/v1/completions",
                                         json=LONG | self.fields | {"stream": True}) as reply:
                for line in reply.iter_lines():
                    self.text += line + "\n"
                    self.began.set()
        except httpx.HTTPError as error:
            self.error = error
        self.began.set()


@check("operating: a server that is asked to end finishes what it has begun")
def finishes(live):
    for number in (signal.SIGTERM, signal.SIGINT):
        with another(live) as server:
            readers = [Reader(server, max_tokens=240, prompt=f"Once upon a time {index}") for index in range(12)]
            for reader in readers:
                expect(reader.began.wait(PATIENCE), "no stream begins")
            server.process.send_signal(number)
            start = time.monotonic()
            equal(server.process.wait(PATIENCE), 0, f"the status after {number.name}")
            took = time.monotonic() - start
            for reader in readers:
                reader.join(PATIENCE)
                expect("[DONE]" in reader.text and '"error"' not in reader.text, reader.text[-300:], reader.error)
            expect(took < 8, "ending took", took, "s")


@check("operating: a server that is asked to end cancels what takes too long")
def cancels(live):
    if not live.folders:
        raise Skipped("no model with a long context at hand")
    with another(live, "--model", f"long={live.folders[0]}", "--threads", "1") as server:
        readers = [Reader(server, model="long", max_tokens=8000) for _ in range(24)]
        for reader in readers:
            expect(reader.began.wait(PATIENCE), "no stream begins")
        server.process.send_signal(signal.SIGTERM)
        start = time.monotonic()
        status = server.process.wait(PATIENCE)
        took = time.monotonic() - start
        expect(status == 0, "the status is", status)
        expect(took < 20, "ending took", took, "s")
        for reader in readers:
            reader.join(PATIENCE)


@check("operating: a second server cannot take the same port")
def same_port(live):
    ended = subprocess.run([program(live), "serve", "--port", str(live.port)], capture_output=True, text=True,
                           timeout=PATIENCE)
    expect(ended.returncode > 0, ended.returncode)
    expect("in use" in ended.stderr and str(live.port) in ended.stderr, ended.stderr)


def states(server):
    return {model["id"]: model["state"] for model in server.state()["models"]}


@check("operating: of several models those used least lately give way")
def take_turns(live):
    # Room for one of the two.
    with another(live, "--model", "tiny-gpt", "--model", "tiny-llama", "--model-memory", "0.0025", "--lazy") as server:
        equal(states(server), {"tiny-gpt": "unloaded", "tiny-llama": "unloaded"})
        first = server.complete(model="tiny-gpt", max_tokens=8, temperature=0).choices[0].text
        equal(states(server), {"tiny-gpt": "loaded", "tiny-llama": "unloaded"})
        server.complete(model="tiny-llama", max_tokens=8, temperature=0)
        equal(states(server), {"tiny-gpt": "unloaded", "tiny-llama": "loaded"})
        equal(server.complete(model="tiny-gpt", max_tokens=8, temperature=0).choices[0].text, first, "the text")
        # Whoever writes keeps its model; another one has to wait.
        readers = [Reader(server, max_tokens=240, prompt=f"Once {index}") for index in range(40)]
        refusals = 0
        while any(reader.is_alive() for reader in readers):
            reply = server.post("/v1/completions", {"model": "tiny-llama", "prompt": "A", "max_tokens": 1})
            expect(reply.status_code in (200, 503), reply.status_code, reply.text)
            if reply.status_code == 503:
                refusals += 1
                equal(reply.headers["retry-after"], "5", "Retry-After")
        expect(refusals, "a model that writes was put away")
        for reader in readers:
            expect("[DONE]" in reader.text and '"error"' not in reader.text, reader.text[-300:], reader.error)


@check("operating: a folder of models, each loaded when it is asked for")
def folder_of_models(live):
    if not live.folders:
        raise Skipped("no folder of models at hand")
    with tempfile.TemporaryDirectory() as folder:
        for name, path in zip("ab", live.folders):
            os.symlink(path, f"{folder}/{name}")
        with another(live, "--model", folder, "--lazy") as server:
            equal(states(server), {"a": "unloaded", "b": "unloaded"})
            server.complete(model="b", max_tokens=4)
            equal(states(server), {"a": "unloaded", "b": "loaded"})


@check("operating: logs tell no prompt unless asked to")
def quiet_logs(live):
    secret = "the badger sings at midnight"
    for flags, tells in [(["--verbose"], False), (["--log-prompts"], True)]:
        with another(live, *flags) as server:
            server.complete(secret, max_tokens=3)
            server.chat(secret, max_tokens=3)
            server.post("/v1/completions", {"prompt": secret, "max_tokens": -1})
            server.post("/v1/chat/completions", {"messages": secret})
            server.get(f"/v1/models/{secret.split()[1]}")
            with open(server.log) as log:
                text = log.read()
            expect("/v1/completions" in text, "requests are not logged:", text)
            equal(secret in text, tells, f"the prompt in the log with {flags}: {text[-600:]}")
