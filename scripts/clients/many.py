"""Many at once, and clients that leave."""

import asyncio
import json
import socket
import threading
import time

import openai

from .live import check, equal, expect

TALE = "Once upon a time, there was a"


@check("many: 64 streams at once, each as alone")
def streams(live):

    async def all_of_them():
        client = openai.AsyncOpenAI(base_url=live.base_url, api_key=live.key or "none", timeout=60)

        async def one(number):
            fields = dict(model=live.models[number % len(live.models)], prompt=f"{TALE} {number % 8}", seed=number // 2,
                          temperature=1, max_tokens=60)
            text = ""
            async for chunk in await client.completions.create(stream=True, **fields):
                text += chunk.choices[0].text
            return fields, text

        return await asyncio.gather(*[one(number) for number in range(64)])

    for fields, text in asyncio.run(all_of_them())[::7]:
        equal(text, live.client.completions.create(**fields).choices[0].text, str(fields))
    live.wait_idle()


LONG = {
    "prompt": [f"{TALE} {number}" for number in range(100)], "n": 16, "max_tokens": 240, "ignore_eos": True,
    "cache_prompt": False
}


@check("leaving: a client that goes away frees its place at once")
def leaving(live):
    for stream in [True, False]:
        before = sum(m["generated_tokens_total"] for m in live.state()["models"])
        body = json.dumps(LONG | {"stream": stream, "model": live.model}).encode()
        with live.connect() as connection:
            head = f"POST /v1/completions HTTP/1.1\r\nHost: {live.host}:{live.port}\r\nContent-Length: {len(body)}\r\n"
            if live.key:
                head += f"Authorization: Bearer {live.key}\r\n"
            connection.sendall(head.encode() + b"\r\n" + body)
            deadline = time.monotonic() + 20
            while live.is_idle():
                expect(time.monotonic() < deadline, "the request never began")
                time.sleep(0.01)
            time.sleep(0.3)
            expect(not live.is_idle(), "the request was over too soon to tell anything")
        seconds = live.wait_idle(3)
        made = sum(m["generated_tokens_total"] for m in live.state()["models"]) - before
        expect(made < 100 * 16 * 240 * 0.8, "all was generated all the same:", made)
        expect(seconds < 2, "it took", seconds, "s")


@check("leaving: clients that go away before their work begins")
def leaving_early(live):
    for number in range(20):
        body = json.dumps(LONG | {"stream": number % 4 == 0, "n": 2, "model": live.model}).encode()
        head = f"POST /v1/completions HTTP/1.1\r\nHost: {live.host}:{live.port}\r\nContent-Length: {len(body)}\r\n"
        with live.connect() as connection:
            connection.sendall(head.encode() + b"\r\n" + body)
            time.sleep(number % 3 / 1000)
            # A reset, as when a process is killed.
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    time.sleep(0.2)
    live.wait_idle(3)


@check("leaving: a client that stops a stream by OpenAI's client")
def closing(live):
    stream = live.client.completions.create(model=live.model, prompt=LONG["prompt"], n=16, max_tokens=240, stream=True,
                                            extra_body={"ignore_eos": True})
    for _ in range(10):
        next(stream)
    stream.close()
    live.wait_idle(3)


@check("priority: who is more urgent comes first", needs="guarded")
def priority(live):
    order, threads = [], []

    def ask(number, priority):
        live.complete(f"{number} cats", max_tokens=200, ignore_eos=True, priority=priority, model=live.model)
        order.append(priority)

    fields = dict(max_tokens=200, ignore_eos=True, priority=1000)
    filler = threading.Thread(target=lambda: live.complete([f"{TALE} {number}" for number in range(60)], **fields))
    filler.start()
    deadline = time.monotonic() + 10
    while live.is_idle():
        expect(time.monotonic() < deadline, "the first request never began")
    for number, value in enumerate([10, 10, -10, -10]):
        threads.append(threading.Thread(target=ask, args=(number, value)))
        threads[-1].start()
    for thread in [filler, *threads]:
        thread.join()
    # The lower number is served first, as in vLLM.
    equal(order, [-10, -10, 10, 10])
