"""Mistakes: each gets the status, the kind and the words that clients know."""

import openai

from .live import Several, check, equal, expect

MESSAGES = [{"role": "user", "content": "Hi"}]
WRONG = {
    "temperature": [-1, 1e9, "hot", True, [], {}], "top_p": [-0.1, 1.5, "x", []], "top_k": [-2, 1.5, "x"],
    "min_p": [-1, 2], "typical_p": [-1, 2], "presence_penalty": [-3, 3, "x"], "frequency_penalty": [-3, 3, {}],
    "repeat_penalty": [0, -1, 1e9], "seed": [1.5, "x", [], 1e30], "stop": [7, [7], [""], {}, [None], ["x"] * 100_000],
    "n": [0, -1, 17, 1e9, "x", 1.5], "max_tokens": [-1, "x", 1.5, 1e300], "logit_bias": [[], {"x": 1}, {"1": 101},
                                                                                         {"1": "x"}, {"-1": 5}, 7],
    "stream": ["x", 1, []], "stream_options": ["x", 7, {"include_usage": 1}], "min_tokens": [-1, "x"],
    "banned_strings": ["x", [""], [7], ["x"] * 1000], "stop_token_ids": ["x", [-1], ["a"],
                                                                         [1.5]], "priority": [-1001, 1001, "x", 0.5],
    "cache_prompt": ["x", 1], "ignore_eos": [1], "samplers": ["x", ["x"],
                                                              [7]], "mirostat": [3, -1, "x"], "xtc_probability": [2],
    "dry_multiplier": [-1], "regex": [7, "("], "grammar": [7, "x"], "json_schema": ["x", []], "model": [7, [], {}],
}


def refused(live, path, body, status=400):
    reply = live.post(path, body)
    equal(reply.status_code, status, f"{str(body)[:120]}: {reply.text[:200]}")
    error = reply.json()["error"]
    equal({"message", "type", "param", "code"} - set(error), set(), "missing in the error")
    expect(isinstance(error["message"], str) and error["message"], error)
    return error


@check("errors: wrong types and ranges, field by field, name the field")
def wrong_fields(live):

    def one(path, base, field, value):
        error = refused(live, path, base | {field: value})
        expect(error["param"] and error["param"].startswith(field), field, "is not named in", error)

    with Several() as each:
        for path, base in [("/v1/completions", {"prompt": "A", "max_tokens": 1}),
                           ("/v1/chat/completions", {"messages": MESSAGES, "max_tokens": 1})]:
            for field, values in WRONG.items():
                for value in values:
                    each(one, path, base, field, value)


@check("errors: chat's and completions' own fields")
def own_fields(live):
    for messages in [
            None, "x", [], [123], [{}], [{"role": 123, "content": "x"}], [{"role": "king", "content": "x"}], [None],
        [{"role": "user"}], [{"role": "user", "content": None}], [{"role": "user", "content": 7}],
        [{"role": "user", "content": [{"type": "text"}]}], [{"role": "user", "content": [7]}],
        [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "file://../x"}}]}],
        [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "http://127.0.0.1:1/x"}}]}],
        [*MESSAGES, {"role": "assistant", "content": "a"}, {"role": "assistant", "content": "b"}],
        [{"role": "user", "content": "x", "tool_calls": [{"function": {"name": "x"}}]}],
        [{"role": "assistant", "tool_calls": 7}], [{"role": "assistant", "tool_calls": [{}]}]
    ]:
        refused(live, "/v1/chat/completions", {"messages": messages, "max_tokens": 1})
    for fields in [{"logprobs": 5}, {"top_logprobs": 2}, {"logprobs": True,
                                                          "top_logprobs": 21}, {"logprobs": True, "top_logprobs": -1},
                   {"max_completion_tokens": 0}, {"add_generation_prompt": True, "continue_final_message": True},
                   {"chat_template": "{{ messages }}"}, {"chat_template_kwargs": 7}, {"reasoning_effort": 7}]:
        refused(live, "/v1/chat/completions", {"messages": MESSAGES} | fields)
    for fields in [{"prompt": None}, {"prompt": 7}, {"prompt": {}}, {"prompt": []}, {"prompt": [[]]},
                   {"prompt": ["a", 1]}, {"prompt": [1, "a"]}, {"prompt": [-1]}, {"prompt": [10**9]}, {"prompt": [1.5]},
                   {"prompt": ["x"] * 5000}, {"logprobs": 21}, {"logprobs": -1}, {"logprobs": True}, {"echo": 1},
                   {"best_of": 0}]:
        refused(live, "/v1/completions", {"prompt": "A", "max_tokens": 1} | fields)


