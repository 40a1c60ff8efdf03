"""Connections that say nothing."""
import asyncio
import contextlib
import resource
import socket
import sys

from .client import Failure, clock, note, words
from .servers import swiftlet
from .throughput import medians


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
