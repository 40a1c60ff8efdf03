#!/usr/bin/env python3
"""Use the chat page and the status page of a running server as a person would, in a real browser.

  $ swiftlet serve &
  $ scripts/browser-test.py http://127.0.0.1:8080
  $ scripts/browser-test.py http://127.0.0.1:8080 --screenshots pictures     (and keep a picture of each state)
  $ scripts/browser-test.py http://127.0.0.1:8080 --only compare             (the checks whose name holds a word)

Needs Chromium with its driver (Debian: apt-get install chromium chromium-driver) and pip install selenium.
Prints one line per check. The exit status is 0 when all passed, 1 when one failed, 77 when there is no browser to
check with.
"""

import argparse
import json
import os
import re
import shutil
import sys
import time
import urllib.request

SKIPPED = 77
PATIENCE = 60  # seconds for an answer
BEGINNING = "Once upon a time, there was a"

# Slows what the server streams down, so that even a model that is done at once can be stopped on its way; and plays
# servers that the one under test is not: one that wants a key, and one that fails in the middle.
TRAPS = """
const real = window.fetch;
window.trap = { slow: 0, refuse: false, fail: false, keys: [], bodies: [] };
window.fetch = async (address, options = {}) => {
  trap.keys.push(options.headers?.Authorization ?? null);
  if (options.body) trap.bodies.push(JSON.parse(options.body));
  if (trap.refuse && options.headers?.Authorization !== "Bearer right") {
    return new Response(JSON.stringify({ error: { message: "No such key.", type: "authentication_error" } }),
      { status: 401 });
  }
  const response = await real(address, options);
  if (options.method !== "POST" || !response.body) return response;
  const { signal } = options;
  const reader = response.body.getReader();
  let pieces = 0;
  const body = new ReadableStream({
    async start(controller) {
      // Also when all has come already: a fast server has said everything before the page is slow about it.
      signal?.addEventListener("abort", () => controller.error(signal.reason));
      for (;;) {
        const { value, done } = await reader.read();
        if (signal?.aborted) return;
        if (done) return controller.close();
        // One event at a time, as a server that sends many at once would hide the growing.
        for (const event of new TextDecoder().decode(value).split(/(?<=\\n\\n)/)) {
          if (trap.slow) await new Promise((resolve) => setTimeout(resolve, trap.slow));
          if (signal?.aborted) return;
          pieces += 1;
          if (trap.fail && pieces === 4) {
            const broken = 'data: {"error": {"message": "The machine is on fire.", "type": "server_error"}}\\n\\n';
            controller.enqueue(new TextEncoder().encode(broken));
            return controller.close();
          }
          controller.enqueue(new TextEncoder().encode(event));
        }
      }
    },
  });
  return new Response(body, { status: response.status, headers: response.headers });
};
"""

# Texts whose contrast to what is behind them is too low, as "text: contrast".
CONTRAST = r"""
const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
const paint = (layers) => {
  canvas.globalCompositeOperation = "source-over";
  for (const layer of layers) { canvas.fillStyle = layer; canvas.fillRect(0, 0, 1, 1); }
  return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
};
const luminance = (colour) => {
  const [r, g, b] = colour.map((part) => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const found = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const parent = walker.currentNode.parentElement;
  const isSeen = parent.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  if (!isSeen || !walker.currentNode.data.trim() || parent.previousElementSibling?.disabled) continue;
  if (parent.closest(".visually-hidden, option, script, :disabled, svg")) continue;
  const layers = [];
  let hidden = false;
  for (let each = parent; each; each = each.parentElement) {
    const style = getComputedStyle(each);
    if (style.clipPath !== "none" || style.opacity !== "1") hidden = true;
    layers.unshift(style.backgroundColor);
  }
  if (hidden) continue;
  layers.unshift(matchMedia("(prefers-color-scheme: dark)").matches ? "#000" : "#fff");
  const style = getComputedStyle(parent);
  const behind = luminance(paint(layers));
  const text = luminance(paint([...layers, style.color]));
  const contrast = (Math.max(behind, text) + 0.05) / (Math.min(behind, text) + 0.05);
  const size = parseFloat(style.fontSize);
  const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
  const words = walker.currentNode.data.trim().slice(0, 40);
  if (contrast < (isLarge ? 3 : 4.5)) found.push(`${words}: ${contrast.toFixed(2)}`);
}
return [...new Set(found)];
"""


