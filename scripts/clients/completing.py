"""/v1/completions by OpenAI's client."""

import re
import threading
import uuid

import openai

from .live import check, equal, expect

TALE = "Once upon a time, there was a"


def streamed(chunks):
    """The choices' texts, and their reasons to end."""
    texts, reasons = {}, {}
    for chunk in chunks:
        for choice in chunk.choices:
            texts[choice.index] = texts.get(choice.index, "") + choice.text
            reasons[choice.index] = choice.finish_reason or reasons.get(choice.index)
    return texts, reasons


@check("completions: a stream is the whole text, greedy")
def stream_is_whole(live):
    for model in live.models:
        whole = live.complete(TALE, model=model, temperature=0, max_tokens=80)
        texts, reasons = streamed(live.complete(TALE, model=model, temperature=0, max_tokens=80, stream=True))
        equal(texts, {0: whole.choices[0].text}, model)
        equal(reasons[0], whole.choices[0].finish_reason)
        equal(whole.object, "text_completion")
        expect(whole.id.startswith("cmpl-"), whole.id)
        equal(whole.model, model)


@check("completions: a stream is the whole text, drawn with a seed, several choices")
def stream_is_whole_drawn(live):
    fields = dict(temperature=1, seed=7, n=4, max_tokens=40)
    whole = live.complete(TALE, **fields)
    equal([choice.index for choice in whole.choices], [0, 1, 2, 3])
    expect(len({choice.text for choice in whole.choices}) == 4, "choices of one seed are alike:", whole.choices)
    texts, _ = streamed(live.complete(TALE, stream=True, **fields))
    equal(texts, {choice.index: choice.text for choice in whole.choices})


@check("completions: chunks share id, created, model and kind")
def chunks_agree(live):
    chunks = list(live.complete(TALE, max_tokens=5, stream=True))
    for name in ["id", "created", "model", "object"]:
        equal(len({getattr(chunk, name) for chunk in chunks}), 1, name)
    equal(chunks[0].object, "text_completion")
    expect(chunks[-1].choices[0].finish_reason == "length", chunks[-1])
    expect(all(chunk.usage is None for chunk in chunks), "usage without being asked")


@check("completions: usage comes as the last chunk when asked for")
def usage_chunk(live):
    chunks = list(live.complete(TALE, max_tokens=5, stream=True, stream_options={"include_usage": True}))
    equal(chunks[-1].choices, [])
    usage = chunks[-1].usage
    equal(usage.completion_tokens, 5)
    equal(usage.prompt_tokens, len(live.tokens(TALE)))
    equal(usage.total_tokens, usage.prompt_tokens + 5)


@check("completions: echo and log probabilities, in the old shape")
def echo_logprobs(live):
    for fields in [{}, {"prompt": live.tokens(TALE)}, {"n": 2, "temperature": 1}]:
        fields = {"prompt": TALE, "echo": True, "logprobs": 3, "max_tokens": 12, "temperature": 0} | fields
        whole = live.complete(**fields)
        for choice in whole.choices:
            scored = choice.logprobs
            expect(choice.text.startswith(TALE), choice.text)
            equal("".join(scored.tokens), choice.text)
            equal(len(scored.tokens), whole.usage.prompt_tokens + 12)
            equal(scored.token_logprobs[0], None)
            equal(scored.top_logprobs[0], None)
            offset = 0
            for place, token in enumerate(scored.tokens):
                equal(scored.text_offset[place], offset, "text_offset")
                offset += len(token)
                if place:
                    expect(scored.token_logprobs[place] <= 0, scored.token_logprobs[place])
                    expect(3 <= len(scored.top_logprobs[place]) <= 4, scored.top_logprobs[place])
                    if fields["temperature"] == 0 and place >= whole.usage.prompt_tokens:
                        equal(max(scored.top_logprobs[place].values()), scored.token_logprobs[place], "greedy's")


@check("completions: echo of the prompt alone scores it")
def echo_alone(live):
    whole = live.complete(TALE, echo=True, logprobs=1, max_tokens=0)
    equal(whole.choices[0].text, TALE)
    equal(whole.choices[0].finish_reason, "length")
    equal(len(whole.choices[0].logprobs.tokens), whole.usage.prompt_tokens)
    equal(whole.usage.completion_tokens, 0)
    again = live.complete(TALE, echo=True, logprobs=1, max_tokens=0)
    equal(again.choices[0].logprobs, whole.choices[0].logprobs, "the second time, with a warm cache,")


