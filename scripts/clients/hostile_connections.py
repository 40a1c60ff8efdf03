"""Connections that mean harm: what is no HTTP, names and pages of others, slow, silent and vanishing clients."""

import contextlib
import json
import random
import socket
import time

from .hostile import TALE, undisturbed
from .live import Several, check, equal, expect


def head(live, method, path, *lines):
    key = [f"Authorization: Bearer {live.key}"] if live.key else []
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"Host: {live.host}:{live.port}", *key, *lines, "", ""]).encode()


def raw(live, data, timeout=5.0):
    """Sends bytes.
    Returns the status that comes back; 0 when the connection is closed, None when nothing happens."""
    with live.connect(timeout) as connection:
        try:
            connection.sendall(data)
            answer = connection.recv(65536)
        except (ConnectionResetError, BrokenPipeError):
            return 0
        except (TimeoutError, socket.timeout):
            return None
    if not answer:
        return 0
    return int(answer.split(b" ")[1]) if answer.startswith(b"HTTP/1.1 ") else -1


def refused_raw(live, data, what):
    status = raw(live, data)
    expect(status == 0 or (status is not None and 400 <= status < 500) or status in (501, 505), what, "got", status)


@check("hostile: names of models, paths of pages")
def paths(live):
    for name in [
            "../../etc/passwd", "/etc/passwd", "..", ".", "tiny-gpt/../tiny-llama", "tiny-gpt\0", "\0", "tiny-gpt/",
            "x" * 1_000, "C:\\x", "sha256-../x", "tiny-gpt\n", "%2e%2e%2f", "http://127.0.0.1/x", "../BuiltIn/gpt"
    ]:
        equal(live.post("/v1/completions", {"prompt": "A", "model": name}).status_code, 404, name[:40])
    for path in [
            "/page/..%2f..%2fetc%2fpasswd", "/page/../../etc/passwd", "/page/..%2findex.html",
            "/page/%2e%2e/openapi.json", "/page/%00", "/page//etc/passwd", "/page/..\\..\\x", "/page/.", "/page/",
            "/v1/models/..%2f..%2fetc%2fpasswd", "/v1/models/../../../etc/passwd", "/v1/models/%ff%fe", "/v1/models/%",
            "/v1/models/%zz", "/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd", "/v1/models/" + "a/" * 3000,
            "/page/%2e%2e%2f%2e%2e%2fModelServer.swift", "/page/app.js%00.html", "/page/INDEX.HTML",
            "/page/index.html/../app.js"
    ]:
        status = raw(live, head(live, "GET", path, "Connection: close"))
        expect(status is not None and (status == 0 or 400 <= status < 500), path[:60], "got", status)
    live.lives()


