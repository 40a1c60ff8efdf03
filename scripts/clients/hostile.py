"""Inputs that mean harm. Each must get a 4xx or a closed connection, soon, and the server must live; a stream that runs
meanwhile must not be disturbed."""

import contextlib
import threading
import time

import httpx

from .live import Several, check, expect

MESSAGES = [{"role": "user", "content": "Hi"}]
TALE = "Once upon a time, there was a"


@contextlib.contextmanager
def undisturbed(live):
    """Keeps streams running, all of which must bring the text that they bring alone."""
    fields = dict(model=live.model, prompt=TALE, seed=5, temperature=1, max_tokens=150)
    wanted = live.client.completions.create(**fields).choices[0].text
    done, seen, problems = threading.Event(), [], []

    def watch():
        while not done.is_set():
            try:
                text = "".join(chunk.choices[0].text for chunk in live.client.completions.create(stream=True, **fields))
                seen.append(text)
            except Exception as error:
                problems.append(repr(error))
                return

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join(120)
    expect(not thread.is_alive(), "a stream beside it hangs")
    expect(not problems, "a stream beside it failed:", problems)
    expect(seen and set(seen) == {wanted}, "a stream beside it brought another text")
    live.lives()


def refused(live, path, body, seconds=10, **options):
    """Sends a request that must be refused, within a time."""
    start = time.monotonic()
    try:
        reply = live.post(path, body, timeout=seconds + 20, **options)
    except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
        live.lives()
        return None
    taken = time.monotonic() - start
    what = f"{path} {str(body or options)[:100]}"
    expect(400 <= reply.status_code < 500, what, "got", reply.status_code, reply.text[:200])
    expect(reply.json()["error"]["message"], what)
    expect(len(reply.text) < 5000, what, "is repeated in the error:", reply.text[:100])
    expect(taken < seconds, what, "took", taken, "s")
    return reply


def answered(live, path, body, seconds=20):
    """Sends a request that may be refused or served, within a time."""
    start = time.monotonic()
    reply = live.post(path, body, timeout=seconds + 20)
    what = f"{path} {str(body)[:100]}"
    expect(reply.status_code < 500 and reply.status_code != 404, what, "got", reply.status_code, reply.text[:200])
    expect(time.monotonic() - start < seconds, what, "took", time.monotonic() - start, "s")
    return reply


@check("hostile: grammars that nest, recur, repeat or explode")
def grammars(live):
    with undisturbed(live), Several() as each:
        for grammar in [
                "root ::= " + "(" * 60_000, "root ::= " + "(" * 60_000 + '"a"' + ")" * 60_000,
                "root ::= " + "[" * 60_000, 'root ::= root "a" | "b"', 'root ::= a\na ::= b "x"\nb ::= a | "y"',
                'root ::= root', 'root ::= "" root | root', "root ::= nothing", "root ::= [z-a]", 'root ::= "\\xZZ"',
                'root ::= "\\uD800"', "root ::= \"a", "::=", "root", "\0", "root ::= 'a'", 'root ::= "a"{-1}',
                'root ::= "a"{5,2}', 'root ::= "a"{99999999999999999999}', 'root ::= "a"*' + "*" * 50_000 + ")",
                "root ::= " + " | ".join(f"r{n}" for n in range(20_000)), "x" * 300_000,
        ]:
            each(refused, live, "/v1/completions", {"prompt": "A", "max_tokens": 3, "grammar": grammar})
        for grammar in [
                "\n".join(["root ::= r0"] + [f"r{n} ::= r{n + 1} r{n + 1}" for n in range(60)] + ['r60 ::= "a"']),
                'root ::= "a"{1,1000000000}', 'root ::= "a"{1000000000}', 'root ::= ("a"{1000}){1000}',
                'root ::= (("a"{1,300}){1,300}){1,300}', 'root ::= ("" | "a")* ("" | "a")* ("" | "a")* "b"',
                "root ::= " + '("a" | ' * 200 + '"b"' + ")" * 200, 'root ::= (("a"?)*)*', 'root ::= ("a"* "a"*)* "b"',
                'root ::= "a" root "b" | "c"', 'root ::= [^a]* | .*', "root ::= " + " | ".join(f'"w{n}"'
                                                                                               for n in range(10_000)),
                "root ::= " + " ".join('("a" | "b")?' for n in range(2_000)),
        ]:
            each(answered, live, "/v1/completions",
                 {"prompt": "A", "max_tokens": 30, "grammar": grammar, "model": live.model})