@check("completions: streamed log probabilities concatenate to the whole's")
def streamed_logprobs(live):
    fields = dict(prompt=TALE, echo=True, logprobs=2, max_tokens=12, temperature=0)
    whole = live.complete(**fields).choices[0].logprobs
    tokens, values, offsets = [], [], []
    for chunk in live.complete(stream=True, **fields):
        for choice in chunk.choices:
            if choice.logprobs:
                tokens += choice.logprobs.tokens
                values += choice.logprobs.token_logprobs
                offsets += choice.logprobs.text_offset
    equal(tokens, whole.tokens)
    equal(offsets, whole.text_offset)
    for one, other in zip(values, whole.token_logprobs):
        expect(one == other or abs(one - other) < 1e-4, one, other)


@check("completions: a list of prompts, texts and token ids")
def prompt_lists(live):
    prompts = [TALE, "One day, a dog", "The sun was"]
    alone = [live.complete(prompt, temperature=0, max_tokens=12).choices[0].text for prompt in prompts]
    together = live.complete(prompts, temperature=0, max_tokens=12)
    equal([choice.index for choice in together.choices], [0, 1, 2])
    equal([choice.text for choice in together.choices], alone)
    ids = [live.tokens(prompt) for prompt in prompts]
    equal([choice.text for choice in live.complete(ids, temperature=0, max_tokens=12).choices], alone, "of ids")
    equal(live.complete(ids[0], temperature=0, max_tokens=12).choices[0].text, alone[0])
    texts, _ = streamed(live.complete(prompts, temperature=0, max_tokens=12, stream=True))
    equal(texts, dict(enumerate(alone)))
    several = live.complete(prompts, n=2, max_tokens=3)
    equal([choice.index for choice in several.choices], list(range(6)))
    equal(several.usage.completion_tokens, 18)


@check("completions: stop strings end the text and are not in it")
def stop_strings(live):
    whole = live.complete(TALE, temperature=0, max_tokens=60).choices[0].text
    for stop in [".", [" the", "."], whole[10:14], [whole[5:25]]]:
        stops = [stop] if isinstance(stop, str) else stop
        wanted = min((whole[:whole.find(text)] for text in stops if text in whole), key=len)
        one = live.complete(TALE, temperature=0, max_tokens=60, stop=stop)
        equal(one.choices[0].text, wanted, f"text before {stop}")
        equal(one.choices[0].finish_reason, "stop")
        texts, reasons = streamed(live.complete(TALE, temperature=0, max_tokens=60, stop=stop, stream=True))
        equal((texts[0], reasons[0]), (wanted, "stop"), "streamed")