@check("errors: null is as good as nothing, unknown fields are passed over")
def nulls(live):
    names = list(WRONG) + [
        "suffix", "echo", "logprobs", "best_of", "user", "tools", "tool_choice", "parallel_tool_calls",
        "response_format", "reasoning_effort", "max_completion_tokens", "top_logprobs", "continue_final_message",
        "chat_template", "chat_template_kwargs", "add_generation_prompt", "metadata", "store", "service_tier",
        "modalities"
    ]
    base = dict.fromkeys(names)
    for path, fields in [("/v1/completions", {"prompt": "A"}), ("/v1/chat/completions", {"messages": MESSAGES}),
                         ("/v1/responses",
                          {"input": "A", "instructions": None, "text": None, "reasoning": None, "truncation": None}),
                         ("/v1/embeddings", {"input": "A", "dimensions": None, "encoding_format": None})]:
        reply = live.post(path, base | fields)
        equal(reply.status_code, 200, f"{path}: {reply.text[:200]}")
        reply = live.post(
            path, {"banana": 7, "max_tokens": 1, "metadata": {"a": "b"}, "service_tier": "auto", "user": "u"} | fields)
        equal(reply.status_code, 200, f"{path}: {reply.text[:200]}")


@check("errors: a prompt too long is said with the counts, streamed or not")
def too_long(live):
    for path, fields in [("/v1/completions", {"prompt": "cat " * 600}),
                         ("/v1/chat/completions", {"messages": [{"role": "user", "content": "cat " * 600}]}),
                         ("/v1/responses", {"input": "cat " * 600})]:
        for stream in [False, True]:
            error = refused(live, path, {"stream": stream} | fields)
            equal(error["code"], "context_length_exceeded")
            equal(error["n_ctx"], 256)
            expect(error["n_prompt_tokens"] > 600, error)
            expect("256" in error["message"] and str(error["n_prompt_tokens"]) in error["message"], error)
    # The longest that fits, and one more.
    ids = live.tokens("cat ") * 256
    equal(live.complete(ids[:255], max_tokens=1).usage.prompt_tokens, 255)
    refused(live, "/v1/completions", {"prompt": ids[:256], "model": live.model})
    equal(live.complete(ids[:256], max_tokens=0, echo=True, logprobs=0).usage.prompt_tokens, 256)


@check("errors: rules that leave nothing to say get 400")
def nothing_left(live):
    with Several() as each:
        for fields in [{"regex": "", "min_tokens": 1}, {"regex": "a", "logit_bias": {str(live.tokens("a")[0]): -100}},
                       {"regex": "a",
                        "banned_strings": ["a"]}, {"logit_bias": {str(token): -100
                                                                  for token in range(1024)}}]:
            each(refused, live, "/v1/completions", {"prompt": "A", "max_tokens": 3, "model": live.model} | fields)
    for fields in [{"max_tokens": 0, "max_completion_tokens": 5}, {"max_tokens": "x", "max_completion_tokens": 5}]:
        refused(live, "/v1/chat/completions", {"messages": MESSAGES} | fields)


@check("errors: bodies that are no JSON objects")
def bodies(live):
    for body in [
            b"", b"{", b"[]", b"7", b'"x"', b"null", b"{'a': 1}", b'{"prompt": "A",}', b"\xff\xfe",
            b'{"prompt": "\xff"}', b'{"prompt": NaN}', b'{"prompt": Infinity}',
            b'{"prompt": "A", "temperature": 1e999}', b'{"prompt": "A"} x', b"\0" * 100
    ]:
        reply = live.post("/v1/completions", content=body)
        equal(reply.status_code, 400, f"{body}: {reply.text[:200]}")
        equal(reply.json()["error"]["type"], "invalid_request_error")


@check("errors: the classes of OpenAI's client, and no request is repeated")
def classes(live):
    for fields, kind, code in [({"model": "nobody"}, openai.NotFoundError, "model_not_found"),
                               ({"temperature": -1}, openai.BadRequestError, None),
                               ({"prompt": "cat " * 600}, openai.BadRequestError, "context_length_exceeded")]:
        for stream in [False, True]:
            before = live.sent
            try:
                live.complete(**{"prompt": "A", "max_tokens": 1, "stream": stream} | fields)
                expect(False, fields, "was taken")
            except openai.APIStatusError as error:
                expect(type(error) is kind, error)
                equal(error.code, code)
                expect(error.request_id, "no x-request-id")
                equal(error.response.headers["x-should-retry"], "false")
            equal(live.sent - before, 1, "requests")