@check("hostile: expressions")
def expressions(live):
    with undisturbed(live), Several() as each:
        for regex in [
                "foo**", "(" * 60_000, "[" * 1000, "(?<=a)b", r"\1", "(?P<x>a)(?P=x)", "*", "+a", "a{3,1}", "[z-a]",
                "\\", "(?", "(a", "a)", r"\p{Banana}", r"\u{110000}", r"\x", "a{99999999999999999999}"
        ]:
            each(refused, live, "/v1/completions", {"prompt": "A", "max_tokens": 3, "regex": regex})
        for regex in [
                "a{1,1000000000}", "a{1000000000}", "((a{1,1000}){1,1000}){1,1000}", "^+", "(a*)*b", "(a|a)*b",
                "(a|aa)+$", "(.*)*(.*)*(.*)*x", r"(\w+\s?)*!", "a?" * 2000 + "a" * 2000, "(a{0,50}){0,50}", r"[\s\S]*",
                "", "^$", "$^", "(x+x+)+y"
        ]:
            each(answered, live, "/v1/completions",
                 {"prompt": "A", "max_tokens": 30, "regex": regex, "model": live.model})


def nested(depth, leaf):
    for _ in range(depth):
        leaf = {"type": "object", "properties": {"a": leaf}, "required": ["a"]}
    return leaf


