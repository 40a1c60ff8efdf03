"""/v1/embeddings by OpenAI's client."""

import base64
import math
import struct

from .live import check, equal, expect


@check("embeddings: float and base64 are equal, the client's own form too")
def encodings(live):
    for model in live.models:

        def embed(**fields):
            return live.client.embeddings.create(model=model, input=["A cat", "A dog"], **fields)

        floats = [entry.embedding for entry in embed(encoding_format="float").data]
        equal([entry.index for entry in embed().data], [0, 1])
        expect(abs(math.sqrt(sum(x * x for x in floats[0])) - 1) < 1e-3, "the length is not one")
        raw = live.post("/v1/embeddings",
                        {"model": model, "input": ["A cat", "A dog"], "encoding_format": "base64"}).json()
        for one, two, three in zip(floats, raw["data"], embed().data):
            data = base64.b64decode(two["embedding"])
            numbers = struct.unpack(f"<{len(data) // 4}f", data)
            equal(len(numbers), len(one))
            expect(max(abs(a - b) for a, b in zip(one, numbers)) < 1e-6, "base64 differs")
            expect(max(abs(a - b) for a, b in zip(one, three.embedding)) < 1e-6, "the client's form differs")
        expect(floats[0] != floats[1], "two texts have one vector")


@check("embeddings: texts, token ids, lists of both, and usage")
def inputs(live):
    ids = live.tokens("A cat", special=True)

    def embed(value):
        return live.client.embeddings.create(model=live.model, input=value, encoding_format="float")

    text = embed("A cat")
    equal(text.usage.prompt_tokens, len(embed(ids).data and ids), "tokens")
    equal(embed(ids).data[0].embedding, text.data[0].embedding)
    equal(embed([ids, ids]).data[1].embedding, text.data[0].embedding)
    equal(len(embed([str(number) for number in range(100)]).data), 100)
    equal(len(embed("").data), 1)


@check("embeddings: dimensions")
def dimensions(live):
    full = live.client.embeddings.create(model=live.model, input="A cat", encoding_format="float").data[0].embedding
    part = live.client.embeddings.create(model=live.model, input="A cat", encoding_format="float",
                                         dimensions=16).data[0].embedding
    equal(len(part), 16)
    length = math.sqrt(sum(x * x for x in full[:16]))
    expect(max(abs(a - b / length) for a, b in zip(part, full)) < 1e-5, "not the beginning, scaled")
    for size in [0, -1, len(full) + 1, 1.5, "x"]:
        equal(live.post("/v1/embeddings", {"input": "x", "dimensions": size}).status_code, 400, f"dimensions {size}")


@check("embeddings: as many texts as clients send at once")
def many_texts(live):
    equal(len(live.client.embeddings.create(model=live.model, input=["cat"] * 2048).data), 2048)


@check("embeddings: what is wrong is said with 400")
def wrong(live):
    for fields in [{}, {"input": None}, {"input": []}, {"input": [[]]}, {"input": [1, "a"]}, {"input": {}},
                   {"input": 7}, {"input": [-1]}, {"input": [10**9]}, {"input": [[1], [10**30]]},
                   {"input": "x", "encoding_format": "hex"}, {"input": [None]}, {"input": "cat " * 5000}]:
        reply = live.post("/v1/embeddings", fields)
        equal(reply.status_code, 400, f"{str(fields)[:80]}: {reply.text[:200]}")
    error = live.post("/v1/embeddings", {"input": "cat " * 5000}).json()["error"]
    equal(error["code"], "context_length_exceeded")
    expect("check_embedding_ctx_length=False" in live.post("/v1/embeddings", {"input": [[100257]]}).text, "no hint")
