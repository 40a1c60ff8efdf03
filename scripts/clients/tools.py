"""Tools: calls, choices among them, streams of calls."""

import itertools
import json

import jsonschema

from .live import check, equal, expect

WEATHER = {
    "type": "function", "function": {
        "name": "get_weather", "description": "The weather of a city.", "parameters": {
            "type": "object", "additionalProperties": False, "required": ["city", "unit"], "properties": {
                "city": {"enum": ["Paris", "Rome"]}, "unit": {"enum": ["c", "f"]},
                "days": {"type": "integer", "minimum": 1, "maximum": 9}
            }
        }
    }
}
TIMER = {
    "type": "function", "function": {
        "name": "set_timer", "parameters": {
            "type": "object", "additionalProperties": False, "required": ["minutes"],
            "properties": {"minutes": {"type": "integer", "minimum": 1, "maximum": 60}}
        }
    }
}
TOOLS = [WEATHER, TIMER]


def valid(call):
    [tool] = [tool for tool in TOOLS if tool["function"]["name"] == call.function.name]
    jsonschema.validate(json.loads(call.function.arguments), tool["function"]["parameters"])
    expect(call.id, "a call without id")
    equal(call.type, "function")


@check("tools: none and no tools give no calls")
def no_calls(live):
    for fields in [{"tools": TOOLS, "tool_choice": "none"}, {"tools": []}]:
        reply = live.chat(temperature=0, max_tokens=20, **fields)
        expect(not reply.choices[0].message.tool_calls, reply)
        expect(reply.choices[0].message.content, reply)


@check("tools: auto may answer or call")
def auto(live):
    for model in live.talkers:
        for seed in range(4):
            reply = live.chat(model=model, temperature=1, seed=seed, max_tokens=60, tools=TOOLS,
                              tool_choice="auto").choices[0]
            for call in reply.message.tool_calls or []:
                valid(call)
            expect(reply.message.content or reply.message.tool_calls, reply)


@check("tools: required gives valid calls")
def required(live):
    for model in live.talkers:
        for seed in range(4):
            choice = live.chat(model=model, temperature=1, seed=seed, max_tokens=150, tools=TOOLS,
                               tool_choice="required", parallel_tool_calls=False).choices[0]
            equal(choice.finish_reason, "tool_calls", str(choice))
            equal(len(choice.message.tool_calls), 1)
            valid(choice.message.tool_calls[0])


@check("tools: several calls in one message")
def parallel(live):
    for seed in range(4):
        choice = live.chat(model=live.talkers[0], temperature=1, seed=seed, max_tokens=300, tools=[TIMER],
                           tool_choice="required").choices[0]
        calls = choice.message.tool_calls
        equal(len({call.id for call in calls}), len(calls))
        for call in calls[:-1] if choice.finish_reason == "length" else calls:
            valid(call)


@check("tools: a named one is called")
def named(live):
    for tool, model in itertools.product(TOOLS, live.talkers):
        name = tool["function"]["name"]
        choice = live.chat(model=model, temperature=1, max_tokens=150, tools=TOOLS, parallel_tool_calls=False,
                           tool_choice={"type": "function", "function": {"name": name}}).choices[0]
        for call in choice.message.tool_calls:
            equal(call.function.name, name)
            valid(call)
        expect(choice.finish_reason in ("tool_calls", "stop"), choice)


@check("tools: a stream's pieces have index, the first id and name, and are the whole")
def streamed(live):
    choices = ["required", {"type": "function", "function": {"name": "get_weather"}}]
    for choice, model in itertools.product(choices, live.talkers):
        fields = dict(model=model, temperature=1, seed=5, max_tokens=150, tools=TOOLS, tool_choice=choice,
                      parallel_tool_calls=False)
        whole = live.chat(**fields).choices[0]
        calls, reasons = {}, []
        for chunk in live.chat(stream=True, **fields):
            for one in chunk.choices:
                reasons.append(one.finish_reason)
                for piece in one.delta.tool_calls or []:
                    expect(piece.index is not None, "a piece without index")
                    if piece.index not in calls:
                        expect(piece.id and piece.function.name, piece)
                        calls[piece.index] = [piece.function.name, ""]
                    else:
                        expect(not piece.id and not piece.function.name, piece)
                    calls[piece.index][1] += piece.function.arguments or ""
        equal(reasons[-1], "tool_calls")
        equal(list(calls.values()), [[c.function.name, c.function.arguments] for c in whole.message.tool_calls])


@check("tools: what a tool answered goes back")
def answered(live):
    for model in live.talkers:
        first = live.chat(model=model, temperature=1, seed=1, max_tokens=150, tools=TOOLS, tool_choice="required",
                          parallel_tool_calls=False).choices[0].message
        messages = [{"role": "user", "content": "Go"},
                    first.model_dump(exclude_none=True),
                    {"role": "tool", "tool_call_id": first.tool_calls[0].id, "content": "twenty degrees"}]
        reply = live.chat(model=model, max_tokens=10, tools=TOOLS, messages=messages)
        expect(reply.choices[0].message.content or reply.choices[0].message.tool_calls, reply)
        prompt = live.post("/apply-template", {"model": model, "messages": messages, "tools": TOOLS}).json()["prompt"]
        for text in ["twenty degrees", first.tool_calls[0].function.name, "The weather of a city."]:
            expect(text in prompt, text, "is not in", prompt)


@check("tools: wrong tools are refused with 400")
def wrong(live):
    for fields in [{"tools": "x"}, {"tools": [{}]}, {"tools": [{"type": "function"}]},
                   {"tools": [{"type": "function", "function": {}}]},
                   {"tools": [{"type": "function", "function": {"name": ""}}]}, {"tools": [WEATHER, WEATHER]}, {
                       "tools": [{"type": "function", "function": {"name": "x", "parameters": 7}}],
                       "tool_choice": "required"
                   }, {
                       "tools": [{"type": "function", "function": {"name": "x", "parameters": {"type": "banana"}}}],
                       "tool_choice": "required"
                   }, {"tools": TOOLS, "tool_choice": "maybe"}, {"tools": TOOLS, "tool_choice": 7},
                   {"tools": TOOLS, "tool_choice": {"type": "function",
                                                    "function": {"name": "unknown"}}}, {"tool_choice": "required"},
                   {"tools": [],
                    "tool_choice": {"type": "function",
                                    "function": {"name": "x"}}}, {"tools": TOOLS, "parallel_tool_calls": "no"}, ]:
        reply = live.post("/v1/chat/completions",
                          {"messages": [{"role": "user", "content": "x"}], "max_tokens": 5} | fields)
        equal(reply.status_code, 400, f"{fields}: {reply.text[:200]}")
