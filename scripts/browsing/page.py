"""The browser, and what a person does with it."""

import json
import os
import pathlib
import shutil
import time
import urllib.request

PATIENCE = 60  # seconds for an answer
BEGINNING = "Once upon a time, there was a"


def read(script: str) -> str:
    """A script to run in the page."""
    return (pathlib.Path(__file__).parent / script).read_text()


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
            self.script(read("traps.js"))

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
