#!/usr/bin/env python3
"""Many clients at once: a live server under load, beside llama.cpp's with the same file, in turn in one run.

usage: serving_vs_llamacpp.py [throughput prefix leave idle endurance] --model FILE.gguf [--llama PROGRAM] [--runs 5]

  throughput  1, 4, 16 and 64 streams at once: tokens/s, time to the first token, gaps between tokens, and whether a
              stream starves; with --llama beside llama-server, in alternating rounds
  prefix      16 requests that begin with the same 200 tokens, one after the other and all at once
  leave       how long work goes on for a client that has left: in the queue, in a long prompt, while generating
  idle        one stream before, while and after 10,000 keep-alive connections are opened that then stay silent
  endurance   20,000 short requests, some cancelled, some wrong: how the server's memory grows

Without a name all of them run. Build first: swift build -c release. --model also takes a built-in model, which needs no
file; a file without a tokenizer, as `swiftlet init` makes with random weights, gets one with --tokenizer. llama-server
is built in llama.cpp by: cmake -B build -DGGML_NATIVE=ON && cmake --build build --target llama-server

The client shares the machine with the server. So it only notes what arrives when, and reads it once the clock has
stopped; the share of one core that it took is in the table. Idle connections need as many open files in each of the two
processes: the soft limit is raised to the hard one (`ulimit -Hn`), which servers inherit, and where that is too low
fewer connections are opened.
"""
import argparse, asyncio, bisect, contextlib, gc, itertools, json, os, pathlib, random, resource, shlex, signal, socket
import statistics, subprocess, sys, tempfile, time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MEASUREMENTS = ["throughput", "prefix", "leave", "idle", "endurance"]
WORDS = """time year people way day man thing woman life child world school state family student group country problem
hand part place case week company system program question work government number night point home water room mother
area money story fact month lot right study book eye job word business issue side kind head house service friend
father power""".split()
clock = time.perf_counter


class Failure(Exception):
    """What went wrong in an exchange."""


def note(text):
    print(text, file=sys.stderr, flush=True)


def words(count, seed):
    """Words that no other seed begins with."""
    source = random.Random(seed)
    return f"{seed}: " + " ".join(source.choice(WORDS) for _ in range(count))


def percentile(values, percent):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * percent / 100))] if values else float("nan")


# A client of HTTP/1.1


class Connection(asyncio.Protocol):
    """A keep-alive connection that asks one thing at a time."""

    def __init__(self):
        self.transport, self.closed, self.began, self.ended = None, False, None, None

    @classmethod
    async def open(cls, port):
        return (await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port))[1]

    def connection_made(self, transport):
        self.transport = transport

    def connection_lost(self, error):
        self.closed = True
        for waiter in (self.began, self.ended):
            if waiter and not waiter.done():
                waiter.set_result(False)

    def send(self, path, body=None):
        """Sends a request: a dictionary as JSON, bytes as they are, nothing as GET."""
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        head = f"{'GET' if body is None else 'POST'} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        if body is not None:
            head += f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        loop = asyncio.get_running_loop()
        self.pieces, self.tail, self.left = [], b"", None
        self.began, self.ended = loop.create_future(), loop.create_future()
        if self.closed:
            raise Failure("the server has closed the connection")
        self.sent = clock()
        self.transport.write(head.encode() + b"\r\n" + content)

    def data_received(self, data):
        if not self.ended or self.ended.done():
            return
        self.pieces.append((clock(), data))
        if not self.began.done():
            self.began.set_result(True)
        if self.left is None:  # within the head
            self.tail += data
            head, end, rest = self.tail.partition(b"\r\n\r\n")
            if not end:
                return
            lines = head.lower().split(b"\r\n")
            sizes = [int(line[15:]) for line in lines if line.startswith(b"content-length:")]
            self.left = -1 if b"transfer-encoding: chunked" in lines else sizes[0] if sizes else 0
            self.tail, data = b"", rest
        if self.left < 0:
            self.tail = (self.tail + data[-7:])[-7:]
            if self.tail != b"\r\n0\r\n\r\n":
                return
        else:
            self.left -= len(data)
            if self.left > 0:
                return
        self.ended.set_result(True)

    async def answer(self, timeout):
        try:
            whole = await asyncio.wait_for(asyncio.shield(self.ended), timeout)
        except asyncio.TimeoutError:
            self.transport.abort()
            raise Failure(f"no end within {timeout:g} s") from None
        if not whole:
            raise Failure("the server closed the connection before the end")
        return Answer(self.sent, self.pieces)

    async def ask(self, path, body=None, timeout=60):
        self.send(path, body)
        return await self.answer(timeout)


