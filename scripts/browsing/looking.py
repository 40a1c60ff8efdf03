"""How the pages look and are reached: dark, narrow, by keyboard, by a screen reader; and the server's page."""

import re
import time

from .page import BEGINNING, Page, expect, read


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
        low = page.script(read("contrast.js"))
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
        low = page.script(read("contrast.js"))
        expect(not low, f"contrast too low in {'dark' if on else 'light'}: {low}")
        page.picture("status-dark" if on else "status")


CHECKS = [
    dark_mode_works,
    narrow_windows_fit,
    page_is_accessible,
    keyboard_works,
    status_is_shown,
]
