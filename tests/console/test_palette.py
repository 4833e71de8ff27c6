"""The search over connections and pages, and Ctrl+S, by keyboard alone."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.console.support.answers import as_text, poison
from tests.console.support.person import PHONE, Person
from tests.stack.support.district import District, new_district

type Visit = Callable[..., Person]


def test_connections_pages_and_students_are_a_shortcut_away(
    visit: Visit, district: District
) -> None:
    town = district.connection["district"]
    other = new_district(district.stack, district=town, name="Escuela José")
    ada = visit()
    ada.sees(ada.card.first)
    press = ada.page.keyboard.press
    box = ada.page.get_by_role("combobox", name="Connection, page or student")
    options = ada.page.get_by_role("option")

    press("Control+k")
    expect(box).to_be_focused()
    expect(options).to_have_count(5)
    ada.check()
    box.fill("jose sched")
    expect(options.first).to_have_text("Schedule of Escuela José")
    press("Enter")
    ada.sees(ada.page.get_by_role("switch", name="Schedule Export: Registrations"))

    ada.press(ada.page.get_by_role("switch", name="Schedule Export: Registrations"))
    press("Control+s")
    expect(ada.page.get_by_text("Not saved yet", exact=True)).to_have_count(0)
    shown = district.stack.call("GET", f"{other.path}/schedule", role="full_access").json()
    assert shown["enabled"] is True

    ada.press(ada.button("Search"))
    expect(options.first).to_contain_text("Escuela José")
    box.fill("evans")
    press("ArrowUp")
    expect(options.first).to_have_text("Find “evans” in the students of Escuela José")
    press("ArrowDown")
    ada.check()
    press("Enter")
    ada.sees(ada.heading("No student found for “evans”"))
    assert "evans" not in ada.page.url
    press("Control+k")
    press("Escape")
    expect(ada.page.get_by_role("dialog")).to_have_count(0)


def test_texts_in_the_search_stay_texts_on_a_phone(visit: Visit) -> None:
    ada = visit(api=poison, viewport=PHONE)
    ada.press(ada.button("Search"))
    expect(ada.page.get_by_role("option").first).to_contain_text("<script>")
    ada.check()
    as_text(ada)
    ada.page.unroute_all(behavior="wait")