class Answer:
    """What came back, read after the fact."""

    def __init__(self, sent, pieces):
        self.sent, self.end = sent, pieces[-1][0]
        raw = b"".join(data for _, data in pieces)
        head, _, body = raw.partition(b"\r\n\r\n")
        self.status = int(head.split(b" ", 2)[1])
        self.times = [moment for moment, _ in pieces]
        self.offsets = list(itertools.accumulate(len(data) for _, data in pieces))  # where each piece ends
        self.chunks = []  # chunks of the body, with where they end in all that came
        if b"transfer-encoding: chunked" not in head.lower():
            self.chunks.append((body, len(raw)))
            return
        place = len(head) + 4
        while place < len(raw):
            size_end = raw.index(b"\r\n", place)
            size = int(raw[place:size_end].split(b";")[0], 16)
            place = size_end + 2 + size
            self.chunks.append((raw[size_end + 2:place], place))
            place += 2

    @property
    def body(self):
        return b"".join(data for data, _ in self.chunks)

    @property
    def json(self):
        return json.loads(self.body)

    def events(self):
        """Each event's JSON with the time at which it was there."""
        rest = b""
        for data, end in self.chunks:
            *events, rest = (rest + data).split(b"\n\n")
            moment = self.times[min(bisect.bisect_left(self.offsets, end), len(self.times) - 1)]
            for event in events:
                if event.startswith(b"data: ") and event != b"data: [DONE]":
                    yield moment, json.loads(event[6:])


# Servers


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


# Measurements: each returns what --json writes and prints its table


def digest(streams, seconds_of_client, errors):
    """Of the streams that ran at once."""
    good = []
    for stream in streams:
        if stream.read().error:
            errors.append(stream.error)
        elif stream.arrivals:
            good.append(stream)
    if not good:
        return None
    seconds = max(stream.end for stream in good) - min(stream.start for stream in good)
    firsts, gaps = [stream.first for stream in good], [gap for stream in good for gap in stream.gaps]
    durations = [stream.end - stream.start for stream in good]
    return dict(
        tokens_per_second=sum(stream.tokens for stream in good) / seconds,
        first_p50=percentile(firsts, 50), first_p90=percentile(firsts, 90), first_p99=percentile(firsts, 99),
        gap_p50=percentile(gaps, 50), gap_p99=percentile(gaps, 99), gap_max=max(gaps, default=float("nan")),
        slowest_seconds=max(durations), slowest_over_median=max(durations) / statistics.median(durations),
        client_share=seconds_of_client / seconds)


def medians(rounds):
    return {key: statistics.median(round[key] for round in rounds) for key in rounds[0]} if rounds else {}


