"""Nothing runs, whatever stands in a field: each text that the API answers ends in a script."""

import copy
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Route, expect

from registration_sync.domain.transformations import TRANSFORMATIONS
from tests.console.mapping_page import TYPE, open_mapping, options, row, value
from tests.console.person import Person
from tests.stack.district import MAPPING, District, registration

type Visit = Callable[..., Person]

SCRIPT = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>'&{{7}}"

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
    answer = route.fetch()
    if answer.headers.get("content-type", "").startswith("application/json"):
        route.fulfill(response=answer, json=poisoned(answer.json()))
    else:
        route.fulfill(response=answer)


@pytest.fixture
def runs(district: District) -> dict[str, str]:
    """A past with all that can be shown: the addresses of runs by what is in them."""
    mapping = copy.deepcopy(MAPPING)
    (file,) = mapping["files"]
    file |= {"name": "Pupils", "where": [{"field": "students.fname", "not_equal": "Nobody"}]}
    codes = {"mapping_type": "match_codes", "codes": {"Ann": "A1"}, "unmatched": "keep"}
    file["fields"][1] |= codes
    saved = district.stack.call("PUT", f"{district.path}/mapping", mapping, role="full_access")
    assert saved.status == 200, saved.body
    late = registration("2", "Ben")
    late["data"]["students"]["dob"] = "Soon"
    district.sync(registration("1", "Ann"), registration("3", "Cal"), late)
    district.change(sis="Skyward", example_students=["1"], password="wrong")
    failed = district.export()
    district.change(password=district.stack.sftp.password)
    partial = district.export()
    district.change(guards={"unmatched": {"action": "hold", "count": 0}})
    district.sync(registration("3", "Cy"))
    held = district.export()
    answer = district.stack.call("POST", f"{district.path}/check", {}, role="full_access")
    check = district.finished(answer.json()["run_id"])
    found = {"failed": failed, "partial": partial, "held": held, "check": check}
    return {name: f"#{district.path}/runs/{run['run_id']}" for name, run in found.items()}


def as_text(ada: Person) -> int:
    """How often the script stands on the page as text; made into elements it does nowhere."""
    expect(ada.page.locator("img")).to_have_count(0)
    assert ada.page.title() != "run"
    return ada.page.locator("body").inner_text().count(SCRIPT)


def test_nothing_that_the_api_says_runs(
    visit: Visit, district: District, runs: dict[str, str]
) -> None:
    of = f"#{district.path}"
    ada = visit(path=f"{of}/schedule", api=poison)
    ada.sees(ada.page.get_by_text(ada.user.username + SCRIPT))
    pages = {
        f"{of}/students?list=held": "The value is not a date",
        f"{of}/students?id=1": "Pupils.csv",
        f"{of}/runs": f"By {ada.user.username}",
        runs["partial"]: "Cal",
        runs["failed"]: "Check the user name",
        runs["held"]: "without a match code",
        runs["check"]: "pinned",
        f"{of}/check": "pinned",
        f"{of}/schedule": "Nightly",
        f"{of}/settings": "Host keys",
        "#/new": "Name",
        "#/": "to be mended",
    }
    for path, shown in pages.items():
        ada.go(path)
        expect(ada.page.get_by_role("main")).to_contain_text(shown)
        assert as_text(ada) > 0, path
    for entry in ("Download last files", "Delete"):
        ada.choose(entry)
        expect(ada.dialog(entry)).to_contain_text(SCRIPT)
        as_text(ada)
        ada.page.keyboard.press("Escape")

    ada.go(f"{of}/mapping")
    expect(value(ada, 1)).to_contain_text(SCRIPT)
    for number in (1, 2, 3):
        options(ada, number)
    ada.page.get_by_text("More settings").click()
    expect(row(ada, 2).get_by_label("Code in the file 1")).to_have_value(f"A1{SCRIPT}")
    assert as_text(ada) > 0
    ada.button("Send Record").click()
    expect(ada.dialog("Send Record")).to_contain_text(SCRIPT)
    as_text(ada)
    ada.page.keyboard.press("Escape")
    ada.button("Mapping").click()
    ada.page.get_by_role("menuitem", name="Older versions").click()
    ada.button("Compare version 1").click()
    expect(ada.dialog("Older versions").locator(".differences")).to_contain_text(f"A1{SCRIPT}")
    as_text(ada)
    ada.page.unroute_all(behavior="wait")