@check("hostile: pages and names of others (DNS rebinding, cross-site requests)")
def origins(live):
    for host in [
            "localhost.evil.com", "evil.com", "127.0.0.1.evil.com", "evil.com:80", "localhost@evil.com", "127.0.0.1.",
            "0x7f000001", "2130706433", "127.1", "[::2]", "localhost evil.com", "evil.com\\localhost"
    ]:
        data = f"GET /v1/models HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        expect(raw(live, data) in (400, 403, 0), host, "got", raw(live, data))
    for origin in [
            "http://localhost.evil.com", "http://evil.com", f"http://{live.host}:{live.port}.evil.com", "null",
            "https://localhost", f"http://evil.com/{live.host}:{live.port}", "file://", "x", "",
            f"http://evil.com:{live.port}", f"http:///{live.host}:{live.port}@evil.com"
    ]:
        reply = live.post("/v1/completions", {"prompt": "A", "max_tokens": 1}, headers={"Origin": origin})
        equal(reply.status_code, 403, f"Origin {origin}")
        equal(reply.headers.get("access-control-allow-origin"), None)
        reply = live.http.options(live.root + "/v1/completions",
                                  headers={"Origin": origin, "Access-Control-Request-Method": "POST"})
        equal(reply.headers.get("access-control-allow-origin"), None, f"preflight of {origin}")
    for host in [f"localhost:{live.port}", f"LOCALHOST:{live.port}", "127.0.0.1", f"[::1]:{live.port}", "127.9.9.9"]:
        equal(raw(live, f"GET /health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()), 200, host)
    own = f"http://{live.host}:{live.port}"
    equal(live.post("/v1/completions", {"prompt": "A", "max_tokens": 1}, headers={"Origin": own}).status_code, 200)


@check("hostile: what is no HTTP, wrong lengths, header bombs, smuggling")
def protocol(live):
    with undisturbed(live), Several() as each:
        for data, what in [
            (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)), "TLS"), (b"\0" * 5000, "NULs"),
            (b"GET\r\n\r\n", "no path"), (b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", "HTTP/9.9"),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "HTTP/2"),
            (b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", "a space before the colon"),
            (b"GET / HTTP/1.1\r\n: x\r\n\r\n", "no name"),
            (b"GET / HTTP/1.1\r\nHost: localhost\r\nA\0: x\r\n\r\n", "NUL in a name"),
            (head(live, "GET", "/health", "X: " + "x" * 100_000), "a long header"),
            (head(live, "GET", "/health", *[f"X-{n}: x" for n in range(5_000)]), "many headers"),
            (head(live, "GET", "/" + "x" * 200_000), "a long path"), (b"x" * 200_000, "a long line"),
            (head(live, "POST", "/v1/completions", "Content-Length: -1"), "length -1"),
            (head(live, "POST", "/v1/completions", "Content-Length: x"), "length x"),
            (head(live, "POST", "/v1/completions", "Content-Length: 99999999999999999999999"), "length 1e23"),
            (head(live, "POST", "/v1/completions", "Content-Length: 9223372036854775807"), "the largest length"),
            (head(live, "POST", "/v1/completions", "Content-Length: 5", "Content-Length: 6") + b"hello!",
             "two lengths"),
            (head(live, "POST", "/v1/completions", "Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n",
             "a length and chunks"),
            (head(live, "POST", "/v1/completions", "Transfer-Encoding: chunked") + b"zz\r\nhello\r\n0\r\n\r\n",
             "a chunk of size zz"),
            (head(live, "POST", "/v1/completions", "Transfer-Encoding: chunked") + b"fffffffffffffffff\r\n",
             "a chunk of size 2^68"),
            (head(live, "POST", "/v1/completions", "Transfer-Encoding: chunked") + b"-5\r\nhello\r\n",
             "a chunk of size -5"),
            (head(live, "POST", "/v1/completions", "Transfer-Encoding: banana") + b"x", "another encoding"),
            (head(live, "POST", "/v1/completions", "Content-Encoding: gzip", "Content-Length: 20") + b"\x1f\x8b\x08" +
             b"\0" * 17, "gzip"), (head(live, "POST", "/v1/completions"), "no body"),
            (head(live, "POST", "/v1/completions", "Content-Length: 3") + b"{}}", "a body that is no JSON"),
        ]:
            each(refused_raw, live, data, what)
            live.lives()
        body = b'{"prompt": "A", "max_tokens": 1}'
        chunks = b"".join(b"1;x=y\r\n" + bytes([byte]) + b"\r\n" for byte in body) + b"0\r\n\r\n"
        equal(
            raw(live,
                head(live, "POST", "/v1/completions", "Transfer-Encoding: chunked", "Connection: close") + chunks), 200,
            "a body in chunks of one byte")
        # Requests one after the other without waiting are answered in order.
        with live.connect() as connection:
            connection.sendall(head(live, "GET", "/health") * 20 + head(live, "GET", "/nope", "Connection: close"))
            data = b""
            while piece := connection.recv(65536):
                data += piece
        equal((data.count(b"HTTP/1.1 200"), data.count(b"HTTP/1.1 404")), (20, 1), "pipelined")
        # A body shorter than said is waited for, and holds nobody up.
        with live.connect() as connection:
            connection.sendall(head(live, "POST", "/v1/completions", "Content-Length: 1000") + b'{"prompt"')
            live.lives()


@check("hostile: hundreds who send a byte now and then, thousands who send nothing")
def slow(live):
    connections = []
    with undisturbed(live), contextlib.ExitStack() as stack:
        try:
            for number in range(2300):
                connections.append(stack.enter_context(live.connect()))
        except OSError as error:
            expect(len(connections) >= 900, "only", len(connections), "connections:", error)
        drips = connections[:300]
        start = head(live, "POST", "/v1/completions", "Content-Length: 5000")
        for number, connection in enumerate(drips):
            connection.sendall(start[:10 + number % (len(start) - 10)] if number % 2 else start)
        for byte in b'{"prompt':
            for connection in drips:
                with contextlib.suppress(OSError):
                    connection.send(bytes([byte]))
            started = time.monotonic()
            live.complete("A", max_tokens=2)
            live.lives()
            expect(time.monotonic() - started < 10, "others wait for", time.monotonic() - started, "s")
        expect(live.state()["connections"] >= 0.9 * len(connections), "the server says it has",
               live.state()["connections"], "of", len(connections))
    deadline = time.monotonic() + 10
    while (left := live.state()["connections"]) > 60:
        expect(time.monotonic() < deadline, left, "connections are left after all went")
        time.sleep(0.1)


@check("hostile: clients that leave while they queue, while the prompt is read, while text comes")
def leavers(live):
    randomness = random.Random(1)
    with undisturbed(live):
        for number in range(150):
            prompt = [f"{TALE} {randomness.random()} {n}" for n in range(randomness.choice([1, 1, 8, 60]))]
            body = json.dumps({
                "prompt": prompt, "n": randomness.choice([1, 4]), "max_tokens": 200, "ignore_eos": True,
                "model": live.model, "stream": number % 2 == 0
            }).encode()
            data = head(live, "POST", "/v1/completions", f"Content-Length: {len(body)}") + body
            with live.connect() as connection:
                connection.sendall(data[:randomness.randrange(len(data))] if number % 5 == 0 else data)
                time.sleep(randomness.choice([0, 0, 0.001, 0.01, 0.05]))
                if number % 3 == 0:
                    # A reset instead of an orderly end.
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                elif number % 3 == 1:
                    with contextlib.suppress(OSError):
                        connection.shutdown(socket.SHUT_WR)
    live.wait_idle(5)


@check("hostile: a client that does not read what it asked for")
def unread(live):
    with undisturbed(live), contextlib.ExitStack() as stack:
        for _ in range(20):
            connection = stack.enter_context(live.connect())
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            body = json.dumps({
                "prompt": TALE, "n": 16, "logprobs": 20, "max_tokens": 240, "ignore_eos": True, "model": live.model,
                "stream": True
            }).encode()
            connection.sendall(head(live, "POST", "/v1/completions", f"Content-Length: {len(body)}") + body)
        time.sleep(2)
        live.lives()
    live.wait_idle(10)
