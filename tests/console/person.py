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
    ViewportSize,
    expect,
)

from local.stack import LocalStack

OF_COLOURS = ["color-contrast", "link-in-text-block"]
"""The rules of axe that another scheme of colours can break."""

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
"""The next key on the way from where the focus is; none on arrival, null if it was drawn anew."""

DRAWN = "() => new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))"
"""When the page has led the focus where it wants it; nobody's hands are quicker."""

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
"""Whether it has an outline, and a line of it is neither out of sight nor below something else."""

BEYOND_THE_EDGE = """() => {
    const scrolls = (one) => one && one !== document.documentElement &&
        !one.matches(".dialog-body") &&
        (/auto|scroll/.test(getComputedStyle(one).overflowX) || scrolls(one.parentElement));
    const wide = [...document.querySelectorAll("html, dialog, .dialog-body")]
        .filter((one) => one.scrollWidth > one.clientWidth);
    const controls = document.querySelectorAll("a, button, input, select, textarea, summary");
    const outside = [...controls].filter((one) => {
        const { left, right, width } = one.getBoundingClientRect();
        return width && (left < 0 || right > innerWidth) && !scrolls(one.parentElement);
    });
    return [...wide, ...outside].map((one) => one.outerHTML.slice(0, 200));
}"""
"""What has to be scrolled sideways, and controls that lie outside without a box that scrolls."""

PATIENCE_MS = 30_000
"""On a busy machine a function that starts takes ten seconds, and a save may need two of them."""

PHONE: ViewportSize = {"width": 375, "height": 800}


class Person:
    """A browser of one's own. `faults` are what the browser complained of on our pages."""

    def __init__(self, browser: Browser, stack: LocalStack, role: str, **context: Any) -> None:
        self.stack = stack
        self.user = stack.users[role]
        self.faults: list[str] = []
        self._presses = False
        self._context = browser.new_context(reduced_motion="reduce", **context)
        self._context.set_default_timeout(PATIENCE_MS)
        self.page: Page = self._context.new_page()
        self.page.on("domcontentloaded", self._begin)
        self._context.on("console", self._console)
        self._context.on("weberror", lambda error: self.faults.append(str(error.error)))
        self._context.on("request", self._request)

    # Coming and going

    def open(self, path: str = "#/") -> None:
        """Goes to a page of the console, and signs in on the way."""
        self.page.goto(self.stack.console_url + path)
        self.sign_in()
        self.page.get_by_role("banner").wait_for()  # it is known who it is

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
        self.page.unroute_all(behavior="ignoreErrors")  # an answer that is still fetched
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

    @property
    def menu(self) -> Locator:
        """The three dots of the card."""
        return self.card.get_by_role("button", name="Actions of")

    def choose(self, item: str) -> None:
        """An entry of the card's three-dot menu, by mouse."""
        self.menu.click()
        self.page.get_by_role("menuitem", name=item).click()

    # By keyboard alone

    def tab_to(self, control: Locator, *, presses: int = 200) -> None:
        """Tab or Shift+Tab leads there, arrows among radio buttons, tabs and entries of a menu.

        It has to come within so many presses and be seen with its focus, and what was pressed
        before may not have lost the focus meanwhile.
        """
        control.wait_for()
        self.page.evaluate(DRAWN)
        if self._presses:
            expect(self.page.locator("body"), "no focus is lost").not_to_be_focused(timeout=2000)
        self._presses = True
        found = control.element_handle()  # to look for it at each key takes longer than the key
        for _ in range(presses):
            while (key := found.evaluate(KEY_TOWARDS)) is None:
                found = control.element_handle()
            if not key:
                assert found.evaluate(IS_FOCUS_SEEN), f"The focus is not seen at {control}"
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"Tab does not reach {control}")

    def press(self, control: Locator) -> None:
        """Goes there and presses it: Space for what is checked, Enter for all else."""
        expect(control).to_be_enabled()
        self.tab_to(control)
        is_checked = control.get_attribute("type") in {"checkbox", "radio"}
        self.page.keyboard.press("Space" if is_checked else "Enter")

    def write(self, field: Locator, text: str) -> None:
        """Goes there, and writes this for what is there; in a list, it chooses what begins so."""
        self.tab_to(field)
        if field.evaluate("field => field.matches('select, [type=date], [type=time]')"):
            self.page.keyboard.type(text)
        else:
            self.page.keyboard.press("Control+a")
            self.page.keyboard.insert_text(text)

    def press_entry(self, menu: Locator, entry: str) -> None:
        """An entry of the menu behind this button, which arrows lead to."""
        self.press(menu)
        expect(self.page.get_by_role("menuitem").first).to_be_focused()
        self.press(self.page.get_by_role("menuitem", name=entry, exact=True))

    def pick(self, option: Locator) -> None:
        """An option of the list that is open, by arrows."""
        option.wait_for()
        for _ in range(10):
            self.page.keyboard.press("ArrowDown")
            if option.get_attribute("aria-selected") == "true":
                return self.page.keyboard.press("Enter")
        raise AssertionError(f"Arrows do not reach {option}")

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
        expect(locator).to_be_visible()

    def check(self) -> None:
        """axe finds nothing wrong, in light and dark; nothing scrolls sideways at 375 px."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)  # as a script the page's policy would not let it in
        self._finds_nothing("with axe", self._violations())
        self.page.emulate_media(color_scheme="dark")
        self._finds_nothing("in dark", self._violations(runOnly=OF_COLOURS))
        self.page.emulate_media(color_scheme="light")
        before = self.page.viewport_size
        assert before
        self.page.set_viewport_size(PHONE)
        self._finds_nothing("on a phone", self.page.evaluate(BEYOND_THE_EDGE))
        self.page.set_viewport_size(before)

    @staticmethod
    def _finds_nothing(where: str, found: list[str]) -> None:
        assert not found, "\n".join([where, *found])

    def _violations(self, **which: Any) -> list[str]:
        found = self.page.evaluate(
            "async which => (await axe.run(which)).violations",
            {"resultTypes": ["violations"]} | which,
        )
        return [
            f"{one['id']}: {node['html']} {node['failureSummary']}"
            for one in found
            for node in one["nodes"]
        ]

    def _begin(self, _page: Page) -> None:
        self._presses = False  # a page that has just come has the focus nowhere yet

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