class Failed(Exception):
    """A check that did not hold; the text says how."""


def expect(condition, message: str) -> None:
    if not condition:
        raise Failed(message)


class Page:
    """The browser, and what a person does with it."""

    def __init__(self, base: str, screenshots: str | None):
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service

        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
        for flag in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
        self.driver.set_script_timeout(PATIENCE)
        self.base, self.screenshots, self.pictures = base.rstrip("/"), screenshots, 0
        self.size(1280, 860)
        self.dark(False)

    # --- looking

    def all(self, selector: str):
        return self.driver.find_elements("css selector", selector)

    def one(self, selector: str):
        found = self.all(selector)
        expect(found, f"nothing on the page matches {selector}")
        return found[0]

    def script(self, text: str, *arguments):
        return self.driver.execute_script(text, *arguments)

    def wait(self, condition, message: str, seconds: float = PATIENCE):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = condition()
            if value:
                return value
            time.sleep(0.05)
        raise Failed(f"{message} (waited {seconds:g} s)")

    def picture(self, name: str) -> None:
        if self.screenshots:
            self.pictures += 1
            time.sleep(0.3)  # Transitions end.
            self.driver.save_screenshot(os.path.join(self.screenshots, f"{self.pictures:02}-{name}.png"))

    def texts(self) -> list[str]:
        """What the models wrote, answer by answer."""
        return self.script(
            "return [...document.querySelectorAll('.answer :is(.written, .prose)')].map((each) => each.textContent)"
        )

    def fetch(self, path: str):
        """What the server itself answers."""
        return json.load(urllib.request.urlopen(self.base + path, timeout=20))

    def names_missing(self) -> list[str]:
        """Controls without a name, as a screen reader would meet them."""
        nodes = self.driver.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
        controls = {
            "button",
            "link",
            "textbox",
            "searchbox",
            "combobox",
            "checkbox",
            "radio",
            "meter",
            "dialog",
            "img",
            "image",
            "DisclosureTriangle",
            "region",
            "navigation",
            "slider",
            "spinbutton",
        }
        missing = []
        for node in nodes:
            role = node.get("role", {}).get("value")
            if not node.get("ignored") and role in controls and not node.get("name", {}).get("value", "").strip():
                missing.append(role)
        return missing

    # --- doing

    def size(self, width: int, height: int) -> None:
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )

    def dark(self, on: bool) -> None:
        self.driver.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {
                "features": [
                    {"name": "prefers-color-scheme", "value": "dark" if on else "light"},
                    {"name": "prefers-reduced-motion", "value": "reduce"},
                ]
            },
        )

    def open(self, path: str = "/", fresh: bool = False) -> None:
        if fresh:
            self.driver.get(self.base + "/page/icon.svg")
            self.script("localStorage.clear(); sessionStorage.clear()")
        self.driver.get(self.base + path)
        if path == "/" or path.startswith("/#"):
            self.wait(lambda: self.all("#model-0 option"), "the list of models stays empty", 20)
            self.script(TRAPS)

    def trap(self, **values) -> None:
        self.script("Object.assign(trap, arguments[0])", values)

    def choose(self, index: int, model: str) -> None:
        from selenium.webdriver.support.ui import Select

        Select(self.one(f"#model-{index}")).select_by_value(model)

    def send(self, text: str) -> None:
        from selenium.webdriver.common.keys import Keys

        field = self.one("#composer-field")
        field.clear()
        field.send_keys(text, Keys.ENTER)

    def finish(self) -> None:
        self.wait(lambda: not self.all(".answer[data-state=running]"), "the answer does not end")

    def keys(self, *keys) -> None:
        from selenium.webdriver import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()


# --- The checks. Each begins with a page that remembers nothing. -----------------------------------------------


