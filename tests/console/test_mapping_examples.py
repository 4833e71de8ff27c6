"""Registration Examples: chosen by keyboard, five at most, only students that were synced."""

import re
from collections.abc import Callable

from playwright.sync_api import Route, expect

from tests.console.support.answers import REFUSED, answering, refuse, refusing
from tests.console.support.mapping_page import TYPE, open_mapping, row, value
from tests.console.support.person import Person
from tests.stack.support.district import District, registration

type Visit = Callable[..., Person]


def test_up_to_five_examples_are_chosen_and_missing_students_are_named(
    visit: Visit, district: District
) -> None:
    district.sync(registration("1", " Ann"), *(registration(str(n), "Bo") for n in range(2, 7)))
    ada = visit()
    open_mapping(ada, district, "?tab=fields")
    student = ada.page.get_by_role("combobox", name="Student ID")

    def add(student_id: str) -> None:
        ada.write(student, student_id)
        ada.press(ada.button("Add"))

    ada.press(ada.button("Choose Registration Examples"))
    expect(student).to_be_focused()
    ada.write(student, "1")
    option = ada.page.get_by_role("option", name="1 · Ann")
    ada.sees(option)
    ada.check()
    ada.pick(option)
    expect(student).to_be_focused()
    add("nobody")
    expect(student).to_have_accessible_description(
        re.compile("No student with the ID “nobody” was synced here.")
    )
    ada.check()
    add("no id!")
    expect(student).to_have_accessible_description(re.compile("No student with the ID “no id!”"))
    expect(ada.page.get_by_role("button", name="Remove")).to_have_count(1)
    add("1")
    toast = ada.page.locator(".toast", has_text="1 is already selected.")
    ada.sees(toast.locator(".icon.calm"))  # no check mark: nothing was done
    ada.check()
    for student_id in ("2", "3", "4", "5"):
        add(student_id)
        ada.sees(ada.button(f"Remove {student_id}"))
    five = ada.page.get_by_text("Five are selected. Remove one to select another.")
    expect(five).to_be_focused()
    expect(ada.page.get_by_text("Saved", exact=True)).to_have_count(0)
    with refusing(ada, district.path, "PUT"):
        ada.press(ada.button("Save"))
        ada.sees(ada.page.get_by_text("The examples were not saved"))
        ada.check()
    ada.press(ada.button("Remove 5"))
    expect(student).to_be_focused()
    read: list[Route] = []

    def once(route: Route) -> None:  # a save reads the current list first
        read.append(route)
        route.continue_() if len(read) == 1 else refuse(route)

    with answering(ada, district.path, "GET", once):
        ada.press(ada.button("Save"))
        ada.sees(ada.page.get_by_text("The examples are saved.").first)
        ada.sees(ada.page.get_by_text("Saved", exact=True))

    assert district.connection["example_students"] == ["1", "2", "3", "4"]

    ada.press(ada.page.get_by_role("tab", name="Field Mapping"))
    expect(value(ada, 2)).to_have_text("Ann (has spaces around it)")
    ada.write(row(ada, 3).get_by_label(TYPE), "Do Not Map")
    expect(value(ada, 3)).to_have_text("not in the file")
    ada.check()


def test_a_failed_or_incomplete_search_is_reported(visit: Visit, district: District) -> None:
    def see_some(route: Route) -> None:
        route.fulfill(json={"items": [], "complete": False})

    district.change(example_students=["nobody"])  # of an earlier version, or erased since
    ada = visit()
    open_mapping(ada, district, "?tab=examples")
    ada.sees(ada.page.get_by_text("No approved registration of this student was synced."))
    student = ada.page.get_by_role("combobox", name="Student ID")

    with refusing(ada, "/students", "GET"):
        ada.write(student, "a")
        ada.sees(ada.page.get_by_text(REFUSED))
        ada.check()
    with answering(ada, "/students", "GET", see_some):
        ada.write(student, "b")
        ada.sees(ada.page.get_by_text("We searched the first 2,000 students only"))
        ada.check()