@check("hostile: schemas")
def schemas(live):

    def formatted(schema):
        return {
            "messages": MESSAGES, "max_tokens": 20, "model": live.model,
            "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
        }

    with undisturbed(live), Several() as each:
        for schema in [{"$ref": "#"}, {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}},
                       {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}
                        }, {"$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}]}},
                            "$ref": "#/$defs/a"}, {"$ref": "http://127.0.0.1:1/x.json"},
                       {"$ref": "https://example.org/x.json#/a"}, {"$ref": "file:///etc/passwd"}, {"$ref": "../x"},
                       {"$ref": 7}, {"$ref": "#/" + "a/" * 10_000}, {"enum": list(range(100_000))}, {"enum": []},
                       {"const": "x" * 300_000}, {"type": "array", "items": {"type": "integer"},
                                                  "minItems": 10**9}, {"type": "array", "minItems": -1},
                       {"type": "array", "minItems": 5,
                        "maxItems": 2}, {"type": "string",
                                         "minLength": 10**12}, {"type": "string", "minLength": 5,
                                                                "maxLength": 2}, {"type": "string", "pattern": "("},
                       {"type": "string",
                        "pattern": "foo**"}, {"type": "string",
                                              "pattern": 7}, {"type": "integer", "minimum": 5,
                                                              "maximum": 4}, {"type": "integer", "minimum": "x"},
                       {"type": ["banana"]}, {"type": []}, {"type": 7}, {"anyOf": []}, {"anyOf": 7}, {"oneOf": [7]},
                       {"properties": 7,
                        "type": "object"}, {"required": 7, "type": "object"}, {"allOf": "x"}, False, "x", 7, [], {
                            "type": "array", "items": {
                                "type": "array", "minItems": 1000, "maxItems": 1000,
                                "items": {"type": "array", "minItems": 1000, "items": {"type": "null"}}
                            }, "minItems": 1000
                        },
                       nested(200, {"type": "null"}), {"not": {}}, ]:
            each(answered, live, "/v1/chat/completions", formatted(schema))
        for schema in [
                True, {}, {"type": "object"}, {"type": "string", "pattern": "^+"},
            {"type": "string", "pattern": "(a*)*b"}, {"enum": [f"w{n}" for n in range(10_000)]},
            {"type": "object",
             "properties": {f"p{n}": {"type": "integer"}
                            for n in range(2000)}}, {"type": "integer", "minimum": -(10**30), "maximum": 10**30},
            {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1
             }, {"type": "number", "minimum": -1e308,
                 "maximum": 1e308}, {"type": "number", "multipleOf": 1e-300}, {"type": "string", "maxLength": 100_000},
            {"type": "array", "maxItems": 100_000, "items": {"type": "null"}}, {"const": {"a": "\0\ud7ff\"\\"}}, {
                "type": "object", "properties": {"": {}, "\0": {}, "\"": {}, "a\nb": {"const": 1}},
                "required": ["", "\0", "\"", "a\nb", "other"]
            }, {
                "anyOf": [{"type": "object", "properties": {f"p{n}": {"const": n}}, "required": [f"p{n}"]}
                          for n in range(500)]
            }, {
                "$defs": {
                    f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"}, {"$ref": f"#/$defs/d{n + 1}"}]}
                    for n in range(50)
                } | {"d50": {"type": "null"}}, "$ref": "#/$defs/d0"
            }, {"allOf": [{"type": "object", "properties": {f"p{n}": {}}}
                          for n in range(200)]}, {"type": "object", "additionalProperties": {"$ref": "#"}}, {
                              "type": "object", "properties": {f"p{n}": {"type": "boolean"}
                                                               for n in range(60)},
                              "required": [f"p{n}" for n in range(0, 60, 2)], "additionalProperties": False
                          }, {"prefixItems": [{"type": "integer"}] * 2000,
                              "type": "array"}, {"type": "object", "patternProperties": {"^a*$": {"type": "null"}}},
        ]:
            each(answered, live, "/v1/chat/completions", formatted(schema))
        body = {"messages": MESSAGES, "max_tokens": 5, "tool_choice": "required"}
        for tools in [[{"type": "function", "function": {"name": f"f{n}", "parameters": {"$ref": "#"}}}
                       for n in range(3)],
                      [{
                          "type": "function", "function": {
                              "name": f"f{n}",
                              "parameters": {"type": "object", "properties": {"a": {"enum": list(range(100))}}}
                          }
                      } for n in range(2000)], [{"type": "function", "function": {"name": "x" * 100_000}}],
                      [{"type": "function", "function": {"name": "a\0b\"\n<tool_call>"}}],
                      [{"type": "function", "function": {"name": "f", "parameters": nested(30, {"type": "null"})}}] * 3,
                      [{"type": "function", "function": {"name": "f", "parameters": {"enum": list(range(60_000))}}}], ]:
            for model in [live.model, *live.roomy]:
                each(answered, live, "/v1/chat/completions", body | {"tools": tools, "model": model})