def models_are_listed(page: Page) -> None:
    """The picker holds what /v1/models lists, and a welcome says what the model does."""
    listed = [model["id"] for model in page.fetch("/v1/models")["data"]]
    shown = page.script("return [...document.querySelectorAll('#model-0 option')].map((each) => each.value)")
    expect(shown == listed, f"the server lists {listed}, the page {shown}")
    expect(page.one("#welcome-title").is_displayed(), "an empty conversation has no welcome")
    page.picture("welcome")


def answer_streams(page: Page) -> None:
    """A prompt is answered, and its answer grows before the eyes."""
    page.trap(slow=20)
    page.script("""
      window.lengths = [];
      new MutationObserver(() => {
        const text = document.querySelector(".answer .written, .answer .prose")?.textContent ?? "";
        if (text.length !== lengths.at(-1)) lengths.push(text.length);
      }).observe(document.getElementById("thread"), { childList: true, subtree: true, characterData: true });
    """)
    page.send(BEGINNING)
    page.wait(lambda: len(page.texts()) == 1 and len(page.texts()[0]) > 3, "no text comes")
    page.picture("streaming")
    expect(page.one("#stop").is_displayed(), "while an answer comes there is no way to stop it")
    page.trap(slow=0)
    page.finish()
    lengths = page.script("return lengths")
    expect(sum(length > 0 for length in lengths) >= 4, f"the text grew in {len(lengths)} steps only: {lengths[:9]}")
    expect(page.one("#send").is_displayed(), "the button to send does not come back")
    expect(BEGINNING in page.one("#thread").text, "the prompt is not shown")
    expect("tokens/s" in page.one(".answer .speed").text, f"no speed is shown: {page.one('.answer .speed').text!r}")
    expect(
        page.texts()[0][:20] in page.one("#announcements").get_attribute("textContent"), "the answer is not announced"
    )
    body = page.script("return trap.bodies.at(-1)")
    expect(body["stream"] is True and body["stream_options"]["include_usage"] is True, f"the request asks for {body}")
    page.picture("answer")


def answer_stops(page: Page) -> None:
    """Stop ends an answer, and what was written stays; Escape does the same."""
    from selenium.webdriver.common.keys import Keys

    page.trap(slow=100)
    page.send(BEGINNING)
    page.wait(lambda: page.texts() and len(page.texts()[0]) > 3, "no text comes")
    page.one("#stop").click()
    page.wait(lambda: page.all(".answer[data-state=stopped]"), "the answer does not stop", 5)
    text = page.texts()[0]
    expect(text, "what was written is lost")
    time.sleep(0.5)
    expect(page.texts()[0] == text, "text comes after the stop")
    page.send("And then")
    page.wait(lambda: len(page.texts()) == 2 and page.texts()[1], "no text comes")
    page.keys(Keys.ESCAPE)
    page.wait(lambda: len(page.all(".answer[data-state=stopped]")) == 2, "Escape does not stop the answer", 5)


def answer_is_regenerated(page: Page) -> None:
    """Regenerating asks the same again and puts the new answer in the place of the old."""
    page.send(BEGINNING)
    page.finish()
    page.one(".answer [aria-label=Regenerate]").click()
    page.wait(lambda: page.script("return trap.bodies.length") == 2, "nothing is asked", 5)
    page.finish()
    first, second = page.script("return trap.bodies")
    expect(first == second, f"the second request differs: {first} and {second}")
    expect(len(page.texts()) == 1 and page.texts()[0], f"there are {len(page.texts())} answers")


def prompt_is_edited(page: Page) -> None:
    """Editing a prompt asks anew; in a chat what followed is dropped, and comes back with Undo."""
    from selenium.webdriver.common.keys import Keys

    for model in page.fetch("/v1/models")["data"]:
        if model.get("swiftlet", {}).get("chat"):
            page.choose(0, model["id"])
            break
    for text in ["The first beginning", "The second beginning"]:
        page.send(text)
        page.finish()
    is_chat = bool(page.all(".turn.chat"))
    page.one(".turn [aria-label='Edit the prompt']").click()
    page.picture("editing")
    field = page.one(".edit-field")
    field.clear()
    field.send_keys("Another beginning", Keys.ENTER)
    page.wait(lambda: page.script("return trap.bodies.length") == 3, "nothing is asked", 5)
    expect("Another beginning" in page.one(".turn").text, "the new prompt is not shown")
    expect("Another beginning" in json.dumps(page.script("return trap.bodies[2]")), "the new prompt is not sent")
    expect(len(page.all(".turn")) == (1 if is_chat else 2), f"{len(page.all('.turn'))} turns are left")
    if is_chat:
        page.one("#toast .button").click()
        expect(len(page.all(".turn")) == 2, "Undo does not bring the dropped turn back")
        expect("The first beginning" in page.one(".turn").text, "Undo does not bring the old prompt back")
    page.finish()


