"""/v1/chat/completions by OpenAI's client."""

import math
import uuid

from .live import check, equal, expect


def streamed(chunks):
    texts, reasons = {}, {}
    for chunk in chunks:
        for choice in chunk.choices:
            texts[choice.index] = texts.get(choice.index, "") + (choice.delta.content or "")
            reasons[choice.index] = choice.finish_reason or reasons.get(choice.index)
    return texts, reasons


@check("chat: a stream is the whole text, greedy and drawn")
def stream_is_whole(live):
    for fields in [dict(temperature=0), dict(temperature=1, seed=3, n=3)]:
        for model in live.models:
            whole = live.chat(model=model, max_tokens=60, **fields)
            texts, reasons = streamed(live.chat(model=model, max_tokens=60, stream=True, **fields))
            equal(texts, {choice.index: choice.message.content for choice in whole.choices}, model)
            equal(reasons, {choice.index: choice.finish_reason for choice in whole.choices})
    equal(whole.object, "chat.completion")
    expect(whole.id.startswith("chatcmpl-"), whole.id)
    equal(whole.choices[0].message.role, "assistant")


@check("chat: the form of a stream")
def stream_form(live):
    chunks = list(live.chat(max_completion_tokens=6, stream=True, stream_options={"include_usage": True}))
    for name in ["id", "created", "model", "object"]:
        equal(len({getattr(chunk, name) for chunk in chunks}), 1, name)
    equal(chunks[0].object, "chat.completion.chunk")
    equal(chunks[0].choices[0].delta.role, "assistant")
    expect(all(c.choices[0].delta.role is None for c in chunks[1:-1]), "a role comes twice")
    equal(chunks[-1].choices, [])
    equal(chunks[-1].usage.completion_tokens, 6)
    equal(chunks[-2].choices[0].finish_reason, "length")
    expect(not chunks[-2].choices[0].delta.content, chunks[-2])
    expect(not live_usage(live.chat(max_tokens=2, stream=True)), "usage without being asked")
    reply = live.post("/v1/chat/completions",
                      {"messages": [{"role": "user", "content": "hi"}], "stream": True, "max_tokens": 2})
    expect(reply.headers["content-type"].startswith("text/event-stream"), reply.headers)
    equal(reply.headers.get("cache-control"), "no-cache")
    equal(reply.headers.get("x-accel-buffering"), "no")
    expect(reply.text.endswith("data: [DONE]\n\n"), reply.text[-80:])


def live_usage(chunks):
    return [chunk for chunk in chunks if chunk.usage]


@check("chat: max_tokens and max_completion_tokens")
def maximum(live):
    for name in ["max_tokens", "max_completion_tokens"]:
        reply = live.chat(**{name: 5})
        equal(reply.usage.completion_tokens, 5)
        equal(reply.choices[0].finish_reason, "length")


@check("chat: log probabilities, whole and streamed")
def log_probabilities(live):
    fields = dict(temperature=0, max_tokens=12, logprobs=True, top_logprobs=4)
    choice = live.chat(**fields).choices[0]
    scored = choice.logprobs.content
    equal("".join(entry.token for entry in scored), choice.message.content)
    equal(len(scored), 12)
    for entry in scored:
        equal(bytes(entry.bytes).decode(errors="replace"), entry.token)
        equal(len(entry.top_logprobs), 4)
        equal(entry.top_logprobs[0].token, entry.token, "the likeliest token")
        expect(sum(math.exp(top.logprob) for top in entry.top_logprobs) <= 1.001, entry)
    pieces = [
        entry for chunk in live.chat(stream=True, **fields) for one in chunk.choices if one.logprobs
        for entry in one.logprobs.content
    ]
    equal([entry.token for entry in pieces], [entry.token for entry in scored])
    reply = live.chat(temperature=0, logprobs=True, max_tokens=3).choices[0]
    equal([entry.top_logprobs for entry in reply.logprobs.content], [[], [], []])
    equal(live.chat(max_tokens=3).choices[0].logprobs, None)


@check("chat: roles and forms of content")
def forms(live):
    for messages in [
        [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}],
        [{"role": "developer", "content": "Be brief."}, {"role": "user", "content": "Hello"}],
        [{"role": "user", "content": [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}]}],
        [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}, {"role": "user",
                                                                                        "content": "?"}],
        [{"role": "user", "content": ""}], [{"role": "user", "content": "Hello", "name": "Ann"}],
        [{"role": "user", "content": "1+1?"}, {
            "role": "assistant", "content": None,
            "tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "add", "arguments": "{\"a\": 1}"}}]
        }, {"role": "tool", "tool_call_id": "call_1", "content": "2"}],
    ]:
        equal(live.chat(messages=messages, max_tokens=2).usage.completion_tokens, 2, str(messages))
    joined = [
        live.chat(messages=[{"role": "user", "content": content}], temperature=0, max_tokens=8).choices[0].message
        for content in ["Hello", [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}]]
    ]
    equal(joined[0].content, joined[1].content)


@check("chat: stop strings and logit_bias")
def stops(live):
    whole = live.chat(temperature=0, max_tokens=60).choices[0].message.content
    stop = whole[12:16]
    cut = live.chat(temperature=0, max_tokens=60, stop=[stop]).choices[0]
    equal((cut.message.content, cut.finish_reason), (whole[:whole.index(stop)], "stop"))
    texts, _ = streamed(live.chat(temperature=0, max_tokens=60, stop=[stop], stream=True))
    equal(texts[0], cut.message.content)
    first = live.chat(temperature=0, max_tokens=1, logprobs=True).choices[0].logprobs.content[0].token
    [token] = live.tokens(first)
    other = live.chat(temperature=0, max_tokens=30, logprobs=True, logit_bias={str(token): -100}).choices[0]
    expect(first not in [entry.token for entry in other.logprobs.content], first)


@check("chat: a last message of the assistant can be continued")
def continuing(live):
    messages = [{"role": "user", "content": "Tell a story."},
                {"role": "assistant", "content": "Once upon a time, there was a"}]
    reply = live.chat(messages=messages, temperature=0, max_tokens=10,
                      extra_body={"continue_final_message": True, "add_generation_prompt": False})
    prompt = live.post("/apply-template",
                       {"messages": messages, "model": live.model, "add_generation_prompt": False}).json()["prompt"]
    start = prompt.index("Once upon a time, there was a")
    plain = live.complete(prompt[:start + 29], temperature=0, max_tokens=10)
    equal(reply.choices[0].message.content, plain.choices[0].text)


@check("chat: cached_tokens are exact when a conversation comes again")
def cached(live):
    text = f"{uuid.uuid4().hex} Tell me about a cat."
    live.chat(text, max_tokens=4)
    usage = live.chat(text, max_tokens=4).usage
    equal(usage.prompt_tokens_details.cached_tokens, usage.prompt_tokens - 1)