@check("completions: a seed decides the text, also while others run")
def seeds(live):

    def drawn(seed):
        return live.complete(TALE, temperature=1, seed=seed, max_tokens=40).choices[0].text

    alone = drawn(11)
    equal(drawn(11), alone)
    expect(drawn(12) != alone, "another seed gives the same text")
    expect(drawn(-1) != drawn(-1) or drawn(None) != drawn(None), "no seed gives the same text twice")
    done = threading.Event()

    def noise(number):
        while not done.is_set():
            live.complete(f"{number} cats", temperature=1, max_tokens=30)

    threads = [threading.Thread(target=noise, args=(number, ), daemon=True) for number in range(16)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(5):
            equal(drawn(11), alone, "among others")
    finally:
        done.set()
        for thread in threads:
            thread.join()


@check("completions: logit_bias bans and forces")
def logit_bias(live):
    first = live.complete(TALE, temperature=0, max_tokens=1, logprobs=0).choices[0].logprobs.tokens[0]
    [token] = live.tokens(first)
    for seed in range(3):
        banned = live.complete(TALE, temperature=1, max_tokens=40, seed=seed, logprobs=0, logit_bias={str(token): -100})
        expect(first not in banned.choices[0].logprobs.tokens, first, "in", banned.choices[0].text)
    [comma] = live.tokens(",")
    forced = live.complete(TALE, temperature=1, max_tokens=3, logprobs=0, logit_bias={str(comma): 100})
    equal(forced.choices[0].logprobs.tokens, [","] * 3)


@check("completions: max_tokens, min_tokens, ignore_eos")
def token_counts(live):
    fields = dict(temperature=0, max_tokens=200)
    ended = live.complete("The end.", **fields)
    for prompt in [TALE, "And that was", "The end.", "They all lived"]:
        ended = live.complete(prompt, **fields)
        if ended.choices[0].finish_reason == "stop":
            break
    equal(ended.choices[0].finish_reason, "stop", "the end of some story")
    length = ended.usage.completion_tokens
    more = live.complete(prompt, min_tokens=length + 5, **fields)
    expect(more.usage.completion_tokens >= length + 5, more.usage)
    endless = live.complete(prompt, ignore_eos=True, temperature=0, max_tokens=length + 20)
    equal(endless.usage.completion_tokens, length + 20)
    equal(live.complete(TALE, max_tokens=7).usage.completion_tokens, 7)
    equal(live.complete(TALE).usage.completion_tokens, 16, "the usual max_tokens")
    full = live.complete(TALE, ignore_eos=True, max_tokens=100_000)
    equal(full.choices[0].finish_reason, "length", "a full context")
    # The last token is told, but not read.
    expect(full.usage.total_tokens in (256, 257), full.usage)


@check("completions: banned_strings never come")
def banned_strings(live):
    for prompt in [TALE, "One day, a"]:
        text = live.complete(prompt, temperature=0, max_tokens=30).choices[0].text
        banned = [text[3:6], text.split()[4], "e"]
        for seed in range(2):
            other = live.complete(prompt, temperature=1, seed=seed, max_tokens=30,
                                  banned_strings=banned).choices[0].text
            for string in banned:
                expect(string not in other, string, "in", other)
        parts, _ = streamed(
            live.complete(prompt, seed=0, temperature=1, max_tokens=30, banned_strings=banned, stream=True))
        equal(parts[0],
              live.complete(prompt, seed=0, temperature=1, max_tokens=30, banned_strings=banned).choices[0].text)


@check("completions: stop_token_ids end the text")
def stop_tokens(live):
    scored = live.complete(TALE, temperature=0, max_tokens=20, logprobs=0).choices[0].logprobs.tokens
    [token] = live.tokens(scored[5])
    cut = live.complete(TALE, temperature=0, max_tokens=20, stop_token_ids=[token])
    equal(cut.choices[0].finish_reason, "stop")
    equal(cut.choices[0].text, "".join(scored[:scored.index(scored[5])]))


@check("completions: grammar and regex fields are followed")
def grammars(live):
    for seed in range(3):
        text = live.complete(TALE, temperature=1, seed=seed, max_tokens=30,
                             grammar='root ::= " " ("red" | "blue")').choices[0]
        expect(text.text in [" red", " blue"], text)
        equal(text.finish_reason, "stop")
        text = live.complete(TALE, temperature=1, seed=seed, max_tokens=30, regex=r"[0-9]{3}-[a-c]+x").choices[0].text
        expect(re.fullmatch(r"[0-9]{3}-[a-c]+x?", text), text)


@check("completions: cached_tokens are exact when a prompt comes again")
def cached_tokens(live):
    prompt = f"Story {uuid.uuid4().hex}: once upon a time, there was a little cat. It liked to"
    first = live.complete(prompt, temperature=0, max_tokens=8)
    count = first.usage.prompt_tokens
    # The server may have read a beginning of it before.
    expect(first.usage.prompt_tokens_details.cached_tokens < count / 2, first.usage)
    again = live.complete(prompt, temperature=0, max_tokens=8)
    equal(again.usage.prompt_tokens_details.cached_tokens, count - 1)
    equal(again.choices[0].text, first.choices[0].text)
    longer = live.complete(prompt + again.choices[0].text + " and", temperature=0, max_tokens=2)
    expect(longer.usage.prompt_tokens_details.cached_tokens >= count + 6, longer.usage)
    cold = live.complete(prompt, temperature=0, max_tokens=8, cache_prompt=False)
    equal(cold.usage.prompt_tokens_details.cached_tokens, 0)
    equal(cold.choices[0].text, first.choices[0].text)


@check("completions: what is not supported is said")
def unsupported(live):
    for fields in [{"suffix": "the end"}, {"best_of": 3, "n": 1}]:
        try:
            live.complete(TALE, max_tokens=2, **fields)
            expect(False, fields, "was taken")
        except openai.BadRequestError as error:
            equal(error.param, next(iter(fields)))
    live.complete(TALE, max_tokens=2, best_of=2, n=2, suffix="", user="me")
