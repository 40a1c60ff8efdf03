"""The servers' processes, and completions that stream from them."""
import asyncio
import contextlib
import itertools
import pathlib
import shlex
import signal
import socket
import subprocess
import sys
import tempfile

from .client import Connection, Failure, clock, words


class Server:
    """A server's process, which ends with the block that uses it."""

    def __init__(self, name, command):
        self.name, self.command = name, command

    async def __aenter__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = tempfile.TemporaryFile()
        command = [str(word) for word in [*self.command, "--host", "127.0.0.1", "--port", self.port]]
        self.process = subprocess.Popen(command, stdout=self.log, stderr=self.log)
        for _ in range(3000):
            await asyncio.sleep(0.1)
            if self.process.poll() is not None:
                self.log.seek(0)
                sys.exit(f"{' '.join(command)}\nended:\n{self.log.read()[-2000:].decode(errors='replace')}")
            with contextlib.suppress(OSError, Failure):
                if (await self.ask("/health")).status == 200:
                    self.model = (await self.ask("/v1/models")).json["data"][0]["id"]
                    return self
        sys.exit(f"{' '.join(command)}\nis not ready after five minutes")

    async def __aexit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(20)
        self.process.kill()
        self.process.wait()
        self.log.close()

    async def ask(self, path, body=None, timeout=60):
        connection = await Connection.open(self.port)
        try:
            return await connection.ask(path, body, timeout)
        finally:
            connection.transport.close()

    async def status(self):
        """What Swiftlet says of its model, and of itself."""
        everything = (await self.ask("/status.json")).json
        return everything["models"][0], everything

    async def tokens(self, count, seed):
        """A text's first tokens."""
        ids = (await self.ask("/tokenize", dict(model=self.model, content=words(count + 16, seed)))).json["tokens"]
        return ids[:count]

    def resident_bytes(self):
        """The memory that the process has in use."""
        with contextlib.suppress(OSError):
            for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) << 10
        return int(subprocess.run(["ps", "-o", "rss=", "-p", str(self.process.pid)], capture_output=True).stdout) << 10

    def completion(self, prompt, tokens, **more):
        return dict(model=self.model, prompt=prompt, max_tokens=tokens, temperature=0, ignore_eos=True, **more)

    async def stream(self, prompt, tokens, timeout=600):
        """A completion as it arrives; one that fails says so in `error`."""
        connection = None
        start = clock()
        try:
            connection = await Connection.open(self.port)
            body = self.completion(prompt, tokens, stream=True, stream_options=dict(include_usage=True))
            return Stream(start, await connection.ask("/v1/completions", body, timeout), tokens)
        except (OSError, Failure) as error:
            return Stream(start, None, tokens, str(error) or type(error).__name__)
        finally:
            if connection:
                connection.transport.close()


class Stream:
    """A streamed completion. Its events are read only when somebody asks for them, after the measurement."""

    def __init__(self, start, answer, asked, error=None):
        self.start, self.answer, self.asked, self.error = start, answer, asked, error

    def read(self):
        self.arrivals, self.tokens, self.cached = [], 0, 0
        if not self.answer:
            return self
        if self.answer.status != 200:
            self.error = f"status {self.answer.status}: {self.answer.body[:300].decode(errors='replace')}"
            return self
        for moment, event in self.answer.events():
            if "error" in event:
                self.error = str(event["error"])[:300]
            if event.get("usage"):
                self.tokens = event["usage"]["completion_tokens"]
                self.cached = (event["usage"].get("prompt_tokens_details") or {}).get("cached_tokens", 0)
            # A token that ends within a character shows no text before the next.
            if event.get("choices") and event["choices"][0]["text"]:
                self.arrivals.append(moment)
        if not self.error and self.tokens != self.asked:
            self.error = f"{self.tokens} tokens instead of {self.asked}"
        self.end = self.answer.end
        return self

    @property
    def first(self):
        return self.arrivals[0] - self.start if self.arrivals else float("nan")

    @property
    def gaps(self):
        return [later - earlier for earlier, later in itertools.pairwise(self.arrivals)]


def swiftlet(arguments, *flags):
    return Server("Swiftlet", [
        arguments.swiftlet, "serve", "--model", arguments.model, "--threads", arguments.threads, *flags,
        *shlex.split(arguments.swiftlet_flags)])


def llama(arguments):
    return Server("llama.cpp", [
        arguments.llama, "-m", arguments.model, "-t", arguments.threads, "-np", arguments.llama_parallel, "-c",
        arguments.llama_parallel * arguments.llama_context, *shlex.split(arguments.llama_flags)])
