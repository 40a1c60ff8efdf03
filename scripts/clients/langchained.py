"""The same by LangChain."""

import json

import langchain_core.messages
import langchain_openai
import pydantic
from langchain_core.tools import tool

from .live import check, equal, expect


class Wheel(pydantic.BaseModel):
    """A wheel."""
    size: int = pydantic.Field(ge=1, le=40)
    round: bool


class Car(pydantic.BaseModel):
    """A car."""
    wheels: list[Wheel] = pydantic.Field(min_length=1, max_length=2)
    fast: bool


@tool
def add(a: int, b: int) -> int:
    """Adds two numbers."""
    return a + b


def chat(live, model=None, **fields):
    fields = {"temperature": 0, "max_tokens": 200, "max_retries": 0} | fields
    return langchain_openai.ChatOpenAI(base_url=live.base_url, api_key=live.key or "none", model=model or live.model,
                                       **fields)


@check("langchain: invoke and stream, with usage")
def invoke(live):
    whole = chat(live, max_tokens=20).invoke("Tell me about a cat.")
    equal(whole.usage_metadata["output_tokens"], 20)
    pieces = list(chat(live, max_tokens=20, stream_usage=True).stream("Tell me about a cat."))
    equal("".join(piece.content for piece in pieces), whole.content)
    total = pieces[0]
    for piece in pieces[1:]:
        total += piece
    equal(total.usage_metadata["output_tokens"], 20)
    scored = chat(live, max_tokens=5).bind(logprobs=True, top_logprobs=2).invoke("A cat")
    equal(len(scored.response_metadata["logprobs"]["content"]), 5)
    batch = chat(live, max_tokens=3).batch(["A cat", "A dog", "A bird"])
    equal(len(batch), 3)


@check("langchain: with_structured_output, all its methods")
def structured(live):
    for model in live.talkers:
        for method in ["json_schema", "function_calling"]:
            for strict in [None, True]:
                for temperature in [0, 1]:
                    made = chat(live, model, temperature=temperature, seed=1,
                                max_tokens=400).with_structured_output(Car, method=method,
                                                                       strict=strict).invoke("A car")
                    expect(isinstance(made, Car), method, made)
        raw = chat(live, model).with_structured_output(Car, method="json_mode",
                                                       include_raw=True).invoke("A car in JSON")
        if raw["raw"].response_metadata["finish_reason"] == "stop":
            json.loads(raw["raw"].content)


@check("langchain: bind_tools, whole and streamed, and what the tool answered")
def tools(live):
    for model in live.talkers:
        for choice in ["any", "add", "auto", "none"]:
            bound = chat(live, model, seed=1).bind_tools([add], tool_choice=choice, parallel_tool_calls=False)
            reply = bound.invoke("1 + 1?")
            if choice == "none":
                equal(reply.tool_calls, [])
            elif choice != "auto":
                equal([call["name"] for call in reply.tool_calls], ["add"])
                total = None
                for piece in bound.stream("1 + 1?"):
                    total = piece if total is None else total + piece
                equal([call["args"] for call in total.tool_calls], [call["args"] for call in reply.tool_calls])
                answer = langchain_core.messages.ToolMessage("2", tool_call_id=reply.tool_calls[0]["id"])
                chat(live, model, max_tokens=5).invoke([("user", "1 + 1?"), reply, answer])


@check("langchain: responses API")
def responses(live):
    reply = chat(live, use_responses_api=True, max_tokens=20).invoke("Tell me about a cat.")
    expect(reply.text, reply)
    pieces = list(chat(live, use_responses_api=True, max_tokens=20).stream("Tell me about a cat."))
    equal("".join(piece.text for piece in pieces), reply.text)


@check("langchain: completions of several prompts")
def completions(live):
    llm = langchain_openai.OpenAI(base_url=live.base_url, api_key=live.key or "none", model=live.model, temperature=0,
                                  max_tokens=10)
    result = llm.generate(["Once upon a time", "One day", "The sun"])
    equal(len(result.generations), 3)
    expect(result.llm_output["token_usage"]["completion_tokens"] == 30, result.llm_output)
    equal("".join(llm.stream("Once upon a time")), result.generations[0][0].text)


@check("langchain: embeddings")
def embeddings(live):
    embed = langchain_openai.OpenAIEmbeddings(base_url=live.base_url, api_key=live.key or "none", model=live.model,
                                              check_embedding_ctx_length=False)
    vectors = embed.embed_documents([f"{number} cats" for number in range(600)])
    equal(len(vectors), 600)
    equal(embed.embed_query("5 cats"), vectors[5])
