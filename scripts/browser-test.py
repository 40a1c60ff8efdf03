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
import os
import shutil
import sys
import time

from browsing import conversing, looking, reading
from browsing.page import Failed, Page, expect

SKIPPED = 77


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
        for check in conversing.CHECKS + reading.CHECKS + looking.CHECKS:
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
