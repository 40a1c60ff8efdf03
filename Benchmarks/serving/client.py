"""A client of HTTP/1.1 that shares the machine with the server: it notes what arrives when, and reads it later."""
import asyncio
import bisect
import itertools
import json
import random
import sys
import time


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