def conversation_survives(page: Page) -> None:
    """A reload shows the conversation again; it can be renamed, deleted and brought back."""
    from selenium.webdriver.common.keys import Keys

    page.send(BEGINNING)
    page.finish()
    text = page.texts()[0]
    page.driver.refresh()
    page.wait(lambda: page.texts(), "the conversation is gone after a reload", 10)
    expect(page.texts()[0] == text, "the answer differs after a reload")
    page.open("/")
    expect(page.all(".conversation-link"), "the list of conversations is empty")
    page.one(".conversation-link").click()
    page.wait(lambda: page.texts() == [text], "the list does not lead to the conversation", 5)
    page.script("arguments[0].click()", page.one("[aria-label^='Rename']"))
    page.one(".rename").send_keys(Keys.CONTROL, "a")
    page.one(".rename").send_keys("A story", Keys.ENTER)
    expect(page.one(".conversation-link").text == "A story", "the conversation is not renamed")
    page.script("arguments[0].click()", page.one("[aria-label='Delete A story']"))
    expect(not page.all(".conversation-link") and not page.texts(), "the conversation is not deleted")
    page.one("#toast .button").click()
    page.wait(lambda: page.texts() == [text], "Undo does not bring the conversation back", 5)


def conversations_travel(page: Page) -> None:
    """What is exported can be imported again; a file of another kind is refused with a reason."""
    page.send(BEGINNING)
    page.finish()
    count, refusal = page.driver.execute_async_script("""
      const done = arguments[arguments.length - 1];
      import(new URL("page/conversations.js", location.href.split("#")[0]).href).then((module) => {
        const count = module.importConversations(module.exported(module.allConversations()));
        try { module.importConversations('{"format": "other"}'); done([count, null]); }
        catch (error) { done([count, error.message]); }
      }, (error) => done([0, String(error)]));
    """)
    expect(count == 1 and len(page.all(".conversation-link")) == 2, f"{count} conversations were imported")
    expect(refusal and "exported" in refusal, f"a foreign file is refused with {refusal!r}")


def full_storage_is_told(page: Page) -> None:
    """When the browser's storage is full the page says so, and goes on."""
    page.script("""
      let size = 4_000_000;
      for (let number = 0; size > 10; number += 1) {
        try { localStorage.setItem("filling-" + number, "x".repeat(size)); } catch { size = Math.floor(size / 2); }
      }
    """)
    page.send(BEGINNING)
    page.finish()
    expect("full" in page.one("#storage-notice").text, "nothing says that the storage is full")
    expect(page.texts()[0], "there is no answer")
    page.picture("storage-full")


def two_models_compare(page: Page) -> None:
    """One prompt, two models: each column has its own stream, stop and speed."""
    page.one("#pair-switch").click()
    expect(page.one("#model-1").is_displayed(), "there is no second picker")
    chosen = [page.one(f"#model-{index}").get_attribute("value") for index in (0, 1)]
    listed = page.script("return [...document.querySelectorAll('#model-0 option')].map((each) => each.value)")
    if {"tiny-gpt", "tiny-llama"} <= set(listed):
        expect(chosen == ["tiny-gpt", "tiny-llama"], f"side by side begins with {chosen}")
    page.picture("compare-welcome")
    page.trap(slow=150)
    page.send(BEGINNING)
    page.wait(lambda: len(page.texts()) == 2 and all(page.texts()), "not both columns get text")
    page.picture("compare-streaming")
    page.one(".answer .actions button").click()
    page.wait(lambda: page.all(".answer[data-state=stopped]"), "the first column does not stop", 5)
    expect(page.all(".answer[data-state=running]"), "stopping one column stops the other")
    page.trap(slow=0)
    page.finish()
    page.one(".answer [aria-label=Regenerate]").click()
    page.wait(lambda: page.script("return trap.bodies.length") == 3, "nothing is asked", 5)
    page.finish()
    asked = [body["model"] for body in page.script("return trap.bodies")]
    expect(sorted(asked[:2]) == sorted(chosen) and asked[2] == chosen[0], f"asked were {asked}")
    expect(all("tokens/s" in each.text for each in page.all(".answer .speed")), "a column shows no speed")
    page.wait(lambda: page.one(".comparison").is_displayed(), "the answers are not compared", 5)
    page.picture("compare")