@check("hostile: costly schemas hold nobody else up")
def costly(live):
    schema = {"type": "object", "properties": {f"p{n}": {"type": "integer"} for n in range(2000)}}
    body = {"messages": MESSAGES, "max_tokens": 3, "model": live.model,
            "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}}
    threads = [threading.Thread(target=answered, args=(live, "/v1/chat/completions", body, 60)) for _ in range(6)]
    for thread in threads:
        thread.start()
    worst = 0.0
    while any(thread.is_alive() for thread in threads):
        start = time.monotonic()
        live.lives()
        worst = max(worst, time.monotonic() - start)
        time.sleep(0.05)
    expect(worst < 2, "/health took", worst, "s meanwhile")


@check("hostile: JSON that nests, repeats, breaks off; bytes that are no text")
def broken_json(live):
    with undisturbed(live), Several() as each:
        for body in [
                b"[" * 1_000_000, b'{"a":' * 500_000, b'{"prompt":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
                b'{"prompt": "' + b"\\" * 99_999, b'{"prompt": "\\ud800"}', b'{"prompt": "\\udc00\\ud800"}',
                b'{"prompt": "\xed\xa0\x80"}', b'{"prompt": "\xc0\xaf"}', b'{"prompt": "\xf8\x88\x80\x80\x80"}',
                b'{"prompt": "\xff"}', b'\xef\xbb\xbf{"prompt": "A", "temperature": -1}', b'{"prompt": "a\0b"}',
                b'{"prompt": "A", "max_tokens": 1e400}', b'{"prompt": "A", "max_tokens": -9223372036854775809}',
                b'{"prompt": "A", "seed": 99999999999999999999999999}', b'{"prompt": "A", "temperature": NaN}',
                b'{"prompt": "A", "temperature": -Infinity}', b'{"prompt": "A", "n": 0x10}',
                b'{"prompt": "A", "n": 01}', b'{"prompt": "A", "n": ' + b"9" * 1_000_000 + b"}",
                b'{"prompt": "A", "temperature": 1' + b"0" * 500_000 + b"e-500000}x", b'{"prompt": "A" "n": 1}', b"{",
                b"", b"\0", b"\xff" * 1000, b'{"prompt": "A"}}', b'"' + b"x" * 1_000_000,
                "{\"prompt\": \"A\"}".encode("utf-16"), b'{"prompt": [1e308]}', b'{"prompt": [-1]}',
                b'{"prompt": [4294967296]}',
        ]:
            each(refused, live, "/v1/completions", None, content=body)
        for body in [
                b'{"prompt": "a\\u0000b", "max_tokens": 2}',
                '{"prompt": "\U0001F408\u200d\u2b1b \u202e \ufeff", "max_tokens": 2}'.encode(),
                b'{"prompt": "' + b"\\u0301" * 200 + b'", "max_tokens": 2}',
                b'{"max_tokens": 1, ' + b",".join(b'"k%d": 1' % n for n in range(100_000)) + b', "prompt": "A"}',
                b'{"prompt": "A", "max_tokens": 1' + b', "prompt": "B"' * 50_000 + b"}",
        ]:
            reply = live.post("/v1/completions", content=body)
            expect(reply.status_code in (200, 400), body[:60], reply.status_code, reply.text[:200])


@check("hostile: numbers far out in every field")
def numbers(live):
    fields = [
        "max_tokens", "max_completion_tokens", "n", "best_of", "temperature", "top_p", "top_k", "min_p", "typical_p",
        "presence_penalty", "frequency_penalty", "repeat_penalty", "repeat_last_n", "seed", "logprobs", "top_logprobs",
        "min_tokens", "priority", "top_n_sigma", "xtc_probability", "xtc_threshold", "dynatemp_range",
        "dynatemp_exponent", "dry_multiplier", "dry_base", "dry_allowed_length", "dry_penalty_last_n", "mirostat",
        "mirostat_tau", "mirostat_eta", "id_slot", "n_keep", "n_discard"
    ]
    values = [-1, -(2**31), -(2**63), 2**31, 2**63 - 1, 2**63, 2**64, 10**40, 1e308, -1e308, 1e-320, 5e-324, -0.0, 0]
    with undisturbed(live), Several() as each:
        for field in fields:
            for value in values:
                for path, body in [("/v1/completions", {"prompt": TALE}),
                                   ("/v1/chat/completions", {"messages": MESSAGES})]:
                    each(answered, live, path, {"max_tokens": 3, "model": live.model, field: value} | body)
        extreme = {
            "temperature": 1e-30, "top_p": 1e-30, "min_p": 1, "typical_p": 1e-30, "top_k": 1, "repeat_penalty": 100,
            "presence_penalty": 2, "frequency_penalty": 2, "dry_multiplier": 100, "dry_base": 100, "xtc_probability": 1,
            "xtc_threshold": 0, "dynatemp_range": 100, "dynatemp_exponent": 100, "top_n_sigma": 0
        }
        each(answered, live, "/v1/completions", {"prompt": TALE, "max_tokens": 60, "model": live.model} | extreme)
        each(
            answered, live, "/v1/completions", {
                "prompt": TALE, "max_tokens": 60, "model": live.model, "temperature": 100, "repeat_penalty": 0.01,
                "presence_penalty": -2, "frequency_penalty": -2
            })
        for version in [1, 2]:
            for tau, eta in [(0, 0), (100, 100), (1e-30, 100), (100, 1e-30)]:
                each(
                    answered, live, "/v1/completions", {
                        "prompt": TALE, "max_tokens": 60, "model": live.model, "mirostat": version, "mirostat_tau": tau,
                        "mirostat_eta": eta
                    })
        everything = {str(token): -100 for token in range(1024)}
        each(answered, live, "/v1/completions",
             {"prompt": TALE, "max_tokens": 5, "model": live.model, "logit_bias": everything})
        each(
            answered, live, "/v1/completions",
            {"prompt": TALE, "max_tokens": 5, "model": live.model, "logit_bias": everything, "grammar": 'root ::= "a"'})
        each(refused, live, "/v1/completions",
             {"prompt": "A", "logit_bias": {str(token): 0
                                            for token in range(100_000)}})
        for stop in [["x"] * 100_000, ["x" * 100_000], [""], ["a", ""], ["\0" * 20_000]]:
            each(refused, live, "/v1/completions", {"prompt": "A", "stop": stop})
        each(answered, live, "/v1/completions",
             {"prompt": TALE, "max_tokens": 200, "stop": ["a" * n + "b" for n in range(60)], "model": live.model})
        each(
            answered, live, "/v1/completions", {
                "prompt": TALE, "max_tokens": 200,
                "banned_strings": [chr(n) for n in range(97, 123)] + [" ", "\n", ".", ","], "model": live.model
            })
        each(refused, live, "/v1/completions", {"prompt": ["A"] * 100_000})
        each(refused, live, "/v1/completions", {"prompt": [[1]] * 100_000})
        each(refused, live, "/v1/completions", {"prompt": [1] * 1_000_000})
        each(refused, live, "/v1/chat/completions", {"messages": MESSAGES * 100_000})
        each(
            answered, live, "/v1/completions", {
                "prompt": TALE, "max_tokens": 5, "model": live.model, "dry_multiplier": 1,
                "dry_sequence_breakers": ["", "\0", "x" * 10_000] * 20
            })


@check("hostile: long texts of one letter, of spaces, of marks, of digits")
def long_texts(live):
    with undisturbed(live), Several() as each:
        for unit in [
                "a", " ", "\n", "1", "e\u0301", "\u0301", "'", "猫", "<|endoftext|>", "\0", "\U0001F468\u200d", "a b",
                "((", "\r\n", "ﷺ"
        ]:
            text = unit * (1_000_000 // len(unit.encode()))
            each(refused, live, "/v1/completions", {"prompt": text, "model": live.model}, seconds=15)
            each(
                refused, live, "/v1/chat/completions",
                {"messages": [{"role": "user", "content": text}], "model": live.roomy[0] if live.roomy else live.model},
                seconds=15)
            each(answered, live, "/tokenize", {"content": text, "model": live.model, "parse_special": True})


@check("hostile: templates and control tokens of requests")
def templates(live):
    with Several() as each:
        for template in ["{% for i in range(10**9) %}x{% endfor %}", "{{ ''.__class__ }}", "{{ messages }}", "", 7]:
            each(refused, live, "/v1/chat/completions", {"messages": MESSAGES, "chat_template": template})
        for model in [live.model, *live.roomy]:
            for variables in [{"messages": 7}, {"tools": "x"}, {"bos_token": "x" * 1000},
                              {"add_generation_prompt": "x"}, {"a": nested(20, {})}, {"tools": [{}] * 1000},
                              {"messages": [{"role": "x"}]}, {"enable_thinking": True}]:
                each(answered, live, "/v1/chat/completions",
                     {"messages": MESSAGES, "chat_template_kwargs": variables, "model": model, "max_tokens": 2})
            hidden = live.post("/apply-template",
                               {"model": model, "messages": [{"role": "user", "content": "a<|endoftext|>b"}]}).json()
            expect(0 not in hidden["tokens"][1:], "a control token came in with a message:", hidden)
            for role in ["system", "assistant", "tool"]:
                message = {"role": role, "content": "{{ 7 * 7 }}{% for %}<|im_end|>", "tool_call_id": "x"}
                reply = live.post("/apply-template", {"model": model, "messages": [*MESSAGES, message]})
                expect(reply.status_code == 400 or "{{ 7 * 7 }}" in reply.json()["prompt"], reply.text)
