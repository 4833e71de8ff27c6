"""Export Student Mapping as somebody finds it: rows by their place, controls by their labels."""

import re
from typing import Any

from playwright.sync_api import Locator

from tests.console.person import Person
from tests.stack.district import District

FROM, TYPE, TO = "From SchoolMint Enroll Field", "Mapping Type", "To SFTP Field"


def open_mapping(person: Person, district: District, query: str = "") -> None:
    """Goes to the page, and waits until it is there."""
    person.go(f"#/connections/{district.connection_id}/mapping{query}")
    person.sees(person.heading("Export Student Mapping"))
    person.sees(person.page.get_by_role("tab", name="Field Mapping"))


def row(person: Person, number: int) -> Locator:
    """A field by its place in the file, from 1."""
    return person.page.get_by_role("group", name=re.compile(f"^Field {number}:"))


def source(person: Person, number: int) -> Locator:
    """Where a field comes from."""
    return row(person, number).get_by_role("combobox", name=FROM)


def value(person: Person, number: int) -> Locator:
    """The Mapped Value of a field."""
    return row(person, number).locator("[data-mapped-value]")


def names(person: Person) -> list[str]:
    """The headers of the file, in order."""
    boxes = person.page.get_by_role("textbox", name=TO)
    return [box.input_value() for box in boxes.all()]


def act(person: Person, number: int, entry: str) -> None:
    """An entry of the menu of a field, by keyboard."""
    person.press_entry(row(person, number).get_by_role("button", name="Actions of"), entry)


def options(person: Person, number: int) -> None:
    """Opens or closes what is folded below a field, by keyboard."""
    person.press(row(person, number).get_by_role("button", name="Options of"))


def save(person: Person, version: int) -> None:
    """Saves by keyboard, and waits for the version."""
    person.press(person.button("Save"))
    person.sees(person.page.get_by_text(f"Version {version}, saved by"))


def saved(district: District) -> Any:
    """The files of the mapping as the API has it now."""
    answer = district.stack.call("GET", f"{district.path}/mapping", role="full_access")
    assert answer.status == 200, answer.body
    return answer.json()["files"]


def save_as_somebody_else(district: District, files: Any) -> None:
    """What another administrator saves meanwhile."""
    mapping = {"files": files}
    answer = district.stack.call("PUT", f"{district.path}/mapping", mapping, role="full_access")
    assert answer.status == 200, answer.body
