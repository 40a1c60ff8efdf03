"""/v1/responses by OpenAI's client."""

import json

import openai

from .live import check, equal, expect
from .tools import TIMER, WEATHER

FLAT = [{"type": "function", "strict": True} | tool["function"] for tool in (WEATHER, TIMER)]


@check("responses: whole, with its form")
def whole(live):
    reply = live.client.responses.create(model=live.model, input="Tell me about a cat.", instructions="Be brief.",
                                         max_output_tokens=8, temperature=0, metadata={"a": "b"})
    expect(reply.id.startswith("resp_"), reply.id)
    equal((reply.object, reply.status, reply.incomplete_details.reason),
          ("response", "incomplete", "max_output_tokens"))
    equal(reply.output[0].type, "message")
    expect(reply.output_text, reply)
    equal(reply.usage.output_tokens, 8)
    equal(reply.usage.total_tokens, reply.usage.input_tokens + 8)
    equal((reply.instructions, reply.metadata, reply.temperature), ("Be brief.", {"a": "b"}, 0))
    same = live.chat(
        messages=[{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Tell me about a cat."}],
        max_tokens=8, temperature=0)
    equal(reply.output_text, same.choices[0].message.content)
    done = live.client.responses.create(model=live.model, input="A cat.", temperature=0)
    expect(done.status == "completed" or done.incomplete_details.reason == "max_output_tokens", done)


@check("responses: a stream is the whole, in typed events")
def stream(live):
    for length in [8, 200]:
        fields = dict(model=live.model, input="Tell me about a cat.", max_output_tokens=length, temperature=0)
        reply = live.client.responses.create(**fields)
        events = list(live.client.responses.create(stream=True, **fields))
        kinds = [event.type for event in events]
        equal(kinds[:4],
              ["response.created", "response.in_progress", "response.output_item.added", "response.content_part.added"])
        equal(kinds[-4:], [
            "response.output_text.done", "response.content_part.done", "response.output_item.done",
            f"response.{reply.status}"
        ])
        equal([event.sequence_number for event in events], list(range(len(events))))
        text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
        equal(text, reply.output_text)
        equal(events[-4].text, text)
        equal(events[-1].response.output_text, text)
        equal(events[-1].response.usage.output_tokens, reply.usage.output_tokens)
    with live.client.responses.stream(model=live.model, input="A cat.", max_output_tokens=9, temperature=0) as events:
        for _ in events:
            pass
    raw = live.post("/v1/responses", {"input": "A cat", "stream": True, "max_output_tokens": 2}).text
    expect("[DONE]" not in raw and raw.startswith("event: response.created\ndata: "), raw[:200])


@check("responses: function calls and their results")
def calls(live):
    for model in live.talkers:
        fields = dict(model=model, input="Go", tools=FLAT, tool_choice="required", temperature=0,
                      parallel_tool_calls=False, max_output_tokens=200)
        reply = live.client.responses.create(**fields)
        call = reply.output[-1]
        equal(call.type, "function_call", str(reply.output))
        json.loads(call.arguments)
        events = list(live.client.responses.create(stream=True, **fields))
        pieces = "".join(e.delta for e in events if e.type == "response.function_call_arguments.delta")
        equal(pieces, call.arguments)
        [done] = [e for e in events if e.type == "response.function_call_arguments.done"]
        equal(done.arguments, pieces)
        again = live.client.responses.create(
            model=model, max_output_tokens=5, tools=FLAT, tool_choice="none",
            input=[{"role": "user", "content": "Go"},
                   call.model_dump(exclude_none=True),
                   {"type": "function_call_output", "call_id": call.call_id, "output": "done"}])
        expect(again.output_text, again)
        named = live.client.responses.create(**fields | {"tool_choice": {"type": "function", "name": "set_timer"}})
        equal(named.output[-1].name, "set_timer")


@check("responses: forms of input")
def inputs(live):
    for value in [[{"role": "user", "content": "Hi"}], [{"type": "message", "role": "developer", "content": "x"}],
                  [{"role": "user", "content": [{"type": "input_text", "text": "Hi"}]}],
                  [{"role": "user", "content": "Hi"}, {
                      "type": "message", "role": "assistant",
                      "content": [{"type": "output_text", "text": "Ho", "annotations": []}]
                  }, {"type": "reasoning", "id": "rs_1", "summary": []}, {"role": "user", "content": "?"}], ]:
        equal(live.client.responses.create(model=live.model, input=value, max_output_tokens=2).usage.output_tokens, 2)


@check("responses: input_tokens counts as the answer does")
def counting(live):
    count = live.client.responses.input_tokens.count(model=live.model, input="Tell me about a cat.").input_tokens
    equal(
        count,
        live.client.responses.create(model=live.model, input="Tell me about a cat.",
                                     max_output_tokens=1).usage.input_tokens)


@check("responses: what is wrong is said with 400")
def wrong(live):
    for fields in [{}, {"input": None}, {"input": 7}, {"input": []}, {"input": [7]},
                   {"input": [{"role": "king", "content": "x"}]}, {"input": [{"role": "user"}]},
                   {"input": "x", "max_output_tokens": 0}, {"input": "x", "instructions": 7}, {
                       "input": [{
                           "role": "user", "content": [{"type": "input_image", "image_url": "file:///etc/passwd"}]
                       }]
                   }, {"input": [{"type": "banana"}]}, {"input": "x", "text": {"format": {"type": "json_schema"}}},
                   {"input": "x", "text": 7}, {"input": "x",
                                               "reasoning": 7}, {"input": "x", "tools": [{"type": "web_search"}]},
                   {"input": "x", "temperature": "hot"}, {"input": "x", "stream": "yes"}]:
        equal(live.post("/v1/responses", fields).status_code, 400, str(fields))
    try:
        live.client.responses.create(model=live.model, input="x", previous_response_id="resp_1")
        expect(False, "previous_response_id was taken")
    except openai.BadRequestError as error:
        equal(error.param, "previous_response_id")
    live.client.responses.create(model=live.model, input="x", max_output_tokens=1, store=True, truncation="auto")
