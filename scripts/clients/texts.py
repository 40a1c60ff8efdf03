"""Models, tokens, templates, and what the server tells of itself."""

import re

import openai

from .live import check, equal, expect


@check("models: the list, one by one, an unknown one")
def models(live):
    entries = live.client.models.list().data
    expect({"tiny-gpt", "tiny-llama"} <= {entry.id for entry in entries}, entries)
    for entry in entries:
        equal(live.client.models.retrieve(entry.id), entry)
        equal((entry.object, type(entry.created)), ("model", int))
        expect(entry.created > 10**9, entry.created)
    for name in ["nobody", "a/b", "a/b/c", "%00"]:
        try:
            live.client.models.retrieve(name)
            expect(False, name, "was found")
        except openai.NotFoundError as error:
            equal(error.code, "model_not_found", name)


@check("with and without /v1, every endpoint answers")
def bases(live):
    message = {"messages": [{"role": "user", "content": "Hi"}], "max_tokens": 1}
    for base in ["", "/v1"]:
        for path in ["models", f"models/{live.model}", "health"]:
            equal(live.get(f"{base}/{path}").status_code, 200, f"{base}/{path}")
        for path, body in {
                "completions": {"prompt": "A", "max_tokens": 1}, "chat/completions": message,
                "embeddings": {"input": "A"}, "responses": {"input": "A", "max_output_tokens": 1},
                "responses/input_tokens": {"input": "A"}, "messages": message, "messages/count_tokens": message,
                "tokenize": {"content": "A"}, "detokenize": {"tokens": [33]}, "apply-template": message,
        }.items():
            reply = live.post(f"{base}/{path}", body)
            equal(reply.status_code, 200, f"{base}/{path}: {reply.text[:200]}")
            expect(reply.headers.get("x-request-id"), "no x-request-id")
            expect(reply.headers["content-type"].startswith("application/json"), reply.headers)


@check("the first model serves those who name none")
def no_model(live):
    first = live.client.models.list().data[0].id
    for fields in [{}, {"model": None}, {"model": ""}]:
        equal(
            live.post("/v1/completions", {"prompt": "A", "max_tokens": 1} | fields).json()["model"], first, str(fields))


@check("tokenize and detokenize are inverse")
def tokens(live):
    for text in ["Once upon a time", "", " ", "Füße, 猫 🐈‍⬛\n\t\0 e\u0301", "<|endoftext|>", "x" * 3000]:
        for name in live.models:
            reply = live.post("/tokenize", {"content": text, "model": name, "with_pieces": True}).json()
            equal(reply["count"], len(reply["tokens"]))
            back = live.post("/detokenize",
                             {"tokens": [token["id"] for token in reply["tokens"]], "model": name}).json()
            equal(back["content"], text)
    plain = live.post("/tokenize", {"content": "<|endoftext|>", "model": live.model}).json()["tokens"]
    equal(
        live.post("/tokenize",
                  {"prompt": "<|endoftext|>", "model": live.model, "parse_special": True}).json()["tokens"], [0])
    expect(len(plain) > 1, "text from outside became a control token")
    for fields in [{}, {"content": 7}, {"content": None}, {"content": "x", "add_special": 1}]:
        equal(live.post("/tokenize", fields).status_code, 400, str(fields))
    for fields in [{}, {"tokens": "x"}, {"tokens": [-1]}, {"tokens": [10**6]}, {"tokens": [1.5]}, {"tokens": [[1]]},
                   {"tokens": ["a"]}]:
        equal(live.post("/detokenize", fields).status_code, 400, str(fields))


@check("apply-template shows the prompt that chat uses")
def template(live):
    for model in live.models + live.roomy:
        messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi <|endoftext|>"}]
        shown = live.post("/apply-template", {"model": model, "messages": messages}).json()
        expect("Be brief." in shown["prompt"], shown)
        usage = live.chat(model=model, messages=messages, max_tokens=1).usage
        equal(len(shown["tokens"]), usage.prompt_tokens)
        expect(0 not in shown["tokens"][1:], "text of a message became a control token")


@check("metrics: finite, of the right form, and counting")
def metrics(live):

    def read():
        values = {}
        for line in live.get("/metrics").text.splitlines():
            if line.startswith("#"):
                expect(re.match(r"# (HELP|TYPE) [a-zA-Z_:][\w:]* ", line), line)
                continue
            name, value = re.fullmatch(r"([a-zA-Z_:][\w:]*(?:\{[^}]*\})?) (\S+)", line).groups()
            expect(name not in values, name, "stands there twice")
            values[name] = float(value)
            expect(abs(values[name]) < 1e18, line)
        return values

    live.complete("A", max_tokens=1)
    before = read()
    for _ in range(3):
        live.complete("A", max_tokens=2, ignore_eos=True)
    after = read()
    grown = {name: after[name] - before.get(name, 0) for name in after if after[name] != before.get(name, 0)}
    [requests] = [name for name in grown if "requests_total" in name and "/v1/completions" in name]
    equal(grown[requests], 3, requests)
    expect(any(value == 6 and "generated" in name for name, value in grown.items()), grown)


@check("status.json: idle at the end, and counting")
def status(live):
    live.wait_idle()
    before = next(m for m in live.state()["models"] if m["id"] == live.model)
    live.complete("A", max_tokens=5, ignore_eos=True)
    live.wait_idle()
    after = next(m for m in live.state()["models"] if m["id"] == live.model)
    equal(after["generated_tokens_total"] - before["generated_tokens_total"], 5)
    equal(after["requests_total"] - before["requests_total"], 1)
    expect(live.state()["resident_bytes"] > 1 << 20, live.state())


@check("pages and the description are served, with what keeps others out")
def pages(live):
    for path in ["/", "/status", "/favicon.ico", "/openapi.json"]:
        reply = live.get(path)
        equal(reply.status_code, 200, path)
        equal(reply.headers.get("x-content-type-options"), "nosniff")
    expect("default-src 'none'" in live.get("/").headers["content-security-policy"], "no policy")
    equal(live.get("/openapi.json").json().get("openapi", "")[:2], "3.")
