"""Chromium, for tests and pictures of the console: the installed one, or the package of `make`."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

from local.processes import ROOT

_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
"""The first is the same engine without windows: it takes half the processor time."""

_PACKAGE = ROOT / ".local" / "env" / "chromium"
"""`make` unpacks a Chromium here, at set-up, if none is installed."""

_INSTALLED = next(filter(None, map(shutil.which, _NAMES)), None)
CHROMIUM = _INSTALLED or (str(_PACKAGE / "chromium") if (_PACKAGE / ".made").exists() else None)
_FOR_THE_PACKAGE = {
    "LD_LIBRARY_PATH": str(_PACKAGE / "al2023" / "lib"),
    "FONTCONFIG_PATH": str(_PACKAGE / "fonts"),
    # In C.UTF-8, pages have the invalid language en-US@posix (microsoft/playwright#34046).
    "LC_ALL": "en_US.UTF-8",
}
_SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running browser, closed at the end; first check CHROMIUM: it is None without a browser."""
    env: dict[str, str | float | bool] = {**os.environ, **({} if _INSTALLED else _FOR_THE_PACKAGE)}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=_SWITCHES, env=env)
        yield browser
        browser.close()