def settings_are_sent(page: Page) -> None:
    """Sampling settings go with the request, wrong ones do not, and they survive a reload."""
    page.one("#open-settings").click()
    for name, value in {
        "temperature": "0.7",
        "top_p": "0.9",
        "top_k": "40",
        "min_p": "0.05",
        "repetition_penalty": "1.1",
        "max_tokens": "12",
        "seed": "7",
    }.items():
        page.one(f"#setting-{name}").send_keys(value)
    page.one("#setting-stop").send_keys("The end\\n")
    page.picture("settings")
    page.send(BEGINNING)
    page.finish()
    body = page.script("return trap.bodies.at(-1)")
    wanted = {
        "temperature": 0.7,
        "top_p": 0.9,
        "top_k": 40,
        "min_p": 0.05,
        "repetition_penalty": 1.1,
        "max_tokens": 12,
        "seed": 7,
        "stop": ["The end\n"],
    }
    expect(wanted.items() <= body.items(), f"the request has {body}")
    page.one("#setting-temperature").send_keys("x")
    expect(page.one("#setting-temperature").get_attribute("aria-invalid") == "true", "a wrong setting is not marked")
    page.send(BEGINNING)
    page.finish()
    expect("temperature" not in page.script("return trap.bodies.at(-1)"), "a wrong setting is sent")
    page.open("/")
    expect(page.one("#setting-top_k").get_attribute("value") == "40", "the settings are forgotten")


def errors_are_shown(page: Page) -> None:
    """An error before or in the middle of an answer says what to do, and the prompt is not lost."""
    page.trap(fail=True)
    page.send(BEGINNING)
    page.wait(lambda: page.all(".answer[data-state=failed]"), "the error is not noticed")
    page.picture("error")
    problem = page.one(".answer .problem")
    expect(
        problem.is_displayed() and "on fire" in problem.text and "Try again" in problem.text,
        f"shown is {problem.text!r}",
    )
    expect(BEGINNING in page.one("#thread").text, "the prompt is lost")
    page.trap(fail=False)
    page.one(".problem .button").click()
    page.wait(lambda: page.all(".answer[data-state=done]"), "trying again does not help")
    expect(not page.one(".answer .problem").is_displayed(), "the error stays")


def key_is_asked_for(page: Page) -> None:
    """Where the server wants a key the page asks for it, and sends it with the same request again."""
    from selenium.webdriver.common.keys import Keys

    page.trap(refuse=True)
    page.send(BEGINNING)
    page.wait(lambda: page.all("#key-dialog"), "no key is asked for", 5)
    page.picture("key")
    expect(not page.names_missing(), f"without a name: {page.names_missing()}")
    page.one("#key-field").send_keys("wrong", Keys.ENTER)
    page.wait(lambda: "does not know" in page.one("#key-dialog").text, "a wrong key is not refused", 5)
    page.one("#key-field").send_keys("right", Keys.ENTER)
    page.wait(lambda: "Bearer right" in page.script("return trap.keys"), "the key is not sent", 5)
    expect(
        page.script("return [sessionStorage.getItem('swiftlet.key'), localStorage.getItem('swiftlet.key')]")
        == ["right", None],
        "the key is not kept for this tab alone",
    )


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


