"""A person in the browser, who finds elements by their roles and names."""

import json
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    ElementHandle,
    Locator,
    Page,
    Request,
    Response,
    ViewportSize,
    WebError,
    expect,
)

from local.sign_in import code_of_person
from local.stack import LocalStack
from tests.console.support import accessibility

KEY_TOWARDS = """(control) => {
    const at = document.activeElement;
    const group = (one) => one.closest("[role=tablist], [role=menu]") ??
        (one.type === "radio" && one.name ? one.name : null);
    if (at === control) return "";
    if (!control.isConnected) return null;
    const isBack = at.compareDocumentPosition(control) & Node.DOCUMENT_POSITION_PRECEDING;
    if (group(control) && group(at) === group(control)) {
        const isRow = control.role === "tab";
        return isBack ? (isRow ? "ArrowLeft" : "ArrowUp") : (isRow ? "ArrowRight" : "ArrowDown");
    }
    return isBack ? "Shift+Tab" : "Tab";
}"""
"""The next key from the focus to the control; empty on arrival, null if it was replaced."""

DRAWN = "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
"""Resolves once the page is drawn."""

IS_FOCUS_LOST = """async (patienceMs) => {
    const frame = () => new Promise((go) => requestAnimationFrame(go));
    const began = performance.now();
    const isLost = () => document.activeElement === document.body;
    await frame();
    do await frame(); while (isLost() && performance.now() - began < patienceMs);
    return isLost();
}"""
"""Whether no element has the focus, once the page has moved it itself."""

IS_FOCUS_SEEN = """(control) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(control);
    const isOnTop = (x, y) => control.contains(document.elementFromPoint(x, y));
    const isSeen = ({ left, right, top, bottom }) => {
        const [x1, x2] = [Math.max(left, 0), Math.min(right, innerWidth)];
        const [y1, y2] = [Math.max(top, 0), Math.min(bottom, innerHeight)];
        return [0.1, 0.5, 0.9].some(
            (part) => isOnTop(x1 + part * (x2 - x1), y1 + part * (y2 - y1)));
    };
    return outlineStyle !== "none" && parseFloat(outlineWidth) > 0 &&
        [...control.getClientRects()].some(isSeen);
}"""
"""Whether the control has an outline and at least one of its lines is in view and uncovered."""

PATIENCE_MS = 30_000
"""On a busy machine a function takes ten seconds to start, and a save may start two of them."""

LAPTOP: ViewportSize = {"width": 1280, "height": 720}
PHONE: ViewportSize = {"width": 375, "height": 800}


def new_page(browser: Browser, locale: str | None = None) -> Page:
    """In a context of its own, for a person, and for others after they leave."""
    context = browser.new_context(reduced_motion="reduce", locale=locale)
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page()