@check("errors: unknown paths and methods")
def unknown_paths(live):
    for path in ["/v1/nope", "/v2/models", "/v1/completions/x", "/page/nope.js", "/v1/"]:
        equal(live.get(path).status_code, 404, path)
        expect(live.get(path).json()["error"]["message"], path)
    for method, path in [("GET", "/v1/completions"), ("GET", "/v1/chat/completions"), ("POST", "/v1/models"),
                         ("DELETE", "/health"), ("PUT", "/v1/embeddings"), ("PATCH", "/"), ("POST", "/metrics")]:
        reply = live.http.request(method, live.root + path)
        equal(reply.status_code, 405, f"{method} {path}")
        expect(reply.headers.get("allow"), "no Allow")
    for path in ["/", "/health", "/v1/models"]:
        equal(live.http.head(live.root + path).status_code, 200, f"HEAD {path}")


@check("keys: without or with a wrong one 401, with a right one served", needs="guarded")
def keys(live):
    for headers in [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "right"},
                    {"Authorization": "Basic cmlnaHQ="}, {"x-api-key": "wrong"}, {"Authorization": "Bearer"},
                    {"Authorization": "Bearer rightx"}, {"Authorization": "Bearer righ"}]:
        for method, path in [("GET", "/v1/models"), ("POST", "/v1/completions"), ("GET", "/metrics"),
                             ("GET", "/status.json"), ("GET", "/v1/nope")]:
            reply = live.http.request(method, live.root + path, headers=headers)
            equal(reply.status_code, 401, f"{method} {path} {headers}")
            error = reply.json()["error"]
            equal((error["type"], error["code"]), ("authentication_error", "invalid_api_key"))
            equal(reply.headers["www-authenticate"], "Bearer")
    for headers in [{"Authorization": "Bearer right"}, {"authorization": "bearer other"}, {"x-api-key": "right"}]:
        equal(live.http.get(live.root + "/v1/models", headers=headers).status_code, 200, str(headers))
    for path in ["/health", "/v1/health", "/", "/page/app.js"]:
        equal(live.http.get(live.root + path).status_code, 200, path)
    client = openai.OpenAI(base_url=live.base_url, api_key="wrong")
    try:
        client.models.list()
        expect(False, "a wrong key was taken")
    except openai.AuthenticationError:
        pass
    expect(live.client.models.list().data, "the right key")
    expect("right" not in open(live.log).read(), "the key stands in the log")


@check("limits: bodies too large get 413, also without their length", needs="small")
def large_bodies(live):
    fits = {"prompt": "A", "max_tokens": 1, "user": "x" * 1_000_000}
    equal(live.post("/v1/completions", fits).status_code, 200)
    large = b'{"prompt": "A", "user": "' + b"x" * 1_100_000 + b'"}'
    for body in [large, iter([large[:600_000], large[600_000:]])]:
        try:
            reply = live.post("/v1/completions", content=body)
        except Exception as error:  # It may close before all is sent.
            expect("closed" in str(error) or "reset" in str(error) or "pipe" in str(error).lower(), error)
            continue
        equal(reply.status_code, 413)
        equal(reply.json()["error"]["code"], "request_too_large")
    live.lives()


@check("limits: --max-tokens caps what a request may generate", needs="small")
def capped(live):
    for fields in [{}, {"max_tokens": 1000}]:
        expect(live.complete("A", ignore_eos=True, **fields).usage.completion_tokens <= 20, fields)
    equal(live.chat(max_tokens=1000).usage.completion_tokens <= 20, True)


@check("limits: a full queue gives 429 with Retry-After", needs="small")
def full_queue(live):
    reply = live.post("/v1/completions", {"prompt": ["A"] * 200, "n": 16, "max_tokens": 20, "model": live.model})
    equal(reply.status_code, 429, reply.text[:300])
    equal(reply.json()["error"]["type"], "rate_limit_error")
    expect(int(reply.headers["retry-after"]) >= 1, reply.headers)
    equal(reply.headers["x-should-retry"], "true")
    live.wait_idle()


@check("pages of an allowed origin may read answers, also errors", needs="small")
def allowed_origin(live):
    origin = {"Origin": "https://app.example"}
    reply = live.http.options(live.root + "/v1/completions", headers=origin | {"Access-Control-Request-Method": "POST"})
    expect(reply.status_code in (200, 204), reply)
    equal(reply.headers["access-control-allow-origin"], "https://app.example")
    for path, body, status in [("/v1/completions", {"prompt": "A", "max_tokens": 1}, 200),
                               ("/v1/completions", {"prompt": 7}, 400), ("/v1/nope", {}, 404)]:
        reply = live.post(path, body, headers=origin)
        equal(reply.status_code, status)
        equal(reply.headers.get("access-control-allow-origin"), "https://app.example", f"{status}'s header")
    equal(live.post("/v1/completions", {}, headers={"Origin": "https://other.example"}).status_code, 403)