async def throughput(arguments):
    samples, errors = {}, {}
    async with contextlib.AsyncExitStack() as stack:
        servers = [await stack.enter_async_context(swiftlet(arguments))]
        if arguments.llama:
            servers.append(await stack.enter_async_context(llama(arguments)))
        for server in servers:
            if error := (await server.stream("Once upon a time", 8)).read().error:
                sys.exit(f"{server.name} fails at the first request: {error}")
        for round, count in itertools.product(range(arguments.runs), arguments.streams):
            for server in servers if round % 2 == 0 else servers[::-1]:
                note(f"throughput: round {round + 1} of {arguments.runs}, {count} streams, {server.name}")
                prompts = [words(6, f"{round}.{count}.{index}") for index in range(count)]
                gc.collect()
                before = time.process_time()
                streams = await asyncio.gather(*(server.stream(prompt, arguments.tokens) for prompt in prompts))
                spent = time.process_time() - before
                found = digest(streams, spent, errors.setdefault((count, server.name), []))
                if found:
                    samples.setdefault((count, server.name), []).append(found)
    print(f"\nthroughput: {arguments.tokens} tokens a stream, medians of {arguments.runs}, milliseconds; "
          "a stream's whole time, the slowest's over the median's")
    print(f"{'streams':>7} {'server':>10} {'tokens/s':>9} {'first p50':>10} {'p90':>7} {'p99':>7} {'gap p50':>8} "
          f"{'p99':>7} {'most':>7} {'slowest':>8} {'errors':>7} {'client':>7}")
    rows = []
    for count in arguments.streams:
        for server in servers:
            key = count, server.name
            row = dict(streams=count, server=server.name, errors=errors[key], samples=samples.get(key, []))
            row |= medians(row["samples"])
            rows.append(row)
            if not row["samples"]:
                print(f"{count:7} {server.name:>10}  no stream succeeded: {errors[key][0]}")
                continue
            print(f"{count:7} {server.name:>10} {row['tokens_per_second']:9.1f} {row['first_p50'] * 1e3:10.0f} "
                  f"{row['first_p90'] * 1e3:7.0f} {row['first_p99'] * 1e3:7.0f} {row['gap_p50'] * 1e3:8.1f} "
                  f"{row['gap_p99'] * 1e3:7.1f} {row['gap_max'] * 1e3:7.0f} {row['slowest_over_median']:8.2f} "
                  f"{len(errors[key]):7} {row['client_share']:7.1%}")
        if len(servers) == 2 and (pair := rows[-2:])[0]["samples"] and pair[1]["samples"]:
            compared = "tokens_per_second", "first_p50", "first_p99", "gap_p50", "gap_p99"
            ratios = {key: pair[0][key] / pair[1][key] for key in compared}
            pair[0]["ratios"] = ratios
            print(f"{count:7} {'ratio':>10} {ratios['tokens_per_second']:9.2f} {ratios['first_p50']:10.2f} {'':7} "
                  f"{ratios['first_p99']:7.2f} {ratios['gap_p50']:8.2f} {ratios['gap_p99']:7.2f}")
    for (count, name), found in errors.items():
        for error in sorted(set(found))[:3]:
            print(f"error of {name} at {count} streams: {error}")
    return rows


async def prefix(arguments):
    count, rows = 16, []
    async with swiftlet(arguments) as server:
        await server.stream("Once upon a time", 8)
        tokens = min(200, (await server.status())[0]["context_length"] - 40)
        for round, together in itertools.product(range(arguments.runs), (False, True)):
            note(f"prefix: round {round + 1} of {arguments.runs}, {'together' if together else 'in turn'}")
            shared = await server.tokens(tokens, f"prefix {round} {together}")
            prompts = [shared + await server.tokens(8, f"{index} asks") for index in range(count)]
            if together:
                streams = await asyncio.gather(*(server.stream(prompt, 8) for prompt in prompts))
            else:
                streams = [await server.stream(prompt, 8) for prompt in prompts]
            for stream in streams:
                if error := stream.read().error:
                    sys.exit(f"prefix: {error}")
            rows.append(dict(
                together=together, shared_tokens=len(shared), cached_tokens=[stream.cached for stream in streams],
                first_seconds=[stream.first for stream in streams]))
    print(f"\nprefix: {count} requests that share {tokens} tokens; time to the first token, medians of "
          f"{arguments.runs}")
    for together in (False, True):
        found = [row for row in rows if row["together"] == together]
        cached = [statistics.median(row["cached_tokens"][place] for row in found) for place in range(count)]
        if together:
            middle = statistics.median(statistics.median(row["first_seconds"]) for row in found)
            slowest = statistics.median(max(row["first_seconds"]) for row in found)
            anew = statistics.median(sum(tokens == 0 for tokens in row["cached_tokens"]) for row in found)
            print(f" at once: {middle * 1e3:.0f} ms, the slowest {slowest * 1e3:.0f} ms; {anew:.0f} of {count} read "
                  "the whole prompt")
            continue
        first = statistics.median(row["first_seconds"][0] for row in found)
        later = statistics.median(seconds for row in found for seconds in row["first_seconds"][1:])
        print(f" in turn: first {first * 1e3:.0f} ms with {cached[0]:.0f} tokens reused; later {later * 1e3:.0f} ms "
              f"({first / later:.1f} times as fast) with {statistics.median(cached[1:]):.0f} reused, at least "
              f"{min(cached[1:]):.0f}")
    return rows


