"""Field Mapping as the customer's article describes it, by mouse, by keyboard and on a phone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.console.support.answers import REFUSED, answering, as_text, is_refused, refusing
from tests.console.support.mapping_page import (
    TO,
    act,
    file_settings,
    names,
    open_mapping,
    options,
    row,
    save,
    saved,
    source,
    value,
)
from tests.console.support.person import PHONE, Person
from tests.stack.support.district import District, registration

type Visit = Callable[..., Person]


def student(student_id: str, fname: str = "Ann", **more: str) -> dict[str, Any]:
    one = registration(student_id, fname)
    one["data"]["students"] |= more
    return one


@pytest.fixture
def examples(district: District) -> None:
    district.sync(student("7", "Ann", grade="K"), student("8", "José", grade="PK"))
    district.change(example_students=["7", "8"])


@pytest.fixture
def ada(visit: Visit, district: District, examples: None) -> Person:
    """A person on the mapping page."""
    person = visit()
    open_mapping(person, district)
    return person


def test_moving_duplicating_and_deleting_fields_can_be_undone(
    ada: Person, district: District
) -> None:
    expect(value(ada, 2)).to_have_text("Ann")

    options(ada, 3)
    ada.press(row(ada, 3).get_by_text("All parts of a format"))
    menu = row(ada, 1).get_by_role("button", name="Actions of")
    ada.press(menu)
    ada.sees(ada.page.get_by_role("menuitem", name="Duplicate"))
    ada.check()
    ada.page.keyboard.press("Escape")
    expect(menu).to_be_focused()
    act(ada, 3, "Move up")
    expect(row(ada, 2).get_by_role("button", name="Actions of")).to_be_focused()
    act(ada, 1, "Duplicate")
    assert names(ada) == ["ID", "ID_2", "DOB", "First"]
    expect(source(ada, 2)).to_be_focused()
    act(ada, 4, "Delete")
    expect(row(ada, 3).get_by_role("button", name="Actions of")).to_be_focused()
    assert names(ada) == ["ID", "ID_2", "DOB"]
    ada.press(ada.button("Undo"))

    expect(row(ada, 4)).to_be_visible()
    save(ada, 2)
    assert [field["to"] for field in saved(district)[0]["fields"]] == ["ID", "ID_2", "DOB", "First"]


@pytest.mark.usefixtures("examples")
def test_a_field_is_mapped_by_keyboard_on_the_card_of_a_phone(
    visit: Visit, district: District
) -> None:
    ada = visit(viewport=PHONE)
    open_mapping(ada, district)
    press, write = ada.page.keyboard.press, ada.page.keyboard.type
    expect(value(ada, 3)).to_have_text("4/5/2015")
    expect(row(ada, 1).get_by_text("Mapped Value")).to_be_visible()

    ada.tab_to(ada.page.get_by_role("tab", name="Field Mapping"))
    ada.tab_to(ada.button("Add Field"))
    press("Enter")
    expect(source(ada, 4)).to_be_focused()
    write("grade")
    press("ArrowDown")
    press("Enter")
    expect(source(ada, 4)).to_have_value("students.grade")
    press("Tab")
    write("Tr")  # Transformation
    press("Tab")
    write("Grade")
    ada.tab_to(row(ada, 4).get_by_role("combobox", name="Add a transformation"))
    write("lower")
    press("Enter")
    expect(value(ada, 4)).to_have_text("k")
    expect(row(ada, 4).get_by_role("button", name="Move Step 1: Lower up")).to_be_disabled()
    ada.tab_to(row(ada, 4).get_by_role("button", name="Actions of"))
    press("Enter")
    expect(ada.page.get_by_role("menuitem", name="Move up")).to_be_focused()
    press("Enter")
    expect(row(ada, 3).get_by_role("button", name="Actions of")).to_be_focused()
    ada.check()
    ada.tab_to(ada.button("Save"))
    press("Enter")

    ada.sees(ada.page.get_by_text("Version 2, saved by"))
    field = saved(district)[0]["fields"][2]
    assert (field["to"], field["transformations"]) == ("Grade", [{"type": "lower"}])


def test_limited_access_reads_the_mapping_and_changes_nothing(
    visit: Visit, district: District, examples: None
) -> None:
    lin = visit("limited_access")
    open_mapping(lin, district)

    field = lin.page.get_by_role("listitem", name="Field 3: DOB")
    expect(field).to_contain_text("4/5/2015")
    expect(field).to_contain_text("Date: YYYY-MM-DD, M/D/YYYY")
    lin.sees(lin.page.get_by_text("People with Full Access to this district can change it."))
    lin.sees(lin.page.get_by_text("Version 1, saved by"))
    expect(lin.page.get_by_role("main").get_by_role("textbox")).to_have_count(0)
    expect(lin.button("Save")).to_have_count(0)
    lin.check()
    lin.press_entry(lin.button("Mapping"), "Older versions")
    lin.sees(lin.dialog("Older versions").get_by_text("Version 1 (current)"))
    lin.check()
    lin.press(lin.button("Close").last)
    lin.press_entry(lin.button("Mapping"), "Export as YAML")
    lin.sees(lin.dialog("Export as YAML").get_by_role("textbox", name="YAML"))
    lin.check()
    lin.press(lin.button("Close").last)
    lin.press(lin.page.get_by_role("tab", name="Registration Examples"))
    lin.sees(lin.page.get_by_text("8 · José"))
    expect(lin.page.get_by_role("main").get_by_role("textbox")).to_have_count(0)
    lin.check()
    lin.go(f"#{district.path}/mapping?file=students.csv&field=rows")
    expect(lin.page.get_by_role("region", name="File Settings")).to_be_focused()
    lin.go(f"#{district.path}/mapping?file=students.csv&field=Gone")
    lin.sees(lin.page.get_by_text("This file no longer has a field named Gone."))
    lin.check()


def test_an_issue_is_shown_at_its_control_once_its_row_was_left(
    ada: Person, district: District
) -> None:
    ada.write(row(ada, 1).get_by_label(TO), "First")
    ada.write(source(ada, 3), "")

    expect(row(ada, 2).get_by_label(TO)).to_have_accessible_description(re.compile("only once"))
    expect(ada.page.get_by_role("tab", name="students.csv")).to_contain_text("1 issue")
    expect(source(ada, 3)).not_to_have_attribute("aria-invalid", "true")  # somebody still writes
    ada.page.keyboard.press("Shift+Tab")
    expect(source(ada, 3)).to_have_accessible_description(re.compile("^Select an Enroll field"))
    expect(value(ada, 1)).to_have_text("7")
    expect(ada.page.get_by_role("tab", name="students.csv")).to_contain_text("2 issues")
    ada.press(ada.button("Save"))
    ada.sees(ada.page.get_by_text("Not saved. Fix these 2 issues first"))
    expect(row(ada, 2).get_by_label(TO)).to_be_focused()
    ada.check()
    issues = ada.page.get_by_role("region", name="Issues")
    expect(issues).to_be_in_viewport(ratio=1)
    ada.press(issues.get_by_role("button", name="students, DOB"))
    expect(source(ada, 3)).to_be_focused()
    ada.check()
    assert [field["to"] for field in saved(district)[0]["fields"]] == ["ID", "First", "DOB"]

    ada.write(row(ada, 1).get_by_label(TO), "ID")
    ada.write(source(ada, 3), "students.dob")
    options(ada, 2)
    ada.write(row(ada, 2).get_by_label("Pattern"), "(")
    options(ada, 2)
    ada.tab_to(source(ada, 1))
    ada.press(ada.button("1 issue – show"))
    expect(row(ada, 2).get_by_label("Pattern")).to_be_focused()  # its options were closed
    ada.press(row(ada, 2).get_by_text("Checks and default"))
    ada.press(ada.button("1 issue – show"))
    expect(row(ada, 2).get_by_label("Pattern")).to_be_focused()
    ada.write(row(ada, 2).get_by_label("Pattern"), "")

    file_settings(ada)
    ada.write(ada.field("Text Identifier"), "None")
    ada.press(ada.page.get_by_text("More settings"))
    ada.write(ada.field("Quoting"), "Around every value")
    ada.tab_to(source(ada, 1))
    expect(ada.field("Quoting")).to_have_accessible_description(
        re.compile("enter “Only where needed” here, or .* as “Text Identifier”.$")
    )
    ada.write(ada.field("Field Separator"), "Another character")
    expect(ada.field("Separating character")).to_have_attribute("aria-invalid", "true")
    ada.write(ada.field("Rows"), "One row for each different value")
    expect(ada.page.get_by_role("combobox", name="Field", exact=True)).to_have_attribute(
        "aria-invalid", "true"
    )
    ada.check()
    ada.write(ada.field("Separating character"), "~")
    ada.write(ada.field("Rows"), "One row for each student")
    ada.press(ada.page.get_by_text("More settings"))
    ada.press(ada.button("1 issue – show"))
    expect(ada.field("Quoting")).to_be_focused()


def test_a_press_that_leaves_an_unfinished_row_is_not_lost(ada: Person) -> None:
    """The problems of the row would move the button away between the two halves of the press."""
    before = names(ada)

    ada.button("Add Field").click()
    expect(source(ada, len(before) + 1)).to_be_focused()
    ada.button("Undo").click()
    expect(source(ada, len(before) + 1)).to_have_count(0)

    ada.button("Add Field").click()
    expect(source(ada, len(before) + 1)).to_be_focused()
    ada.button("Add Field").click()
    expect(source(ada, len(before) + 2)).to_be_focused()
    expect(source(ada, len(before) + 1)).to_have_attribute("aria-invalid", "true")

    ada.button("Save").click()
    ada.sees(ada.page.get_by_text(re.compile("^Not saved. Fix th")))


@pytest.mark.parametrize("button", [0, 2])
def test_a_press_without_an_end_delays_no_issue(ada: Person, button: int) -> None:
    """The list of a select, or a context menu, takes the pointerup."""
    before = names(ada)
    ada.press(ada.button("Add Field"))
    added = source(ada, len(before) + 1)
    expect(added).to_be_focused()

    added.dispatch_event("pointerdown", {"button": button})
    ada.page.keyboard.press("Shift+Tab")

    expect(added).to_have_attribute("aria-invalid", "true")


def test_a_refused_or_failed_save_keeps_the_draft(ada: Person, district: District) -> None:
    """The service may refuse the mapping, or be unavailable."""
    said = ada.page.get_by_role("alert").filter(has_text=re.compile("Not saved|Nothing was saved"))
    with refusing(ada, "/mapping", "PUT"), refusing(ada, "/preview"):
        ada.write(row(ada, 1).get_by_label(TO), "Number")
        ada.sees(ada.page.get_by_text("The mapped values could not be shown"))
        ada.press(ada.button("Save"))
        expect(said).to_contain_text(REFUSED)
        expect(ada.page.locator("#general-problems")).to_be_focused()
        is_refused(ada)
        assert as_text(ada) > 2
    with answering(ada, "/mapping", "PUT", lambda route: route.abort()):
        ada.page.evaluate("scrollTo(0, 0)")
        ada.press(ada.button("Save"))
        expect(said).to_contain_text("We can't reach the service.")
        expect(said).to_be_in_viewport(ratio=1)
        expect(ada.button("Save")).to_be_focused()
        ada.check()
    held: list[Route] = []
    with answering(ada, "/mapping", "PUT", held.append):
        ada.press(ada.button("Save"))
        ada.press(ada.page.get_by_role("tab", name="Registration Examples"))
        ada.sees(ada.page.get_by_role("combobox", name="Student ID"))
        held.pop().abort()
        toast = ada.page.locator(".toast.bad")
        expect(toast).to_contain_text("The mapping was not saved: We can't reach the service")
        ada.check()
    ada.press(ada.page.get_by_role("tab", name="Field Mapping"))
    save(ada, 2)

    expect(said).to_have_count(0)
    assert saved(district)[0]["fields"][0]["to"] == "Number"

    ada.go(f"#{district.path}/mapping?file=students.csv&field=rows")  # as a run links to it
    expect(ada.page.get_by_text("More settings")).to_be_focused()
    expect(ada.field("Quoting")).to_be_visible()
