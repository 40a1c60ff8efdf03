"""Answers in a form: JSON, schemas, grammars. The models have no idea of them; the server keeps them to it."""

import enum
import json
import re
from typing import Literal

import jsonschema
import pydantic

from .live import check, equal, expect

SCHEMAS = {
    "nested": {
        "type": "object", "additionalProperties": False, "required": ["who", "tags"], "properties": {
            "who": {
                "type": "object", "additionalProperties": False, "required": ["age", "mood"], "properties": {
                    "age": {"type": "integer", "minimum": 3, "maximum": 12}, "mood": {"enum": ["sad", "glad"]}
                }
            },
            "tags": {"type": "array", "items": {"enum": ["red", "big", 7, None, True]}, "minItems": 1, "maxItems": 3}
        }
    }, "references": {
        "$defs": {
            "pet": {
                "type": "object", "additionalProperties": False, "required": ["kind"],
                "properties": {"kind": {"enum": ["cat", "dog"]}, "legs": {"const": 4}}
            }
        }, "type": "object", "additionalProperties": False, "required": ["first", "second"],
        "properties": {"first": {"$ref": "#/$defs/pet"}, "second": {"$ref": "#/$defs/pet"}}
    }, "recursion": {
        "$defs": {
            "tree": {
                "type": "object", "additionalProperties": False, "required": ["value"], "properties": {
                    "value": {"type": "boolean"}, "left": {"anyOf": [{"$ref": "#/$defs/tree"}, {"type": "null"}]}
                }
            }
        }, "$ref": "#/$defs/tree"
    },
    "choice": {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 99}, {"const": {"a": [1, 2]}}, {"enum": ["x"]}]},
    "text": {
        "type": "object", "additionalProperties": False, "required": ["code", "date", "name"], "properties": {
            "code": {"type": "string", "pattern": "^[A-Z]{2}[0-9]{3}$"}, "date": {"type": "string", "format": "date"},
            "name": {"type": "string", "minLength": 2, "maxLength": 6}
        }
    }, "numbers": {
        "type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "integer", "minimum": -20, "maximum": 300}
    },
}


def formatted(schema, name="answer"):
    return {"type": "json_schema", "json_schema": {"name": name, "schema": schema, "strict": True}}


@check("formats: json_object gives JSON, whole and streamed")
def json_object(live):
    ended = 0
    for seed in range(6):
        fields = dict(response_format={"type": "json_object"}, temperature=1, seed=seed, max_tokens=150)
        choice = live.chat(**fields).choices[0]
        expect(choice.message.content.lstrip().startswith("{"), choice.message.content)
        if choice.finish_reason == "stop":
            expect(isinstance(json.loads(choice.message.content), dict), choice.message.content)
            ended += 1
        text = "".join(chunk.choices[0].delta.content or "" for chunk in live.chat(stream=True, **fields))
        equal(text, choice.message.content)
    expect(ended > 0, "no answer came to its end")


@check("formats: json_schema is kept to, of several kinds")
def json_schema(live):
    for model in live.models:
        for name, schema in SCHEMAS.items():
            ended = 0
            for seed in range(5):
                choice = live.chat(model=model, response_format=formatted(schema), temperature=1, seed=seed,
                                   max_tokens=200).choices[0]
                if choice.finish_reason == "length" and name == "recursion":
                    continue
                equal(choice.finish_reason, "stop", f"{name}: {choice.message.content}")
                jsonschema.validate(json.loads(choice.message.content), schema)
                ended += 1
            expect(ended > 0, name, "never came to an end")


class Colour(enum.Enum):
    red = "red"
    blue = "blue"


class Wheel(pydantic.BaseModel):
    size: int = pydantic.Field(ge=1, le=40)
    colour: Colour


class Car(pydantic.BaseModel):
    kind: Literal["bus", "van"]
    wheels: list[Wheel] = pydantic.Field(min_length=1, max_length=2)
    spare: Wheel | None
    fast: bool


@check("formats: parse into a pydantic model, chat and responses")
def parsed(live):
    for seed in range(3):
        reply = live.client.chat.completions.parse(model=live.model, messages=[{"role": "user", "content": "A car?"}],
                                                   response_format=Car, seed=seed, temperature=1)
        expect(isinstance(reply.choices[0].message.parsed, Car), reply)
        with live.client.chat.completions.stream(model=live.model, messages=[{"role": "user", "content": "A car?"}],
                                                 response_format=Car, seed=seed, temperature=1) as stream:
            for _ in stream:
                pass
            equal(stream.get_final_completion().choices[0].message.parsed, reply.choices[0].message.parsed)
    reply = live.client.responses.parse(model=live.model, input="A car?", text_format=Car)
    expect(isinstance(reply.output_parsed, Car), reply)


@check("formats: further fields: json_schema, guided_json, regex, grammar")
def further(live):
    for key in ["json_schema", "guided_json"]:
        text = live.chat(extra_body={key: SCHEMAS["numbers"]}, max_tokens=60).choices[0].message.content
        jsonschema.validate(json.loads(text), SCHEMAS["numbers"])
    for key in ["regex", "guided_regex"]:
        text = live.chat(extra_body={key: "(cat|dog)s? and [0-9]{2}"}, max_tokens=60).choices[0].message.content
        expect(re.fullmatch("(cat|dog)s? and [0-9]{2}", text), text)
    for key in ["grammar", "guided_grammar"]:
        text = live.chat(extra_body={key: 'root ::= item ("," item){2}\nitem ::= [a-c]+ "!"'}, max_tokens=60,
                         temperature=1)
        expect(re.fullmatch(r"[a-c]+!(,[a-c]+!){2}", text.choices[0].message.content), text)


@check("formats: a form keeps its log probabilities and stop strings")
def form_with_more(live):
    choice = live.chat(response_format=formatted(SCHEMAS["nested"]), logprobs=True, top_logprobs=2,
                       max_tokens=100).choices[0]
    equal("".join(entry.token for entry in choice.logprobs.content), choice.message.content)


@check("formats: what is wrong with a form is said with 400")
def wrong_forms(live):
    for fields in [{"response_format": {"type": "xml"}}, {"response_format": {}
                                                          }, {"response_format": {"type": "json_schema"}},
                   {"response_format": {"type": "json_schema", "json_schema": {"name": "x"}}
                    }, {"response_format": formatted({"type": "banana"})
                        }, {"response_format": formatted(7)}, {"response_format": formatted({"$ref": "#/$defs/none"})},
                   {"response_format": formatted({"$ref": "https://example.org/schema.json"})},
                   {"response_format": formatted({"type": "integer", "minimum": 5, "maximum": 4})},
                   {"response_format": formatted({"enum": []})}, {"grammar": "root ::= other"},
                   {"grammar": "root ::= (\"a\""}, {"grammar": "start ::= \"a\""}, {"grammar": "root ::= root \"a\""},
                   {"regex": "("}, {"regex": "a**"}, {"regex": "[z-a]"}, {"regex": "a{3,1}"}, ]:
        for stream in [False, True]:
            reply = live.post("/v1/chat/completions",
                              {"messages": [{"role": "user", "content": "x"}], "max_tokens": 5, "stream": stream}
                              | fields)
            equal(reply.status_code, 400, f"{fields}: {reply.text[:200]}")
            expect(reply.json()["error"]["message"], reply.text)
