"""What the API answers seldom: runs that go on, refusals, and texts with a script in them."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Locator, Route, expect

from tests.console.person import Person

SCRIPT = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>'&{{7}}"

REFUSED = f"Not now. {SCRIPT}"

STEERS = {"connection_id", "run_id", "resend_of", "next", "url", "example_students", "time_zone"}
"""Keys whose values the page asks with, or gives to the browser."""
WORD_OF_THE_API = re.compile(r"[a-z_]+|\d{4}-\d\d-\d\d.*|\d\d:\d\d")
"""Such as succeeded, or a moment: nobody fills these."""


def poisoned(value: Any, key: str = "") -> Any:
    """The same, with the script at the end of every text that somebody could have filled."""
    if isinstance(value, list):
        return [poisoned(one, key) for one in value]
    if isinstance(value, dict):
        ending = SCRIPT if key == "codes" else ""
        return {f"{name}{ending}": poisoned(one, name) for name, one in value.items()}
    if not isinstance(value, str) or key in STEERS or WORD_OF_THE_API.fullmatch(value):
        return value
    return value + SCRIPT


def poison(route: Route) -> None:
    """Gives the API's answer with scripts in it."""
    answer = route.fetch()
    if answer.headers.get("content-type", "").startswith("application/json"):
        route.fulfill(response=answer, json=poisoned(answer.json()))
    else:
        route.fulfill(response=answer)


def as_operator(route: Route) -> None:
    """Lets everything pass, and makes the person an operator to the page."""
    if route.request.url.endswith("/v1/me"):
        route.fulfill(json=route.fetch().json() | {"is_operator": True})
    else:
        route.continue_()


@contextmanager
def answering(
    person: Person, ending: str, method: str, answer: Callable[[Route], None]
) -> Iterator[None]:
    """Meanwhile this answers what is asked so of a path with this ending, a regular expression.

    Afterwards it stays and lets all pass: a route that is taken away while it fetches an answer
    cannot give it any more.
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
    """Meanwhile what is read from there says this, and all else as it is."""

    def answer(route: Route) -> None:
        route.fulfill(json=route.fetch().json() | now)

    with answering(person, ending, "GET", answer):
        yield


@contextmanager
def going_on(person: Person, **how: Any) -> Iterator[None]:
    """Meanwhile every run that is read goes on, or is as this says: `phase="2025: mapping"`."""
    now = {"status": "in_progress", "finished_at": None} | how
    with saying(person, "/exports/[^/?]+", **now):
        yield


def refuse(route: Route) -> None:
    """Gives an error with a script in each of its texts."""
    problems = [{"path": f"elsewhere[0].{SCRIPT}", "message": SCRIPT}]
    error = {"code": "access_denied", "message": REFUSED, "problems": problems}
    route.fulfill(status=403, json={"error": error})


@contextmanager
def refusing(person: Person, ending: str, method: str = "POST") -> Iterator[None]:
    """Meanwhile what is asked so is refused."""
    with answering(person, ending, method, refuse):
        yield


@contextmanager
def holding(person: Person, ending: str, method: str = "POST") -> Iterator[None]:
    """Meanwhile what is asked so has no answer; then it has its own."""
    held: list[Route] = []
    with answering(person, ending, method, held.append):
        yield
        for route in held:
            route.continue_()


def is_refused(person: Person, place: Locator | None = None) -> None:
    """The page says so, there; and this state passes every check."""
    alert = (place or person.page.get_by_role("main")).get_by_role("alert")
    expect(alert.filter(has_text="Not now.").first).to_contain_text(REFUSED)
    person.check()


def as_text(person: Person) -> int:
    """How often the script stands in the page's main part as text, in its fields too; made into
    elements it does nowhere."""
    expect(person.page.locator("img")).to_have_count(0)
    assert person.page.title() != "run"
    main = person.page.get_by_role("main")
    fields = main.locator("input, textarea").evaluate_all("all => all.map(({value}) => value)")
    return "".join([main.inner_text(), *fields]).count(SCRIPT)


NOT_YET_FILLED = """(boxes, text) => boxes.flatMap(
    (box, place) => box.checkVisibility() && box.value !== text ? [place] : [])"""


def fill_all(place: Locator) -> int:
    """Writes the script into all that takes text there and has not got it; how many they are."""
    others = ("checkbox", "radio", "file", "date", "time")
    not_text = ", ".join(f"[type={one}]" for one in others)
    boxes = place.locator(f"textarea, input:not({not_text})")
    empty: list[int] = boxes.evaluate_all(NOT_YET_FILLED, SCRIPT)
    for number in empty:
        boxes.nth(number).fill(SCRIPT)
    return len(empty)