def test_nothing_that_an_address_or_a_person_brings_runs(visit: Visit, district: District) -> None:
    district.sync(registration("1"))
    run = district.export()
    text, of = quote(SCRIPT, safe=""), f"#{district.path}"
    ada = visit()
    addresses = {
        f"#/{text}": "There is no such page",
        f"#/connections/{text}/students": "no such method and path",
        f"{of}/runs/{text}": "no such method and path",
        f"{of}/runs?kind={text}&status={text}&from={text}&to={text}&school_year={text}": "kind",
        f"{of}/students?year={text}&list={text}": "Every student accounted for",
        f"{of}/students?id={text}": "A student id is",
        f"{of}/mapping?tab={text}": "No example student is chosen",
        f"{of}/mapping?file={text}": SCRIPT,
        f"{of}/mapping?file=students.csv&field={text}": f"has no field {SCRIPT}",
    }
    for address, shown in addresses.items():
        ada.go(address)
        expect(ada.page.get_by_role("main")).to_contain_text(shown)
        as_text(ada)
    ada.check()
    ada.go(f"{of}/runs/{run['run_id']}")
    ada.button("Send again").click()
    ada.field("Some students").check()
    ada.field("Student ids").fill(SCRIPT)
    ada.dialog("Send again").get_by_role("button", name="Send again").click()
    expect(ada.dialog("Send again").get_by_role("alert")).not_to_be_empty()
    as_text(ada)
    ada.page.goto(f"{ada.stack.console_url}?error={text}&error_description={text}&state={text}")
    ada.sees(ada.heading("You are not signed in"))
    as_text(ada)


def fill_all(place: Locator) -> int:
    """Writes the script into all that takes text there; how many they are."""
    boxes = place.locator("textarea, input:not([type=checkbox], [type=radio], [type=file])")
    boxes = boxes.locator("visible=true")
    for number in range(count := boxes.count()):
        boxes.nth(number).fill(SCRIPT)
    return count


def test_nothing_that_is_written_in_a_form_of_the_mapping_runs(
    visit: Visit, district: District
) -> None:
    district.sync(registration("1"))
    district.change(example_students=["1"])
    ada = visit()
    main = ada.page.get_by_role("main")
    open_mapping(ada, district)
    row(ada, 2).get_by_label(TYPE).select_option("Transformation")
    for made in TRANSFORMATIONS.values():  # in one chain, whatever that would make of a value
        row(ada, 2).get_by_role("button", name="Add a transformation").click()
        ada.page.get_by_role("menuitem", name=made.title, exact=True).click()
    row(ada, 1).get_by_label(TYPE).select_option("Match Codes")
    options(ada, 3)  # those of the others have opened
    for number in (1, 2, 3):
        row(ada, number).get_by_text("Checks and default").click()
    row(ada, 3).get_by_label("Default", exact=True).check()
    ada.page.get_by_text("More settings").click()
    ada.button("Add a condition").click()
    ada.check()
    assert fill_all(main) > 40
    assert as_text(ada) > 0
    ada.check()

    for entry in ("One zip of all files", "Import YAML"):
        ada.button("Mapping").click()
        ada.page.get_by_role("menuitem", name=entry).click()
        form = ada.dialog(entry)
        if entry == "One zip of all files":
            form.get_by_label("Deliver all files as one zip").check()
            form.get_by_label("With a manifest").check()
        assert fill_all(form) > 0
        as_text(ada)
        ada.check()
        ada.page.keyboard.press("Escape")
