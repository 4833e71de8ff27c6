"""The check of accessibility tries each look of a text once, and still finds every fault."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.console.support import accessibility
from tests.console.support.person import PHONE, new_page

PAGE = """<html lang="en"><title>Two texts</title><style>
    html { color-scheme: light dark; }
    body { color: light-dark(black, white); background: light-dark(white, black); }
</style><main><h1>Heading</h1><div><p>Some words, <a href="#">a link</a></p></div>
<button disabled>Send this</button></main>"""

FAULTS = {
    "color": "p { color: #aaa }",
    "color in dark": "p { color: light-dark(black, #333) }",
    "background in dark": "div { background: light-dark(white, #ddd) }",
    "background of a layer": "main { background: light-dark(white, #ddd) }",
    "opacity": "div { opacity: 0.3 }",
    "a link like its words": "a { color: #444; text-decoration: none }",
    "a button's color": "button { color: #ccc; background: #eee; border: none }",
}


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = new_page(browser)
    yield page
    page.context.close()


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_found_among_texts_that_have_passed(page: Page, fault: str) -> None:
    page.set_content(PAGE)
    for _ in range(accessibility.ENOUGH):
        accessibility.check(page, PHONE)

    page.add_style_tag(content=fault)
    page.evaluate("document.querySelector('button').disabled = false")

    for _ in range(2):  # what has failed is tried again
        with pytest.raises(AssertionError, match=r"color-contrast|link-in-text-block"):
            accessibility.check(page, PHONE)
        page.emulate_media(color_scheme="light")


def test_a_line_beyond_the_edge_is_found(page: Page) -> None:
    page.set_content(PAGE + "<style>p { width: 500px }</style>")

    with pytest.raises(AssertionError, match="on a phone"):
        accessibility.check(page, PHONE)
