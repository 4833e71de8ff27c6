"""Field Mapping as the customer's article tells it, by mouse, by keyboard and on a phone."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.console.mapping_page import (
    TO,
    TYPE,
    act,
    names,
    open_mapping,
    options,
    row,
    save,
    saved,
    source,
    tab_to,
    value,
)
from tests.console.person import Person
from tests.stack.district import District, registration

type Visit = Callable[..., Person]

PHONE = {"width": 375, "height": 800}


def student(student_id: str, fname: str = "Ann", **more: str) -> dict[str, Any]:
    one = registration(student_id, fname)
    one["data"]["students"] |= more
    return one


@pytest.fixture
def examples(district: District) -> None:
    district.sync(student("7", "Ann", grade="K"), student("8", "José", grade="PK"))
    district.change(example_students=["7", "8"])


def test_the_articles_instructions_word_for_word(  # noqa: PLR0915  # it has so many
    visit: Visit, district: District
) -> None:
    district.sync(
        student("1001", "Ana", lname="Díaz", grade="K", notes="shy"),
        student("1002", "Ben", lname="O'Neil", grade="PK"),
    )
    ada = visit()

    # The article: click into your card and select the 'Export Student Mapping' option
    ada.choose("Export Student Mapping")
    # The article: Under Registration Examples, enter up to five Student IDs to preview
    expect(ada.page.get_by_role("tab", name="Registration Examples")).to_have_attribute(
        "aria-selected", "true"
    )
    ada.page.get_by_role("combobox", name="Student ID").fill("díaz")
    ada.page.get_by_role("option", name="1001 · Ana Díaz").click()
    ada.page.get_by_role("combobox", name="Student ID").fill("1002")
    ada.button("Add").click()
    ada.sees(ada.page.get_by_text("1002 · Ben O'Neil"))
    ada.check()
    # The article: Save!
    ada.button("Save").click()
    ada.sees(ada.page.get_by_text("Saved", exact=True))
    assert district.connection["example_students"] == ["1001", "1002"]

    # The article: On the Field Mapping tab, click the 'New File' button
    ada.page.get_by_role("tab", name="Field Mapping").click()
    ada.button("New File").click()
    # The article: In the “File Settings” row, complete the fields
    settings = ada.page.get_by_role("region", name="File Settings")
    expect(settings.get_by_label("File Name")).to_be_focused()
    settings.get_by_label("File Name").fill("export")
    expect(settings.get_by_role("combobox", name="File Extension")).to_have_value("CSV")
    settings.get_by_label("Field Separator").select_option("Comma")
    settings.get_by_label("Text Identifier").select_option('Double quotes "')
    # The article: select the Enroll field to be included' ... 'Direct
    source(ada, 1).fill("fna")
    ada.page.get_by_role("option", name="students.fname").click()
    row(ada, 1).get_by_label(TYPE).select_option("Direct")
    row(ada, 1).get_by_label(TO).fill("First_Name")
    # The article: Review the 'Mapped Value' column
    expect(value(ada, 1)).to_have_text("Ana")
    # The article: Use the “+ Add Field” button at the bottom of the page' ... 'Match Codes
    ada.button("Add Field").click()
    expect(source(ada, 2)).to_be_focused()
    source(ada, 2).fill("students.grade")
    row(ada, 2).get_by_label(TYPE).select_option("Match Codes")
    row(ada, 2).get_by_label(TO).fill("Grade_Level")
    row(ada, 2).get_by_label("Value in Enroll 1").fill("K")
    row(ada, 2).get_by_label("Code in the file 1").fill("0")
    expect(value(ada, 2)).to_have_text("0")
    # The article: Transformation: data needs to be re-formatted in a specific way
    ada.button("Add Field").click()
    source(ada, 3).fill("students.dob")
    row(ada, 3).get_by_label(TYPE).select_option("Transformation")
    row(ada, 3).get_by_label(TO).fill("DOB")
    row(ada, 3).get_by_role("button", name="Add a transformation").click()
    ada.page.get_by_role("menuitem", name="Date").click()
    expect(value(ada, 3)).to_have_text("4/5/2015")
    row(ada, 3).get_by_label("Format in the file").fill("YYYY")
    expect(value(ada, 3)).to_have_text("2015")
    # The article: Do Not Map: the field is not included in the export
    ada.button("Add Field").click()
    source(ada, 4).fill("students.notes")
    row(ada, 4).get_by_label(TYPE).select_option("Do Not Map")
    # The article: Overwrite: This option is only available for imports
    options(ada, 4)
    expect(row(ada, 4).get_by_label("Overwrite")).to_have_accessible_description(
        re.compile("^Only for imports")
    )
    expect(ada.page.get_by_role("region", name="Raw line").last).to_contain_text("Ana,0,2015")
    ada.check()
    # The other example: a value without a code is held, in place.
    ada.field("Mapped Value of").select_option("1002 · Ben O'Neil (2025–26)")
    expect(value(ada, 2)).to_contain_text("Held The value has no match code")
    row(ada, 2).get_by_role("button", name="Fill from values found").click()
    expect(row(ada, 2).get_by_label("Value in Enroll 2")).to_have_value("PK")
    row(ada, 2).get_by_label("Code in the file 2").fill("-1")
    expect(value(ada, 2)).to_have_text("-1")
    # The article: SAVE!
    save(ada, 2)

    assert saved(district)[1]["fields"][1]["codes"] == {"K": "0", "PK": "-1"}
    assert saved(district)[1]["fields"][3] == {
        "from": "students.notes",
        "mapping_type": "do_not_map",
    }
    district.export()
    assert district.files()["2025/export.csv"].splitlines() == [
        "First_Name,Grade_Level,DOB",
        "Ana,0,2015",
        "Ben,-1,2015",
    ]


@pytest.mark.usefixtures("examples")
def test_fields_are_moved_duplicated_and_deleted_and_that_is_undone(
    visit: Visit, district: District
) -> None:
    ada = visit()
    open_mapping(ada, district)
    expect(value(ada, 2)).to_have_text("Ann")

    act(ada, 3, "Move up")
    expect(row(ada, 2).get_by_role("button", name="Actions of")).to_be_focused()
    act(ada, 1, "Duplicate")
    assert names(ada) == ["ID", "ID_2", "DOB", "First"]
    expect(source(ada, 2)).to_be_focused()
    act(ada, 4, "Delete")
    expect(row(ada, 3).get_by_role("button", name="Actions of")).to_be_focused()
    assert names(ada) == ["ID", "ID_2", "DOB"]
    ada.button("Undo").click()

    expect(row(ada, 4)).to_be_visible()
    save(ada, 2)
    assert [field["to"] for field in saved(district)[0]["fields"]] == ["ID", "ID_2", "DOB", "First"]


@pytest.mark.usefixtures("examples")
def test_a_field_is_mapped_by_keyboard_alone(visit: Visit, district: District) -> None:
    ada = visit()
    open_mapping(ada, district)
    press, write = ada.page.keyboard.press, ada.page.keyboard.type
    expect(value(ada, 3)).to_have_text("4/5/2015")

    tab_to(ada, ada.page.get_by_role("tab", name="Field Mapping"))
    tab_to(ada, ada.button("Add Field"))
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
    tab_to(ada, row(ada, 4).get_by_role("button", name="Add a transformation"))
    press("Enter")
    expect(ada.page.get_by_role("menuitem", name="Date")).to_be_focused()
    write("l")  # Lower
    press("Enter")
    expect(value(ada, 4)).to_have_text("k")
    expect(row(ada, 4).get_by_role("button", name="Move Step 1: Lower up")).to_be_disabled()
    tab_to(ada, row(ada, 4).get_by_role("button", name="Actions of"), presses=60)
    press("Enter")
    expect(ada.page.get_by_role("menuitem", name="Move up")).to_be_focused()
    press("Enter")
    expect(row(ada, 3).get_by_role("button", name="Actions of")).to_be_focused()
    tab_to(ada, ada.button("Save"), presses=60)
    press("Enter")

    ada.sees(ada.page.get_by_text("Version 2, saved by"))
    field = saved(district)[0]["fields"][2]
    assert (field["to"], field["transformations"]) == ("Grade", [{"type": "lower"}])


@pytest.mark.usefixtures("examples")
def test_on_a_phone_a_field_is_a_card(visit: Visit, district: District) -> None:
    ada = visit(viewport=PHONE)
    open_mapping(ada, district)
    expect(value(ada, 3)).to_have_text("4/5/2015")

    expect(row(ada, 1).get_by_text("Mapped Value")).to_be_visible()
    for number in (1, 3):
        options(ada, number)
    row(ada, 1).get_by_label(TYPE).select_option("Match Codes")
    ada.page.get_by_text("More settings").click()
    ada.check()


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


@pytest.mark.usefixtures("examples")
def test_a_link_leads_to_the_row_at_fault(visit: Visit, district: District) -> None:
    ada = visit(path=f"#/connections/{district.connection_id}/mapping?file=students.csv&field=DOB")

    expect(source(ada, 3)).to_be_focused()
    open_mapping(ada, district, "?file=students.csv&field=First")
    expect(source(ada, 2)).to_be_focused()
    open_mapping(ada, district, "?file=students.csv&field=Gone")
    ada.sees(ada.page.get_by_text("The file has no field Gone any more."))


@pytest.mark.usefixtures("examples")
def test_what_is_not_saved_is_not_lost_by_a_link(visit: Visit, district: District) -> None:
    ada = visit()
    open_mapping(ada, district)
    row(ada, 1).get_by_label(TO).fill("Changed")

    ada.link("Connections").click()

    ada.sees(ada.dialog("Leave without saving?"))
    ada.button("Cancel").click()
    expect(row(ada, 1).get_by_label(TO)).to_have_value("Changed")


@pytest.mark.usefixtures("examples")
def test_a_mistake_stands_at_its_control_while_the_others_have_their_values(
    visit: Visit, district: District
) -> None:
    ada = visit()
    open_mapping(ada, district)

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
