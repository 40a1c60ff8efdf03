"""What the page makes of what it gets: streams and Markdown."""

from .page import Page, expect


def markdown_is_safe(page: Page) -> None:
    """Markdown becomes elements, HTML stays text, links go to the web and mail only, and hostile texts take no time."""
    result = page.driver.execute_async_script(r"""
      const done = arguments[arguments.length - 1];
      const from = (name) => import(new URL(`page/${name}`, location.href.split("#")[0]).href);
      const text = [
        "# Title *one*", "", "Some **bold**, *slanted*, `code <b>` and ~~gone~~ <img src=x onerror=alert(1)>.", "",
        "- a", "  - b", "", "- c", "", "2. two", "", "3. three", "", "> quoted", "> twice", "",
        "| a | b |", "|---|--:|", "| 1 | `2` \\| 3 |", "", 
        "```python", "def f(x):  # <script>", "  return 'y'", "```", "",
        "[good](https://example.org/a_(b)) [bad](javascript:alert(1)) [worse](data:text/html,x) <mailto:a@b.org>",
        "![picture](https://example.org/p.png) https://example.org/x. snake_case_word 2 * 3 * 4", "", "---", "", "end",
      ].join("\n");
      from("markdown.js").then(({ GrowingText }) => {
        const render = (steps) => {
          const container = document.createElement("div");
          const growing = new GrowingText(container, "markdown");
          steps.forEach((step, index) => growing.update(step, index === steps.length - 1));
          return container;
        };
        const whole = render([text]);
        const grown = render([...text].map((_, index) => text.slice(0, index + 1)));
        const count = (selector) => whole.querySelectorAll(selector).length;
        const slowest = {};
        for (const [name, hostile] of Object.entries({
          stars: "*a ".repeat(30000), nested: "**a *b ".repeat(15000), brackets: "[".repeat(50000),
          images: "![](".repeat(20000),
          ticks: Array.from({ length: 300 }, (_, index) => "`".repeat(index) + " ").join(""), quotes: ">".repeat(50000),
          lists: "- ".repeat(30000), table: "|".repeat(50000) + "\n" + "|-".repeat(20000),
          addresses: "http://[".repeat(10000),
          indents: Array.from({ length: 800 }, (_, index) => " ".repeat(index) + "- x").join("\n"),
          lines: "a\n".repeat(30000),
          closers: "[".repeat(20000) + "](a)".repeat(20000), underscores: "_".repeat(100000),
          blanks: " ".repeat(100000) + "x", hashes: "# " + " #".repeat(50000),
        })) {
          const start = performance.now();
          render([hostile]);
          const took = performance.now() - start;
          if (took > 4000) slowest[name] = Math.round(took);
        }
        // An answer of a hundred pages must grow as fast at its end as at its beginning.
        const container = document.createElement("div");
        const growing = new GrowingText(container, "markdown");
        let long = "";
        const times = [];
        for (let index = 0; index < 1200; index += 1) {
          long += `Paragraph ${index} with **some** words and \`code\`.\n\n`;
          const start = performance.now();
          growing.update(long, false);
          times.push(performance.now() - start);
        }
        const mean = (part) => part.reduce((sum, each) => sum + each, 0) / part.length;
        done({
          same: whole.innerHTML === grown.innerHTML, grown: grown.innerHTML, slowest,
          growth: [mean(times.slice(100, 300)), mean(times.slice(-200))],
          counts: { title: count("h3 em"), bold: count("strong"), code: count("p > code"), gone: count("del"),
            img: count("img"),
            script: count("script"), nested: count("ul ul li"), items: count("ul > li"),
            start: count('ol[start="2"] > li'),
            quote: count("blockquote"), cells: count("td"), right: count(".align-end"),
            block: count("pre code .code-keyword"),
            rule: count("hr"), links: count("a") },
          links: [...whole.querySelectorAll("a")].map((each) => [each.href, each.rel]),
          text: whole.textContent,
        });
      }).catch((error) => done({ error: String(error.stack) }));
    """)
    expect("error" not in result, result.get("error", ""))
    counts = {
        "title": 1,
        "bold": 1,
        "code": 1,
        "gone": 1,
        "img": 0,
        "script": 0,
        "nested": 1,
        "items": 3,
        "start": 2,
        "quote": 1,
        "cells": 2,
        "right": 2,
        "block": 2,
        "rule": 1,
        "links": 4,
    }
    expect(result["counts"] == counts, f"elements: {result['counts']}, wanted {counts}")
    expect("<img src=x onerror=alert(1)>" in result["text"], "HTML does not stay text")
    expect("snake_case_word 2 * 3 * 4" in result["text"], "marks inside words or between spaces are not left alone")
    addresses = [address for address, _ in result["links"]]
    expect(
        addresses
        == ["https://example.org/a_(b)", "mailto:a@b.org", "https://example.org/p.png", "https://example.org/x"],
        f"links go to {addresses}",
    )
    expect(all("noopener" in relation for _, relation in result["links"]), "a link lacks rel=noopener")
    expect(result["same"], f"a text that grew looks different: {result['grown'][:2000]}")
    expect(not result["slowest"], f"hostile texts take milliseconds: {result['slowest']}")
    early, late = result["growth"]
    expect(
        late < 5 * early + 1, f"a step takes {early:.2f} ms at the beginning of a long answer, {late:.2f} ms at its end"
    )


def streams_are_read(page: Page) -> None:
    """Events are found wherever the network cuts the stream, with comments and any line ends."""
    result = page.driver.execute_async_script(r"""
      const done = arguments[arguments.length - 1];
      import(new URL("page/event-stream.js", location.href.split("#")[0]).href).then(async ({ eventStream }) => {
        const bytes = new TextEncoder().encode(': wait\r\n\r\ndata: {"a":"ü😀"}\n\ndata:one\r\ndata: two\r\n\r\n'
          + "data: 3\r\revent: x\ndata: [DONE]\r\n\r\n");
        const wanted = JSON.stringify([null, '{"a":"ü😀"}', "one\ntwo", "3", "[DONE]"]);
        const wrong = [];
        for (let size = 1; size <= bytes.length; size += 1) {
          const body = new ReadableStream({
            start(controller) {
              for (let place = 0; place < bytes.length; place += size) {
                controller.enqueue(bytes.slice(place, place + size));
              }
              controller.close();
            },
          });
          const events = [];
          for await (const event of eventStream(body)) events.push(event);
          if (JSON.stringify(events) !== wanted) wrong.push([size, events]);
        }
        done(wrong);
      }).catch((error) => done([String(error)]));
    """)
    expect(result == [], f"pieces of some sizes are read wrongly: {result[:2]}")


CHECKS = [
    markdown_is_safe,
    streams_are_read,
]
