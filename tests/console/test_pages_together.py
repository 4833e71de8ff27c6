"""Pages one after the other: style sheets, history, addresses, and states under the mouse."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.console.support.mapping_page import open_mapping
from tests.console.support.person import DRAWN, Person
from tests.stack.support.district import District

type Visit = Callable[..., Person]

HEADINGS = {
    "mapping?tab=fields": "Export Student Mapping",
    "settings": "Settings",
    "check": "Check Connection",
    "schedule": "Schedule",
    "students": "Students",
    "runs": "History",
}

BOXES = """() => [...document.querySelectorAll("main button, main input, main summary, main h2")]
    .map((one) => [one.getBoundingClientRect(), getComputedStyle(one).fontWeight])
    .map(([{ x, width, height }, weight]) => [x, width, height, weight].join(" "))"""


BUTTONS = """() => {
    for (const kind of ["", "primary", "danger", "quiet"]) {
        const button = document.createElement("button");
        const given = { className: `button ${kind}`, textContent: `try ${kind}` };
        Object.assign(button, given, { ariaDisabled: "true" });
        document.querySelector("main").append(button);
    }
}"""
LOOKS = """(one) => {
    const { color, backgroundColor } = getComputedStyle(one);
    return color + backgroundColor;
}"""


def show(person: Person, district: District, page: str) -> None:
    """Open a page of the connection."""
    person.go(f"#/connections/{district.connection_id}/{page}")
    person.sees(person.page.get_by_role("heading", level=1, name=HEADINGS[page]))


def boxes_at_rest(person: Person) -> list[str]:
    """Where the controls of a new document are, once it has all responses and nothing moves."""
    person.page.wait_for_load_state("networkidle")
    seen: list[list[str]] = []
    for _ in range(100):
        seen.append(person.page.evaluate(BOXES))
        if seen[-1] and seen[-5:] == [seen[-1]] * 5:
            return seen[-1]
        person.page.wait_for_timeout(200)
    raise AssertionError("the page does not come to rest")


def boxes_once(person: Person, expected: list[str]) -> list[str]:
    """Where the page's controls are, once they stay as expected, or after ten seconds."""
    for _ in range(100):
        if (seen := person.page.evaluate(BOXES)) == expected:
            person.page.evaluate(DRAWN)
            if (seen := person.page.evaluate(BOXES)) == expected:
                break
        person.page.wait_for_timeout(100)
    return seen


def test_a_page_looks_the_same_whatever_was_shown_before(visit: Visit, district: District) -> None:
    alone = {}
    person = visit()
    for page in HEADINGS:
        person.return_to(f"#/connections/{district.connection_id}/{page}")  # a new document
        show(person, district, page)
        alone[page] = boxes_at_rest(person)

    for page in (*HEADINGS, *reversed(HEADINGS)):
        show(person, district, page)
        assert boxes_once(person, alone[page]) == alone[page], page


def test_a_button_that_cannot_be_pressed_looks_the_same_under_the_mouse(visit: Visit) -> None:
    person = visit()
    person.page.evaluate(BUTTONS)

    for button in person.page.get_by_role("button", name=re.compile("^try")).all():
        person.page.mouse.move(0, 0)
        before = button.evaluate(LOOKS)
        button.hover(force=True)
        assert button.evaluate(LOOKS) == before


def test_staying_on_an_unsaved_page_leaves_the_history_as_it_was(
    visit: Visit, district: District
) -> None:
    ada = visit()
    show(ada, district, "runs")
    show(ada, district, "settings")
    ada.field("Name").first.fill("Changed")
    length = ada.page.evaluate("history.length")

    ada.link("Schedule").click()
    ada.page.get_by_role("dialog", name="Discard unsaved changes?").wait_for()
    ada.button("Keep editing").click()
    expect(ada.field("Name").first).to_have_value("Changed")
    assert ada.page.evaluate("history.length") == length

    ada.page.evaluate("history.back()")
    ada.page.get_by_role("dialog", name="Discard unsaved changes?").wait_for()
    ada.button("Discard").click()
    ada.sees(ada.heading("History"))
    ada.page.evaluate("history.forward()")
    ada.sees(ada.heading("Settings"))


def test_the_tab_follows_the_address(visit: Visit, district: District) -> None:
    ada = visit()
    open_mapping(ada, district, "?tab=examples")
    examples = ada.page.get_by_role("tab", name="Registration Examples")
    fields = ada.page.get_by_role("tab", name="Field Mapping")
    expect(examples).to_have_attribute("aria-selected", "true")

    ada.go(f"#/connections/{district.connection_id}/mapping?tab=fields")
    expect(fields).to_have_attribute("aria-selected", "true")


def test_a_time_zone_is_selected_by_a_word_and_enter(visit: Visit) -> None:
    ada = visit(path="#/new")
    zone = ada.page.get_by_role("combobox", name="Time zone")

    for typed, found in {"central": "America/Chicago", "hawaii": "Pacific/Honolulu"}.items():
        zone.fill(typed)
        zone.press("Enter")
        expect(zone).to_have_value(found)


def test_a_list_that_opens_near_the_edge_stays_inside_the_window(
    visit: Visit, district: District
) -> None:
    ada = visit(path="#/new")
    zone = ada.page.get_by_role("combobox", name="Time zone")
    zone.wait_for()
    at = zone.bounding_box()
    assert at
    height = int(at["y"] + at["height"]) + 60
    ada.page.set_viewport_size({"width": 1280, "height": height})
    zone.click()
    opened = ada.page.get_by_role("listbox", name="Time zone")
    expect(opened).to_be_in_viewport(ratio=0.99)
    found, at = opened.bounding_box(), zone.bounding_box()
    assert found
    assert at
    assert found["y"] + found["height"] <= at["y"]  # above the field

    ada.go("#/")
    menu = ada.card.get_by_role("button", name="Actions of")
    at = menu.bounding_box()
    assert at
    ada.page.set_viewport_size({"width": 375, "height": int(at["y"] + at["height"]) + 60})
    menu.click()
    entries = ada.page.get_by_role("menu")
    expect(entries).to_be_in_viewport(ratio=0.99)
    ada.page.keyboard.press("End")
    expect(ada.page.get_by_role("menuitem").last).to_be_in_viewport(ratio=0.99)