def dark_mode_works(page: Page) -> None:
    """The page follows the system, and the switch overrules it, also after a reload."""

    def background() -> int:
        colour = page.script("return getComputedStyle(document.body).backgroundColor")
        return int(re.search(r"\d+", colour).group())

    expect(background() > 200, "a light system gets a dark page")
    page.dark(True)
    expect(background() < 60, "a dark system gets a light page")
    page.dark(False)
    page.one("[data-theme-switch]").click()
    page.wait(lambda: background() < 60, "the switch does not darken", 3)
    page.send(BEGINNING)
    page.finish()
    page.picture("dark")
    page.driver.refresh()
    page.wait(lambda: background() < 60, "the choice is forgotten", 3)


def narrow_windows_fit(page: Page) -> None:
    """At a width of 360 px nothing has to be scrolled sideways."""

    def overflow(where: str) -> None:
        widths = page.script("""
          const parts = document.querySelectorAll("html, body, .bar, .scroller, .dock, .settings, .sidebar, main");
          return [...parts]
            .filter((each) => each.checkVisibility() && each.scrollWidth > each.clientWidth + 1)
            .map((each) => `${each.tagName}.${each.className} ${each.scrollWidth} > ${each.clientWidth}`)""")
        outside = page.script("""
          return [...document.querySelectorAll("button, select, textarea, input, a")]
            .filter((each) => each.checkVisibility() && !each.closest(".visually-hidden, .skip, .prose"))
            .map((each) => [each, each.getBoundingClientRect()])
            .filter(([, place]) => place.right > innerWidth + 1 || place.left < -1)
            .map(([each]) => each.outerHTML.slice(0, 80))""")
        expect(not widths and not outside, f"{where}: wider than the window: {widths} {outside}")

    page.size(360, 740)
    page.open("/", fresh=True)
    overflow("welcome")
    page.picture("narrow-welcome")
    page.send(BEGINNING + " " + "x" * 120)
    page.finish()
    overflow("answer")
    page.picture("narrow-answer")
    page.one("#pair-switch").click()
    page.send(BEGINNING)
    page.finish()
    overflow("side by side")
    page.picture("narrow-compare")
    page.one("#toggle-sidebar").click()
    overflow("conversations")
    page.picture("narrow-conversations")
    page.one("#close-sidebar").click()
    page.one("#open-settings").click()
    overflow("settings")
    page.picture("narrow-settings")
    page.open("/status")
    page.wait(lambda: page.all(".card"), "the status page shows no model", 10)
    overflow("status")
    page.picture("narrow-status")


def page_is_accessible(page: Page) -> None:
    """Every control has a name, ids are unique, landmarks are there, and texts can be read in both themes."""
    page.one("#pair-switch").click()
    page.send(BEGINNING)
    page.finish()
    page.one("#open-settings").click()
    page.one("#setting-seed").send_keys("x")
    expect(not page.names_missing(), f"without a name: {page.names_missing()}")
    doubled = page.script("""
      const ids = [...document.querySelectorAll("[id]")].map((each) => each.id);
      return ids.filter((id, index) => ids.indexOf(id) !== index)""")
    expect(not doubled, f"ids that are used twice: {doubled}")
    for selector in ["main", "nav[aria-label]", "h1", "html[lang]"]:
        expect(len(page.all(selector)) >= 1, f"there is no {selector}")
    for on in (False, True):
        page.dark(on)
        time.sleep(0.4)
        low = page.script(CONTRAST)
        expect(not low, f"contrast too low in {'dark' if on else 'light'}: {low}")


def keyboard_works(page: Page) -> None:
    """Shift+Enter begins a line, ? lists the shortcuts, Alt+B sets two models side by side, the focus is seen."""
    from selenium.webdriver import ActionChains
    from selenium.webdriver.common.keys import Keys

    field = page.one("#composer-field")
    field.send_keys("one")
    ActionChains(page.driver).key_down(Keys.SHIFT).send_keys(Keys.ENTER).key_up(Keys.SHIFT).send_keys("two").perform()
    expect(field.get_attribute("value") == "one\ntwo" and not page.all(".turn"), "Shift+Enter does not begin a line")
    page.driver.refresh()
    page.wait(
        lambda: page.one("#composer-field").get_attribute("value") == "one\ntwo", "a draft does not survive a reload", 5
    )
    page.wait(lambda: page.all("#model-0 option"), "no models", 10)
    ActionChains(page.driver).key_down(Keys.ALT).send_keys("b").key_up(Keys.ALT).perform()
    page.wait(lambda: page.one("#model-1").is_displayed(), "Alt+B does nothing", 3)
    page.script("document.activeElement.blur()")
    page.keys("?")
    page.wait(lambda: page.one("#keys").is_displayed(), "? does not list the shortcuts", 3)
    page.picture("shortcuts")
    page.keys(Keys.ESCAPE)
    page.keys(Keys.TAB)
    outline = page.script("return getComputedStyle(document.activeElement).outlineStyle")
    expect(outline != "none", "the focus is not seen")


