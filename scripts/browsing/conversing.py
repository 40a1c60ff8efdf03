"""What one does with conversations: asking, stopping, editing, comparing, keeping."""

import json
import time

from .page import BEGINNING, Page, expect


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
]