async def until(server, condition, timeout=60):
    """Asks for the status until a condition holds: the seconds that took, None where it never did."""
    start = clock()
    connection = await Connection.open(server.port)
    try:
        while clock() - start < timeout:
            answer = await connection.ask("/status.json")
            if condition(answer.json["models"][0]):
                return answer.sent - start if answer.sent > start else answer.end - start
            await asyncio.sleep(0.001)
    finally:
        connection.transport.close()
    return None


def at_rest(model):
    return not model["running"] and not model["reading"] and not model["waiting"]


async def leaving(server, where, prompts, room):
    """Leaves in one of three places: the seconds until it is free, None where the request was not met there."""
    async def begin(prompt):
        connection = await Connection.open(server.port)
        connection.send("/v1/completions", server.completion(prompt, room, stream=True))
        return connection

    blocker = None
    if where == "queue":
        blocker = await begin(prompts[0])
        await until(server, lambda model: model["running"], 10)
    leaver = await begin(prompts[1])
    place = dict(queue="waiting", prompt="reading", generating="running")[where]
    met = await until(server, lambda model: model[place], 10) is not None and not leaver.ended.done()
    leaver.transport.close()
    if where == "queue":
        seconds = await until(server, lambda model: not model["waiting"])
        met = met and not blocker.ended.done()  # else it only moved on
        blocker.transport.close()
    else:
        seconds = await until(server, at_rest)
    if seconds is None or await until(server, at_rest) is None:
        raise Failure(f"a client left ({where}), and after a minute its place is not free")
    return seconds if met else None


async def leave(arguments):
    found = dict(queue=[], prompt=[], generating=[])
    async with swiftlet(arguments, "--parallel", "1") as server:
        await server.stream("Once upon a time", 8)
        context = (await server.status())[0]["context_length"]
        for round, where in itertools.product(range(arguments.runs), found):
            note(f"leave: round {round + 1} of {arguments.runs}, {where}")
            for attempt in range(10):
                length = min(context - 32, 8192) if where == "prompt" else 16
                seed = f"{round}.{attempt} leaves {where}"
                prompts = [await server.tokens(count, f"{seed} {count}") for count in (17, length)]
                try:
                    seconds = await leaving(server, where, prompts, context - length - 2)
                except Failure as error:
                    print(f"leave: {error}")
                    return found
                if seconds is not None:
                    found[where].append(seconds)
                    break
    print(f"\nleave: milliseconds from a client's leaving until its place is free, of {arguments.runs}")
    for where, seconds in found.items():
        if seconds:
            print(f"{where:>11}: median {statistics.median(seconds) * 1e3:.1f}, most {max(seconds) * 1e3:.1f}")
        else:
            print(f"{where:>11}: this model is too fast to be met there")
    return found


async def silent(port, count):
    """Connections that have asked once and then say nothing."""
    loop, sockets, turns = asyncio.get_running_loop(), [], asyncio.Semaphore(32)
    request = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

    async def one():
        async with turns:
            client = socket.socket()
            client.setblocking(False)
            try:
                await asyncio.wait_for(ask_once(client), 60)
                sockets.append(client)
            except (OSError, Failure, asyncio.TimeoutError):
                client.close()

    async def ask_once(client):
        await loop.sock_connect(client, ("127.0.0.1", port))
        await loop.sock_sendall(client, request)
        if not (await loop.sock_recv(client, 4096)).startswith(b"HTTP/1.1 200"):
            raise Failure("no keep-alive")

    await asyncio.gather(*(one() for _ in range(count)))
    return sockets