def status_is_shown(page: Page) -> None:
    """The status page shows every model and its numbers, and goes on asking."""
    page.open("/status")
    listed = page.wait(
        lambda: page.script("return [...document.querySelectorAll('.card h3')].map((each) => each.textContent)"),
        "no model is shown",
        10,
    )
    status = page.fetch("/status.json")
    expect(listed == [model["id"] for model in status["models"]], f"shown are {listed}")

    def line() -> str:
        return page.script("return document.querySelector('.spark-line').getAttribute('d')")

    before = line()
    page.wait(lambda: line() != before, "the numbers do not go on", 5)
    expect(len(page.all(".totals dd")) >= 8, "totals are missing")
    expect(not page.names_missing(), f"without a name: {page.names_missing()}")
    page.wait(
        lambda: page.script("return document.querySelector('.spark-line').getAttribute('d').length") > 30,
        "no line grows",
        8,
    )
    for on in (False, True):
        page.dark(on)
        time.sleep(0.4)
        low = page.script(CONTRAST)
        expect(not low, f"contrast too low in {'dark' if on else 'light'}: {low}")
        page.picture("status-dark" if on else "status")


CHECKS = [
    models_are_listed,
    answer_streams,
    answer_stops,
    answer_is_regenerated,
    prompt_is_edited,
    conversation_survives,
    conversations_travel,
    full_storage_is_told,
    two_models_compare,
    settings_are_sent,
    errors_are_shown,
    key_is_asked_for,
    markdown_is_safe,
    streams_are_read,
    dark_mode_works,
    narrow_windows_fit,
    page_is_accessible,
    keyboard_works,
    status_is_shown,
]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", help="the server's address, such as http://127.0.0.1:8080")
    parser.add_argument("--screenshots", metavar="FOLDER", help="where to put a picture of each state")
    parser.add_argument("--only", metavar="WORD", default="", help="only the checks whose name holds this")
    arguments = parser.parse_args()

    try:
        import selenium  # noqa: F401
    except ImportError:
        print("skipped: selenium is not installed (pip install selenium)")
        return SKIPPED
    if not shutil.which("chromedriver") or not (shutil.which("chromium") or shutil.which("google-chrome")):
        print("skipped: there is no Chromium with its driver (apt-get install chromium chromium-driver)")
        return SKIPPED
    if arguments.screenshots:
        os.makedirs(arguments.screenshots, exist_ok=True)

    page = Page(arguments.base, arguments.screenshots)
    failures = 0
    try:
        for check in CHECKS:
            name = check.__name__.replace("_", " ")
            if arguments.only not in name:
                continue
            begin = time.monotonic()
            try:
                page.size(1280, 860)
                page.dark(False)
                page.open("/", fresh=True)
                check(page)
                refused = [
                    entry["message"]
                    for entry in page.driver.get_log("browser")
                    if "Content Security Policy" in entry["message"] or "Uncaught" in entry["message"]
                ]
                expect(not refused, f"the browser complains: {refused[:3]}")
                print(f"ok    {name} ({time.monotonic() - begin:.1f} s)", flush=True)
            except Exception as error:  # A browser fails in many ways; each of them fails the check.
                failures += 1
                page.picture("failed-" + check.__name__)
                message = (
                    str(error) if isinstance(error, Failed) else f"{type(error).__name__}: {error}".splitlines()[0]
                )
                print(f"FAIL  {name}: {message}", flush=True)
    finally:
        page.driver.quit()
    print(f"{failures} failed" if failures else "all passed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
