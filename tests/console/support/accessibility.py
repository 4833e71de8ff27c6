"""Checks of what a page shows now: by axe, in light and dark, and that nothing scrolls sideways."""

from collections import Counter
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

COLOR_RULES = ["color-contrast", "link-in-text-block"]
"""The axe rules that depend on the color scheme. They take most of the time of axe."""

_KEEP_TEXTS = """() => {
    const textOf = (one) => [...one.childNodes]
        .map((node) => node.nodeType === Node.TEXT_NODE ? node.data.trim() : "").join("");
    const OFF = ":disabled, [aria-disabled=true], [aria-hidden], [inert]";
    const isOff = (one) => {
        const control = one.control ??
            (one.id && document.querySelector(`[aria-labelledby~="${one.id}"]`));
        return one.matches(OFF) || Boolean(control && control.matches(OFF));
    };
    const layers = new Map([[null, ""]]);
    const layersOf = (one) => {
        if (!layers.has(one)) {
            const { backgroundColor, backgroundImage, opacity, filter, mixBlendMode, position, clip,
                clipPath } = getComputedStyle(one);
            const own = [backgroundColor, backgroundImage, opacity, filter, mixBlendMode, position,
                clip, clipPath, isOff(one)].join();
            const isPlain = own === "rgba(0, 0, 0, 0),none,1,none,normal,static,auto,none,false";
            layers.set(one, layersOf(one.parentElement) + (isPlain ? "" : `${own};`));
        }
        return layers.get(one);
    };
    const lookOf = (one) => {
        const { color, fontSize, fontWeight, textDecorationLine, textShadow } =
            getComputedStyle(one);
        const around = one.parentElement;
        return [one.tagName, one.getAttribute("class"), one.type, color, fontSize, fontWeight,
            textDecorationLine, textShadow, getComputedStyle(around).color,
            textOf(around) !== "", layersOf(one)].join();
    };
    window.texts = new Map([...document.body.querySelectorAll("*")]
        .filter((one) => textOf(one).length > 1 || one.matches("input, select, textarea"))
        .filter((one) => one.checkVisibility())
        .map((one) => [lookOf(one), one]));
    return [...texts.keys()];
}"""
"""Keep one element with text for each look: all that decides its contrast, of it and behind it.
axe gives no result for a single character."""

_TRY_COLORS = """async ([looks, rules]) => {
    const include = looks.map((look) => texts.get(look));
    const { violations, incomplete } = await axe.run({ include },
        { runOnly: rules, resultTypes: ["violations", "incomplete"], elementRef: true });
    const nodesOf = (results) => results.flatMap(({ nodes }) => nodes);
    const unknown = new Set(nodesOf(incomplete).map(({ element }) => element));
    for (const node of nodesOf(violations)) delete node.element;
    return [violations, looks.filter((look) => !unknown.has(texts.get(look)))];
}"""

_BEYOND_THE_EDGE = """() => {
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
    const tall = [...document.querySelectorAll("dialog")]
        .filter((one) => one.scrollHeight > one.clientHeight + 1);
    return [...wide, ...outside, ...tall].map((one) => one.outerHTML.slice(0, 200));
}"""

_tries: Counter[str] = Counter()
"""How often axe tried each look and found nothing. Most pages, in every test, share their looks."""

ENOUGH = 3
"""Of tries without a result, such as of a text that is partly covered."""


def check(page: Page, narrow: ViewportSize) -> None:
    """Check by axe, in light and dark, and that nothing scrolls sideways in the narrow window."""
    _check_by_axe(page)
    page.emulate_media(color_scheme="dark")
    _check_colors(page, "in dark")
    page.emulate_media(color_scheme="light")
    before = page.viewport_size
    assert before
    page.set_viewport_size(narrow)
    _finds_nothing("on a phone", beyond_the_edge(page))
    page.set_viewport_size(before)


def check_as_is(page: Page) -> None:
    """Check the same, in the window's own colors and width only."""
    _check_by_axe(page)
    _finds_nothing("in this window", beyond_the_edge(page))


def beyond_the_edge(page: Page) -> list[str]:
    """Elements that scroll sideways, controls outside the window without a scrolling container, and
    dialogs that scroll as a whole, in addition to their body."""
    found: list[str] = page.evaluate(_BEYOND_THE_EDGE)
    return found


def _check_by_axe(page: Page) -> None:
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)  # the page's policy forbids a script element
    others = {rule: {"enabled": False} for rule in COLOR_RULES}
    found = page.evaluate(
        "async rules => (await axe.run({ resultTypes: ['violations'], rules })).violations", others
    )
    _finds_nothing("with axe", _lines(found))
    _check_colors(page, "in light")


def _check_colors(page: Page, where: str) -> None:
    """Check an element of each look that has not passed."""
    looks = [look for look in page.evaluate(_KEEP_TEXTS) if _tries[look] < ENOUGH]
    if looks:
        found, passed = page.evaluate(_TRY_COLORS, [looks, COLOR_RULES])
        _finds_nothing(where, _lines(found))
        _tries.update(looks)
        _tries.update(dict.fromkeys(passed, ENOUGH))


def _lines(violations: list[Any]) -> list[str]:
    return [
        f"{one['id']}: {node['html']} {node['failureSummary']}"
        for one in violations
        for node in one["nodes"]
    ]


def _finds_nothing(where: str, found: list[str]) -> None:
    assert not found, "\n".join([where, *found])
