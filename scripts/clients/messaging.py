"""/v1/messages by Anthropic's client."""

import anthropic

from .live import check, equal, expect
from .tools import TIMER, WEATHER

TOOLS = [{"name": tool["function"]["name"], "description": "A tool.", "input_schema": tool["function"]["parameters"]}
         for tool in (WEATHER, TIMER)]
USER = [{"role": "user", "content": "Tell me about a cat."}]


def client(live):
    return anthropic.Anthropic(base_url=live.root, api_key=live.key or "none", max_retries=0)


@check("messages: whole, with its form")
def whole(live):
    reply = client(live).messages.create(model=live.model, max_tokens=8, system="Be brief.", messages=USER,
                                         extra_body={"temperature": 0})
    expect(reply.id.startswith("msg_"), reply.id)
    equal((reply.type, reply.role, reply.stop_reason, reply.usage.output_tokens),
          ("message", "assistant", "max_tokens", 8))
    same = live.chat(messages=[{"role": "system", "content": "Be brief."}, *USER], max_tokens=8, temperature=0)
    equal(reply.content[0].text, same.choices[0].message.content)
    # Anthropic counts what was read from the cache apart.
    usage = reply.usage
    equal(usage.input_tokens + (usage.cache_read_input_tokens or 0), same.usage.prompt_tokens, "all input")


@check("messages: a stream is the whole, in typed events")
def stream(live):
    fields = dict(model=live.model, max_tokens=40, messages=USER, extra_body={"temperature": 0})
    reply = client(live).messages.create(**fields)
    kinds = [event.type for event in client(live).messages.create(stream=True, **fields)]
    equal(kinds[:2], ["message_start", "content_block_start"])
    equal(kinds[-3:], ["content_block_stop", "message_delta", "message_stop"])
    with client(live).messages.stream(**fields) as events:
        final = events.get_final_message()
    equal(final.content[0].text, reply.content[0].text)
    equal(final.stop_reason, reply.stop_reason)
    equal(final.usage.output_tokens, reply.usage.output_tokens)


@check("messages: stop sequences")
def stops(live):
    fields = dict(model=live.model, max_tokens=40, messages=USER, extra_body={"temperature": 0})
    text = client(live).messages.create(**fields).content[0].text
    stop = text[10:14]
    reply = client(live).messages.create(stop_sequences=["zzz", stop], **fields)
    equal((reply.content[0].text, reply.stop_reason, reply.stop_sequence),
          (text[:text.index(stop)], "stop_sequence", stop))


@check("messages: tools, whole and streamed")
def tools(live):
    for model in live.talkers:
        for choice in [{"type": "any"}, {"type": "tool", "name": "set_timer"}]:
            fields = dict(model=model, max_tokens=300, messages=USER, extra_body={"temperature": 0}, tools=TOOLS,
                          tool_choice=choice | {"disable_parallel_tool_use": True})
            reply = client(live).messages.create(**fields)
            equal(reply.stop_reason, "tool_use", str(reply))
            uses = [block for block in reply.content if block.type == "tool_use"]
            equal(len(uses), 1, "calls although disable_parallel_tool_use is set")
            if choice["type"] == "tool":
                equal(uses[0].name, "set_timer")
                expect(1 <= uses[0].input["minutes"] <= 60, uses)
            with client(live).messages.stream(**fields) as events:
                equal([b.input for b in events.get_final_message().content if b.type == "tool_use"],
                      [b.input for b in uses])
            again = client(live).messages.create(
                model=model, max_tokens=5, tools=TOOLS, tool_choice={"type": "none"}, messages=[
                    *USER, {"role": "assistant", "content": reply.model_dump()["content"]}, {
                        "role": "user",
                        "content": [{"type": "tool_result", "tool_use_id": uses[0].id, "content": "done"},
                                    {"type": "text", "text": "And now?"}]
                    }
                ])
            equal(again.usage.output_tokens, 5)


@check("messages: count_tokens counts as the answer does")
def counting(live):
    count = client(live).messages.count_tokens(model=live.model, messages=USER, system="Be brief.").input_tokens
    usage = client(live).messages.create(model=live.model, messages=USER, system="Be brief.", max_tokens=1).usage
    equal(count, usage.input_tokens + (usage.cache_read_input_tokens or 0))


@check("messages: errors as Anthropic's client knows them")
def errors(live):
    for fields, kind in [({"model": "nobody"}, anthropic.NotFoundError), ({"max_tokens": 0}, anthropic.BadRequestError),
                         ({"messages": []}, anthropic.BadRequestError),
                         ({"messages": [{"role": "king", "content": "x"}]}, anthropic.BadRequestError),
                         ({"messages": [{"role": "user", "content": "cat " * 3000}]}, anthropic.BadRequestError), ]:
        try:
            client(live).messages.create(**{"model": live.model, "max_tokens": 4, "messages": USER} | fields)
            expect(False, fields, "was taken")
        except anthropic.APIStatusError as error:
            expect(isinstance(error, kind), error)
            # {"type": "error", "error": {"type", "message"}}
            equal(error.body.get("type"), "error", str(error.body))
            expect(error.body["error"]["message"], error.body)
    equal(live.post("/v1/messages", {"messages": USER}).status_code, 400, "no max_tokens")