def still_open(sockets):
    """How many connections the server has not closed."""
    count = 0
    for client in sockets:
        with contextlib.suppress(OSError):
            try:
                count += client.recv(1) != b""
            except BlockingIOError:
                count += 1
    return count


async def idle(arguments):
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    count = min(arguments.connections, limit - 256)
    if count < arguments.connections:
        note(f"idle: {count} connections only, since a process may open {limit} files; raise the hard limit "
             "(ulimit -Hn)")
    result = dict(connections=count)
    async with swiftlet(arguments, "--idle-timeout", "3600") as server:
        async def streams(label, opening=None):
            found = []
            while len(found) < arguments.runs or opening and not opening.done():
                stream = (await server.stream(words(6, f"{label} {len(found)}"), arguments.idle_tokens)).read()
                if stream.error:
                    sys.exit(f"idle: {stream.error}")
                found.append(dict(
                    first=stream.first, tokens_per_second=len(stream.gaps) / max(sum(stream.gaps), 1e-9),
                    gap_max=max(stream.gaps, default=float("nan"))))
            return medians(found)

        await server.stream("Once upon a time", 8)
        result["before"] = await streams("before") | dict(resident_bytes=server.resident_bytes())
        note(f"idle: opening {count} connections")
        start = clock()
        opening = asyncio.create_task(silent(server.port, count))
        during = asyncio.create_task(streams("during", opening))
        sockets = await opening
        result["opened"], result["open_seconds"] = len(sockets), clock() - start
        result["during"] = await during | dict(resident_bytes=server.resident_bytes())
        result["with"] = await streams("with") | dict(resident_bytes=server.resident_bytes())
        result["still_open"], result["counted"] = still_open(sockets), (await server.status())[1]["connections"]
        for client in sockets:
            client.close()
        await asyncio.sleep(2)
        result["after"] = await streams("after") | dict(resident_bytes=server.resident_bytes())
        await asyncio.sleep(1)
        result["counted_after"] = (await server.status())[1]["connections"]
    print(f"\nidle: one stream of {arguments.idle_tokens} tokens and {result['opened']} of {count} connections that "
          f"say nothing, opened in {result['open_seconds']:.1f} s (medians of {arguments.runs})")
    for label in ("before", "during", "with", "after"):
        row = result[label]
        print(f"{label:>8}: first token {row['first'] * 1e3:6.1f} ms, {row['tokens_per_second']:8.1f} tokens/s, "
              f"longest gap {row['gap_max'] * 1e3:6.1f} ms, {row['resident_bytes'] / 1e6:6.0f} MB resident")
    each = (result["with"]["resident_bytes"] - result["before"]["resident_bytes"]) / max(result["opened"], 1)
    print(f"{each / 1e3:.1f} kB a connection; {result['still_open']} were open at the end, the server counted "
          f"{result['counted']} with them and {result['counted_after']} after")
    return result


# What endurance asks for: twenty kinds in turn, most of them plain. The status that must come back.
def endurance_request(server, index, chats):
    kind, text = index % 20, words(4, index)
    message = dict(model=server.model, messages=[dict(role="user", content=text)], max_tokens=4)
    if kind == 0:
        return "cancelled", "/v1/completions", server.completion(text, 64, stream=True), None
    if kind == 1:
        return "left at once", "/v1/completions", server.completion(text, 64), None
    if kind == 2:
        return "no JSON", "/v1/completions", b'{"prompt": "' + text.encode() + b"\xff", 400
    if kind == 3:
        return "no such model", "/v1/completions", server.completion(text, 4) | dict(model=f"none{index}"), 404
    if kind == 4:
        return "wrong kind", "/v1/completions", server.completion(dict(text=text), 4), 400
    if kind == 5:
        return "too long", "/v1/completions", server.completion([1] * 200_000, 4), 400
    if kind in (6, 7):
        return "chat", "/v1/chat/completions", message | dict(stream=kind == 6), 200 if chats else 400
    return "plain", "/v1/completions", server.completion(text, 4, stream=kind % 2 == 0), 200


