"""Field Mapping as the customer's article tells it, by mouse, by keyboard and on a phone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.console.mapping_page import (
    TO,
    act,
    names,
    open_mapping,
    options,
    row,
    save,
    saved,
    source,
    value,
)
from tests.console.person import PHONE, Person
from tests.stack.district import District, registration

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
    """Who has the mapping in front of her."""
    person = visit()
    open_mapping(person, district)
    return person


def test_fields_are_moved_duplicated_and_deleted_and_that_is_undone(
    ada: Person, district: District
) -> None:
    expect(value(ada, 2)).to_have_text("Ann")

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
def test_a_field_is_mapped_by_keyboard_alone_on_a_phone_where_it_is_a_card(
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
    ada.tab_to(row(ada, 4).get_by_role("button", name="Add a transformation"))
    press("Enter")
    expect(ada.page.get_by_role("menuitem", name="Date")).to_be_focused()
    write("l")  # Lower
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


def test_limited_access_reads_all_of_it_and_changes_nothing(
    visit: Visit, district: District, examples: None
) -> None:
    lin = visit("limited_access")
    open_mapping(lin, district)

    field = lin.page.get_by_role("listitem", name="Field 3: DOB")
    expect(field).to_contain_text("4/5/2015")
    expect(field).to_contain_text("Date: YYYY-MM-DD, M/D/YYYY")
    lin.sees(lin.page.get_by_text("People with Full Access to this district may change it."))
    lin.sees(lin.page.get_by_text("Version 1, saved by"))
    expect(lin.page.get_by_role("main").get_by_role("textbox")).to_have_count(0)
    expect(lin.button("Save")).to_have_count(0)
    lin.check()
    lin.page.get_by_role("tab", name="Registration Examples").click()
    lin.sees(lin.page.get_by_text("8 · José"))
    expect(lin.page.get_by_role("main").get_by_role("textbox")).to_have_count(0)
    lin.check()


def test_a_mistake_stands_at_its_control_and_what_is_not_saved_is_not_lost_by_a_link(
    ada: Person, district: District
) -> None:
    row(ada, 1).get_by_label(TO).fill("First")
    source(ada, 3).fill("")

    expect(row(ada, 2).get_by_label(TO)).to_have_accessible_description(re.compile("stands once"))
    expect(source(ada, 3)).to_have_accessible_description(
        re.compile("^This is missing: write the field")
    )
    expect(value(ada, 1)).to_have_text("7")
    expect(ada.page.get_by_role("tab", name="students.csv")).to_contain_text("2 mistakes")
    ada.check()
    ada.button("Save").click()
    ada.sees(ada.page.get_by_text("The mapping has 2 mistakes."))
    expect(row(ada, 2).get_by_label(TO)).to_be_focused()
    assert [field["to"] for field in saved(district)[0]["fields"]] == ["ID", "First", "DOB"]

    row(ada, 1).get_by_label(TO).fill("ID")
    source(ada, 3).fill("students.dob")
    options(ada, 2)
    row(ada, 2).get_by_label("Pattern").fill("(")
    options(ada, 2)
    ada.press(ada.button("1 mistake: show"))
    expect(row(ada, 2).get_by_label("Pattern")).to_be_focused()  # its row was closed
    row(ada, 2).get_by_text("Checks and default").click()
    ada.press(ada.button("1 mistake: show"))
    expect(row(ada, 2).get_by_label("Pattern")).to_be_focused()
    row(ada, 2).get_by_label("Pattern").fill("")

    ada.field("Text Identifier").select_option("None")
    ada.page.get_by_text("More settings").click()
    ada.field("Quoting").select_option("Around every value")
    expect(ada.field("Quoting")).to_have_accessible_description(
        re.compile("write “Only where it is needed” here, or .* as “Text Identifier”.$")
    )
    ada.page.get_by_text("More settings").click()
    ada.press(ada.button("1 mistake: show"))
    expect(ada.field("Quoting")).to_be_focused()

    ada.link("Connections").click()
    ada.sees(ada.dialog("Leave without saving?"))
    ada.button("Cancel").click()
    expect(ada.field("Quoting")).to_have_value("always")
