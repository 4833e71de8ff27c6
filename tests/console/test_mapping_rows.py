"""The rows of a file: found by a search, moved by mouse and keyboard, several at once."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.console.support.mapping_page import (
    act,
    names,
    open_mapping,
    row,
    save,
    save_as_another_person,
    saved,
    value,
)
from tests.console.support.person import PHONE, Person
from tests.stack.support.district import District, registration

type Visit = Callable[..., Person]

UPPER = {"mapping_type": "transformation", "transformations": [{"type": "upper"}]}
DIRECT = {"mapping_type": "direct"}


@pytest.fixture
def ada(visit: Visit, district: District) -> Person:
    """A person at a file with the fields A to F."""
    district.sync(registration("7", "Ann"))
    district.change(example_students=["7"])
    fields = [
        {"from": "students.id", "to": "A"} | DIRECT,
        {"from": "students.fname", "to": "B"} | UPPER,
        {"from": "students.dob", "to": "C"} | DIRECT,
        {"from": "students.nickname", "to": "D"} | DIRECT,
        {"from": "students.fname", "to": "E"} | DIRECT,
        {"from": "students.id", "to": "F", "required": True} | DIRECT,
    ]
    save_as_another_person(district, [{"name": "students", "fields": fields}])
    person = visit()
    open_mapping(person, district)
    expect(value(person, 2)).to_have_text("ANN")
    return person


def test_rows_are_found_by_header_field_transformation_and_issue(ada: Person) -> None:
    box = ada.field("Search fields")
    for words, found in {"upper": "B", "first na": "BE", "dob": "C", "F": "BEF", "zzz": ""}.items():
        ada.write(box, words)
        expect(ada.page.get_by_role("textbox", name="To SFTP Field")).to_have_count(len(found))
        assert "".join(names(ada)) == found
    ada.sees(ada.page.get_by_text("No fields match."))
    ada.check()
    ada.press(ada.button("Clear search"))
    expect(row(ada, 6)).to_be_visible()

    ada.press(ada.field("Only with issues"))
    expect(row(ada, 1)).to_have_count(0)
    assert names(ada) == ["D"], "no registration has the field"
    ada.check()
    ada.press(ada.button("Add Field"))
    expect(row(ada, 7)).to_be_visible()
    expect(row(ada, 1)).to_be_visible()
    for number in (2, 6):
        ada.press(row(ada, number).get_by_role("button", name="Options of"))
    expect(ada.page.get_by_text("Checks and default")).to_have_count(2)
    ada.press(ada.button("Collapse all"))
    expect(ada.page.get_by_text("Checks and default")).to_have_count(0)


def test_rows_are_moved_one_by_one_and_together(ada: Person, district: District) -> None:
    header = row(ada, 1).get_by_label("To SFTP Field")
    ada.tab_to(header)
    ada.page.keyboard.press("Alt+ArrowUp")  # it is the first
    ada.page.keyboard.press("Alt+ArrowDown")
    ada.page.keyboard.press("Alt+ArrowDown")
    expect(row(ada, 3).get_by_label("To SFTP Field")).to_be_focused()
    assert names(ada) == [*"BCADEF"]
    act(ada, 6, "Move to position …")
    ada.write(ada.field("Position"), "9")
    ada.page.keyboard.press("Enter")
    ada.sees(ada.page.get_by_text("Enter a number from 1 to 6."))
    ada.check()
    ada.write(ada.field("Position"), "1")
    ada.page.keyboard.press("Enter")
    expect(ada.dialog("Move field")).to_have_count(0)
    assert names(ada) == [*"FBCADE"]
    numbers = ada.page.locator(".field-number")
    numbers.nth(0).drag_to(row(ada, 3))
    assert names(ada) == [*"BCFADE"]

    ada.press(ada.button("Select fields"))
    ada.check()
    for number in (1, 3):
        ada.press(ada.page.get_by_role("checkbox", name=f"Select Field {number}:"))
    ada.sees(ada.page.get_by_text("2 fields selected"))
    ada.press(ada.button("Move to position …"))
    ada.write(ada.field("Position"), "5")
    ada.press(ada.button("Move"))
    assert names(ada) == [*"CADEBF"]
    ada.press(ada.button("Delete"))
    assert names(ada) == [*"CADE"]
    ada.press(ada.button("Undo"))
    assert names(ada) == [*"CADEBF"]
    ada.press(ada.button("Undo"))
    assert names(ada) == [*"BCFADE"]
    ada.page.set_viewport_size(PHONE)
    ada.check()
    ada.press(ada.button("Done selecting"))
    save(ada, 3)

    assert [one["to"] for one in saved(district)[0]["fields"]] == [*"BCFADE"]