async def endurance(arguments):
    total, at_once, series, wrong, done = arguments.requests, 16, [], [], 0
    # Earlier texts are kept until the budget is full, and a page of theirs is resident only once written to, which
    # takes thousands of requests: memory may grow by the budget, so that is small here. A leak goes on after that.
    async with swiftlet(arguments, "--cache-memory", arguments.cache_memory) as server:
        greeting = dict(model=server.model, messages=[dict(role="user", content="Hello")], max_tokens=4)
        chats = (await server.ask("/v1/chat/completions", greeting)).status == 200
        numbers, start = iter(range(total)), clock()

        async def sample():
            model, _ = await server.status()
            series.append(dict(
                requests=done, seconds=clock() - start, resident_bytes=server.resident_bytes(),
                cache_bytes=model["kv_used_bytes"], kept_texts=model["kept_texts"]))
            note(f"endurance: {done} requests, {series[-1]['resident_bytes'] / 1e6:.0f} MB resident, "
                 f"{len(wrong)} wrong")

        async def one(connection, index):
            """One request; returns the connection where it can be used again."""
            name, path, body, expected = endurance_request(server, index, chats)
            if connection is None or connection.closed:
                connection = await Connection.open(server.port)
            if expected is None:
                connection.send(path, body)
                if name == "cancelled":
                    await asyncio.wait_for(asyncio.shield(connection.began), 60)
                connection.transport.abort() if index % 40 < 20 else connection.transport.close()
                return None
            answer = await connection.ask(path, body)
            if answer.status != expected:
                raise Failure(f"{name}: status {answer.status} instead of {expected}: {answer.body[:200]!r}")
            if isinstance(body, dict) and body.get("stream") and expected == 200:
                if not answer.body.endswith(b"data: [DONE]\n\n") or b'"error"' in answer.body:
                    raise Failure(f"{name}: a stream ended as {answer.body[-200:]!r}")
            return connection

        async def worker():
            nonlocal done
            connection = None
            for index in numbers:
                try:
                    connection = await one(connection, index)
                except (OSError, Failure, asyncio.TimeoutError) as error:
                    wrong.append(f"request {index}: {error or type(error).__name__}")
                    connection = None
                done += 1
                if done % arguments.sample_every == 0:
                    await sample()
            if connection:
                connection.transport.close()

        await sample()
        await asyncio.gather(*(worker() for _ in range(at_once)))
        seconds = clock() - start
        rest = await until(server, at_rest, 10) is not None
        await asyncio.sleep(1)
        model, everything = await server.status()
        ended = server.process.poll()
    print(f"\nendurance: {total} requests, {at_once} at a time, in {seconds:.0f} s ({total / seconds:.0f}/s); chat "
          f"{'works' if chats else 'is refused by this model'}; {len(wrong)} answered wrongly")
    print(f"{'requests':>9} {'resident MB':>12} {'keys, values MB':>16} {'kept texts':>11}")
    for row in series:
        print(f"{row['requests']:9} {row['resident_bytes'] / 1e6:12.1f} {row['cache_bytes'] / 1e6:16.1f} "
              f"{row['kept_texts']:11}")
    growth = {}
    for least in sorted({2000, total // 2}):
        later = [row for row in series if row["requests"] >= least]
        if len(later) > 1:
            growth[least] = later[-1]["resident_bytes"] - later[0]["resident_bytes"]
            spread = later[-1]["requests"] - later[0]["requests"]
            print(f"from {later[0]['requests']} on: {growth[least] / 1e6:+.1f} MB, {growth[least] / spread:+.0f} bytes "
                  "a request")
    print(f"at the end: {'at rest' if rest else 'NOT at rest'}, {everything['connections']} connection(s) with the one "
          "that asks" + (f", the process ended with {ended}" if ended is not None else ""))
    for error in wrong[:10]:
        print(f"wrong: {error}")
    return dict(requests=total, seconds=seconds, series=series, growth_bytes=growth, wrong=wrong, at_rest=rest,
                connections=everything["connections"], status=model)


def with_tokenizer(arguments, folder):
    """The model with a tokenizer inside, which both servers need."""
    path = pathlib.Path(folder) / pathlib.Path(arguments.model).name
    note(f"writing the tokenizer into a copy of {arguments.model}")
    command = [arguments.swiftlet, "convert", "--tokenizer", arguments.tokenizer, arguments.model, path]
    process = subprocess.run([str(word) for word in command], capture_output=True, text=True)
    if process.returncode:
        sys.exit(process.stderr)
    return path


async def measure(arguments):
    rows = dict(model=str(arguments.model), threads=arguments.threads, load=os.getloadavg()[0], time=time.time())
    try:
        for name in arguments.what:
            rows[name] = await globals()[name](arguments)
    finally:
        if arguments.json:
            arguments.json.write_text(json.dumps(rows, indent=1))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", metavar="what", help=f"of {', '.join(MEASUREMENTS)} (default: all)")
    parser.add_argument("--model", required=True, help="a .gguf file, or a built-in model: tiny-gpt, tiny-llama")
    parser.add_argument("--tokenizer", help="for a file that has none")
    parser.add_argument("--llama", type=pathlib.Path, help="llama-server, to compare throughput with")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--streams", default="1,4,16,64", help="how many at once (default: %(default)s)")
    parser.add_argument("--tokens", type=int, default=48, help="that each stream generates (default: %(default)s)")
    parser.add_argument("--connections", type=int, default=10_000, help="that are idle (default: %(default)s)")
    parser.add_argument("--idle-tokens", type=int, default=128, help="of the stream beside them (default: %(default)s)")
    parser.add_argument("--requests", type=int, default=20_000, help="of endurance (default: %(default)s)")
    parser.add_argument("--cache-memory", default="0.1", help="gigabytes, of endurance (default: %(default)s)")
    parser.add_argument("--sample-every", type=int, default=1000, help="requests (default: %(default)s)")
    parser.add_argument("--llama-parallel", type=int, default=16, help="llama-server's -np (default: %(default)s)")
    parser.add_argument("--llama-context", type=int, default=512, help="tokens for each (default: %(default)s)")
    parser.add_argument("--swiftlet", type=pathlib.Path, default=ROOT / ".build/release/swiftlet")
    parser.add_argument("--swiftlet-flags", default="", help="further flags of swiftlet serve, in one word")
    parser.add_argument("--llama-flags", default="", help="further flags of llama-server, in one word")
    parser.add_argument("--json", type=pathlib.Path, help="a file for all samples")
    arguments = parser.parse_args()
    arguments.what = arguments.what or MEASUREMENTS
    for name in arguments.what:
        if name not in MEASUREMENTS:
            parser.error(f"{name} is not one of {', '.join(MEASUREMENTS)}")
    try:
        arguments.streams = [int(count) for count in arguments.streams.split(",")]
    except ValueError:
        parser.error("--streams: numbers with commas between them")
    if min(arguments.streams + [arguments.runs, arguments.tokens, arguments.connections, arguments.requests]) < 1:
        parser.error("--runs, --streams, --tokens, --connections and --requests: at least 1")
    for path in filter(None, (arguments.swiftlet, arguments.llama)):
        if not path.exists():
            parser.error(f"{path} is not there; build it first")
    if arguments.llama and not pathlib.Path(arguments.model).is_file():
        parser.error("--llama needs --model FILE.gguf")
    busy = os.getloadavg()[0]
    if busy > 0.5:
        note(f"{busy:.1f} threads computed in the last minute, on average; ratios hold only on a machine at rest")
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with tempfile.TemporaryDirectory() as folder:
        if arguments.tokenizer:
            arguments.model = with_tokenizer(arguments, folder)
        try:
            asyncio.run(measure(arguments))
        except KeyboardInterrupt:
            note("\ninterrupted")
            sys.exit(130)


if __name__ == "__main__":
    main()
