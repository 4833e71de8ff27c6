"""Somebody in front of the console, who finds things by their roles and names."""

from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    Response,
    expect,
)

from local.stack import LocalStack

OF_COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules of axe that another scheme of colours can break."""


class Person:
    """A browser of one's own. `faults` are what the browser complained of on our pages."""

    def __init__(self, browser: Browser, stack: LocalStack, role: str, **context: Any) -> None:
        self.stack = stack
        self.user = stack.users[role]
        self.faults: list[str] = []
        self._context = browser.new_context(reduced_motion="reduce", **context)
        self._context.set_default_timeout(15_000)
        self._context.add_init_script(AXE_SCRIPT)  # the page's policy would not let it in
        self.page: Page = self._context.new_page()
        self._context.on("console", self._console)
        self._context.on("weberror", lambda error: self.faults.append(str(error.error)))
        self._context.on("request", self._request)

    # Coming and going

    def open(self, path: str = "#/") -> None:
        """Goes to a page of the console, and signs in on the way."""
        self.page.goto(self.stack.console_url + path)
        self.sign_in()
        self.page.get_by_role("main").wait_for()

    def sign_in(self, page: Page | None = None) -> None:
        """Fills the hosted pages in."""
        hosted = page or self.page
        hosted.get_by_label("Username").fill(self.user.username)
        hosted.get_by_label("Password").fill(self.user.password)
        hosted.get_by_role("button", name="Sign in").click()

    def go(self, path: str) -> None:
        """To another page of the same visit, as by a link."""
        self.page.evaluate("path => { location.hash = path }", path)

    def leave(self) -> None:
        self._context.close()

    # Finding

    def heading(self, name: str) -> Locator:
        return self.page.get_by_role("heading", name=name)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def link(self, name: str) -> Locator:
        return self.page.get_by_role("link", name=name, exact=True)

    def field(self, label: str) -> Locator:
        return self.page.get_by_label(label, exact=True)

    def dialog(self, name: str) -> Locator:
        return self.page.get_by_role("dialog", name=name)

    @property
    def card(self) -> Locator:
        """The card of the district's connection: it has no other."""
        return self.page.get_by_role("article")

    def choose(self, item: str) -> None:
        """An entry of the card's three-dot menu."""
        self.card.get_by_role("button", name="Actions of").click()
        self.page.get_by_role("menuitem", name=item).click()

    def tab_to(self, control: Locator, *, presses: int = 60) -> None:
        """By the Tab key alone; it has to come within so many presses."""
        for _ in range(presses):
            self.page.keyboard.press("Tab")
            if control.evaluate("control => control === document.activeElement"):
                return
        raise AssertionError(f"Tab does not reach {control}")

    def hear(self) -> list[str]:
        """From now on, the bodies of the API's answers about connections."""
        heard: list[str] = []

        def keep(response: Response) -> None:
            if "/v1/connections" in response.url:
                heard.append(response.text())

        self.page.on("response", keep)
        return heard

    def written(self) -> list[str]:
        """The whole page, and what stands in its fields."""
        fields = self.page.locator("input, textarea")
        return [
            self.page.content(),
            *fields.evaluate_all("all => all.map(field => field.value)"),
        ]

    # Checking

    def sees(self, locator: Locator) -> None:
        expect(locator).to_be_visible(timeout=15_000)

    def check(self) -> None:
        """axe finds nothing wrong, in light and dark; and nothing has to be scrolled sideways."""
        assert self._violations() == []
        self.page.emulate_media(color_scheme="dark")
        assert self._violations(runOnly=OF_COLOURS) == [], "in dark"
        self.page.emulate_media(color_scheme="light")
        wide, there = self.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= there

    def _violations(self, **which: Any) -> list[str]:
        found = self.page.evaluate(
            "which => axe.run(which)", {"resultTypes": ["violations"]} | which
        )
        return [
            f"{one['id']}: {node['html']} {node['failureSummary']}"
            for one in found["violations"]
            for node in one["nodes"]
        ]

    def _console(self, message: ConsoleMessage) -> None:
        ours = self.page.url.startswith(self.stack.console_url)
        answered = message.text.startswith("Failed to load resource")  # an error of the API is one
        if ours and message.type in {"error", "warning"} and not answered:
            self.faults.append(f"{message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        origin = urlsplit(self.stack.endpoint_url)[:2]
        asked = urlsplit(request.url)
        is_download = request.is_navigation_request() and "X-Amz-Signature" in asked.query
        if asked.scheme not in {"data", "about"} and asked[:2] != origin and not is_download:
            self.faults.append(f"asked of another origin: {asked.netloc}")
