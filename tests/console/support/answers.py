"""Rare API responses: running runs, refusals, and texts that contain a script."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Locator, Route, expect

from tests.console.support.person import Person

SCRIPT = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>'&{{7}}"

REFUSED = f"Not now. {SCRIPT}"

USED_BY_PAGE = {
    "connection_id",
    "run_id",
    "resend_of",
    "next",
    "url",
    "example_students",
    "time_zone",
}
"""Keys whose values the page uses in requests, or gives to the browser."""
API_KEYWORD = re.compile(r"[a-z_]+|\d{4}-\d\d-\d\d.*|\d\d:\d\d")
"""Fixed words and times, which cannot contain free text."""


def poisoned(value: Any, key: str = "") -> Any:
    """Return the value with the script appended to every text that a person could have entered."""
    if key == "codes" and isinstance(value, list):  # of pairs, whose keys have other uses elsewhere
        return [{name: text + SCRIPT for name, text in pair.items()} for pair in value]
    if isinstance(value, list):
        return [poisoned(one, key) for one in value]
    if isinstance(value, dict):
        return {name: poisoned(one, name) for name, one in value.items()}
    if not isinstance(value, str) or key in USED_BY_PAGE or API_KEYWORD.fullmatch(value):
        return value
    return value + SCRIPT


def poison(route: Route) -> None:
    """Fulfill with the API's response, with scripts in its texts."""
    answer = route.fetch()
    is_json = answer.headers.get("content-type", "").startswith("application/json")
    if is_json and answer.body():
        route.fulfill(response=answer, json=poisoned(answer.json()))
    else:
        route.fulfill(response=answer)


def as_operator(route: Route) -> None:
    """Fulfill with the API's response, but make the person an operator."""
    if route.request.url.endswith("/v1/me"):
        route.fulfill(json=route.fetch().json() | {"is_operator": True})
    else:
        route.continue_()


@contextmanager
def answering(
    person: Person, ending: str, method: str, answer: Callable[[Route], None]
) -> Iterator[None]:
    """Answer requests to paths with this ending (a regular expression) inside the block.

    Afterwards the route stays and passes requests on: a route that is removed while it fetches
    a response cannot fulfill it.
    """
    is_over = False

    def of_method(route: Route) -> None:
        if route.request.method == method and not is_over:
            answer(route)
        else:
            route.fallback()

    person.page.route(re.compile(rf"{ending}(\?.*)?$"), of_method)
    try:
        yield
    finally:
        is_over = True


@contextmanager
def saying(person: Person, ending: str, **now: Any) -> Iterator[None]:
    """Replace these keys in the API's responses from there."""

    def answer(route: Route) -> None:
        route.fulfill(json=route.fetch().json() | now)

    with answering(person, ending, "GET", answer):
        yield


@contextmanager
def going_on(person: Person, **how: Any) -> Iterator[None]:
    """Show every run as in progress, or with these keys: `phase="2025: mapping"`."""
    now = {"status": "in_progress", "finished_at": None} | how
    with saying(person, "/exports/[^/?]+", **now):
        yield


def refuse(route: Route) -> None:
    """Fulfill with an error that has a script in each of its texts."""
    problems = [{"path": f"elsewhere[0].{SCRIPT}", "message": SCRIPT}]
    error = {"code": "access_denied", "message": REFUSED, "problems": problems}
    route.fulfill(status=403, json={"error": error})


@contextmanager
def refusing(person: Person, ending: str, method: str = "POST") -> Iterator[None]:
    """Refuse requests of a method to paths with this ending."""
    with answering(person, ending, method, refuse):
        yield


@contextmanager
def holding(person: Person, ending: str, method: str = "POST") -> Iterator[None]:
    """Hold requests back inside the block, and pass them on at its end."""
    held: list[Route] = []
    with answering(person, ending, method, held.append):
        yield
        for route in held:
            route.continue_()


def is_refused(person: Person, container: Locator | None = None) -> None:
    """Check that the page shows the refusal, and that this state passes every check."""
    alert = (container or person.page.get_by_role("main")).get_by_role("alert")
    expect(alert.filter(has_text="Not now.").first).to_contain_text(REFUSED)
    person.check()


def as_text(person: Person) -> int:
    """Count the script in the text and fields of the page's main part; it is an element nowhere."""
    expect(person.page.locator("img")).to_have_count(0)
    assert person.page.title() != "run"
    main = person.page.get_by_role("main")
    fields = main.locator("input, textarea").evaluate_all("all => all.map(({value}) => value)")
    return "".join([main.inner_text(), *fields]).count(SCRIPT)


UNFILLED = """(boxes, text) => boxes.flatMap(
    (box, index) => box.checkVisibility() && box.value !== text ? [index] : [])"""


def fill_all(container: Locator) -> int:
    """Write the script into every text box that does not have it; return their number."""
    others = ("checkbox", "radio", "file", "date", "time")
    not_text = ", ".join(f"[type={one}]" for one in others)
    boxes = container.locator(f"textarea, input:not({not_text})")
    empty: list[int] = boxes.evaluate_all(UNFILLED, SCRIPT)
    for number in empty:
        boxes.nth(number).fill(SCRIPT)
    return len(empty)