class Person:
    """A browser of their own. `faults` are the errors and warnings of our pages."""

    def __init__(self, page: Page, stack: LocalStack, role: str) -> None:
        self.page = page
        self.stack = stack
        self.user = stack.users[role]
        self.faults: list[str] = []
        self._presses = False
        self._context = page.context
        self._listeners: list[tuple[Any, str, Callable[[Any], object]]] = []
        self._listen(self._context, "console", self._console)
        self._listen(self._context, "weberror", self._error)
        self._listen(self._context, "request", self._request)
        self.on("domcontentloaded", self._begin)

    def on(self, event: str, listener: Callable[[Any], object]) -> None:
        """Listen to an event of the page until the person leaves."""
        self._listen(self.page, event, listener)

    def _listen(self, to: Any, event: str, listener: Callable[[Any], object]) -> None:
        to.on(event, listener)
        self._listeners.append((to, event, listener))

    # Navigation

    def open(self, path: str = "#/") -> None:
        """Open a page of the console, and sign in first."""
        self.page.goto(self.stack.console_url + path)
        self.sign_in()
        self.page.get_by_role("banner").wait_for()  # the person is known

    def return_to(self, path: str) -> None:
        """Open a page of the console as the sign-in pages do when they return: in half the time."""
        state, verifier = secrets.token_urlsafe(), secrets.token_urlsafe(48)
        stack, client = self.stack, self.stack.outputs["PeopleClientId"]
        code = code_of_person(stack.endpoint_url, client, stack.console_url, self.user, verifier)
        attempt = {"state": state, "verifier": verifier, "returnTo": path, "provider": None}
        attempted = self.page.add_init_script(
            f"if (location.search.includes({json.dumps(state)}))"
            f" sessionStorage.setItem('sign-in attempt', {json.dumps(json.dumps(attempt))});"
        )
        with attempted:
            self.page.goto(f"{stack.console_url}?code={code}&state={state}")
        self.page.get_by_role("banner").wait_for()

    def sign_in(self, page: Page | None = None) -> None:
        """Fill in the hosted sign-in page."""
        hosted = page or self.page
        hosted.get_by_label("Username").fill(self.user.username)
        hosted.get_by_label("Password").fill(self.user.password)
        hosted.get_by_role("button", name="Sign in").click()

    def go(self, path: str) -> None:
        """Navigate to another page, as a link does."""
        self.page.evaluate("path => { location.hash = path }", path)

    def leave(self) -> None:
        """The browser forgets the person; it keeps the page's process and the console's files."""
        for to, event, listener in self._listeners:
            to.remove_listener(event, listener)
        self.page.unroute_all(behavior="ignoreErrors")  # a response may still be on its way
        self._context.unroute_all(behavior="ignoreErrors")
        for page in self._context.pages:
            if page != self.page:
                page.close()
        self.page.goto(f"{self.stack.endpoint_url}/_ministack/ready")  # small, of the same origin
        self.page.mouse.move(-1, -1)  # over nothing
        self.page.evaluate("() => [localStorage, sessionStorage].forEach((kept) => kept.clear())")
        self.page.emulate_media(media="screen", color_scheme="light")
        session = self._context.new_cdp_session(self.page)
        session.send("Page.resetNavigationHistory")
        session.detach()
        self._context.clear_cookies()
        self._context.clear_permissions()

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
        """The card of the district's only connection."""
        return self.page.get_by_role("article")

    @property
    def menu(self) -> Locator:
        """The menu button of the card."""
        return self.card.get_by_role("button", name="Actions of")

    def choose(self, item: str) -> None:
        """Click an item of the card's menu."""
        self.menu.click()
        self.page.get_by_role("menuitem", name=item).click()

    # By keyboard alone

    def tab_to(self, control: Locator, *, presses: int = 200) -> ElementHandle:
        """Reach the control by Tab or Shift+Tab, and by arrows in radio groups, tabs and menus.

        Fails if it takes more presses, if the focus is not visible on arrival, or if the press
        before lost the focus.
        """
        visible = control.filter(visible=True)
        found = visible.element_handle()  # locating it takes longer than a key
        is_lost = self.page.evaluate(IS_FOCUS_LOST, 2000 if self._presses else 0)
        assert not (is_lost and self._presses), "The press before lost the focus"
        self._presses = True
        for _ in range(presses):
            while (key := found.evaluate(KEY_TOWARDS)) is None:
                found = visible.element_handle()
            if not key:
                assert found.evaluate(IS_FOCUS_SEEN), f"The focus is not seen at {control}"
                return found
            self.page.keyboard.press(key)
        raise AssertionError(f"Tab does not reach {control}")

    def press(self, control: Locator) -> None:
        """Press the control: by Space for checkboxes and radio buttons, by Enter for others."""
        expect(control).to_be_enabled()
        found = self.tab_to(control)
        is_checked = found.evaluate("found => found.matches('[type=checkbox], [type=radio]')")
        self.page.keyboard.press("Space" if is_checked else "Enter")

    def write(self, field: Locator, text: str) -> None:
        """Replace the text of the field; in a list, select the option that begins with the text."""
        found = self.tab_to(field)
        if found.evaluate("found => found.matches('select, [type=date], [type=time]')"):
            self.page.keyboard.type(text)
        else:
            self.page.keyboard.press("Control+a")
            self.page.keyboard.insert_text(text)

    def press_entry(self, menu: Locator, entry: str) -> None:
        """Open the menu and press an item of it, which is reached by arrows."""
        self.press(menu)
        expect(self.page.get_by_role("menuitem").first).to_be_focused()
        self.press(self.page.get_by_role("menuitem", name=entry, exact=True))

    def pick(self, option: Locator) -> None:
        """Select an option of the open list by arrows."""
        option.wait_for()
        for _ in range(10):
            self.page.keyboard.press("ArrowDown")
            if option.get_attribute("aria-selected") == "true":
                return self.page.keyboard.press("Enter")
        raise AssertionError(f"Arrows do not reach {option}")

    def record_responses(self) -> list[str]:
        """Collect the bodies of the API's responses about connections from now on."""
        responses: list[str] = []

        def keep(response: Response) -> None:
            if "/v1/connections" in response.url:
                responses.append(response.text())

        self.on("response", keep)
        return responses

    def written(self) -> list[str]:
        """The HTML of the page, and the values of its fields."""
        fields = self.page.locator("input, textarea")
        return [
            self.page.content(),
            *fields.evaluate_all("all => all.map(field => field.value)"),
        ]

    # Checking

    def sees(self, locator: Locator) -> None:
        expect(locator).to_be_visible()

    def check(self) -> None:
        """Check by axe, in light and dark, and that nothing scrolls sideways at 375 px."""
        accessibility.check(self.page, PHONE)

    def check_as_is(self) -> None:
        """Check the same, in the window's own colors and width only."""
        accessibility.check_as_is(self.page)

    def _begin(self, _page: Page) -> None:
        self._presses = False  # a new page has no focus yet

    def _console(self, message: ConsoleMessage) -> None:
        ours = self.page.url.startswith(self.stack.console_url)
        answered = message.text.startswith("Failed to load resource")  # an API error also logs this
        if ours and message.type in {"error", "warning"} and not answered:
            self.faults.append(f"{message.type}: {message.text}")

    def _error(self, error: WebError) -> None:
        self.faults.append(str(error.error))

    def _request(self, request: Request) -> None:
        origin = urlsplit(self.stack.endpoint_url)[:2]
        asked = urlsplit(request.url)
        is_download = request.is_navigation_request() and "X-Amz-Signature" in asked.query
        if asked.scheme not in {"data", "about"} and asked[:2] != origin and not is_download:
            self.faults.append(f"request to another origin: {asked.netloc}")
