"""The page Export Student Mapping: rows by their number, controls by their labels."""

import re
from typing import Any

from playwright.sync_api import Locator

from tests.console.support.person import Person
from tests.stack.support.district import District, registration

FROM, TYPE, TO = "From SchoolMint Enroll Field", "Mapping Type", "To SFTP Field"


def open_mapping(person: Person, district: District, query: str = "") -> None:
    """Open the page, and wait for it."""
    person.go(f"#/connections/{district.connection_id}/mapping{query}")
    person.sees(person.heading("Export Student Mapping"))
    person.sees(person.page.get_by_role("tab", name="Field Mapping"))


def row(person: Person, number: int) -> Locator:
    """A field by its number in the file, from 1."""
    return person.page.get_by_role("group", name=re.compile(f"^Field {number}:"))


def source(person: Person, number: int) -> Locator:
    """The source of a field."""
    return row(person, number).get_by_role("combobox", name=FROM)


def value(person: Person, number: int) -> Locator:
    """The Mapped Value of a field, without the value in Enroll."""
    return row(person, number).locator("[data-value]")


def names(person: Person) -> list[str]:
    """The headers of the file, in order."""
    boxes = person.page.get_by_role("textbox", name=TO)
    return [box.input_value() for box in boxes.all()]


def act(person: Person, number: int, entry: str) -> None:
    """Press an item of a field's menu, by keyboard."""
    person.press_entry(row(person, number).get_by_role("button", name="Actions of"), entry)


def options(person: Person, number: int) -> None:
    """Open or close the options of a field, by keyboard."""
    person.press(row(person, number).get_by_role("button", name="Options of"))


def add_step(person: Person, number: int, title: str) -> None:
    """Add a transformation to a field, by keyboard."""
    box = row(person, number).get_by_role("combobox", name="Add a transformation")
    person.write(box, title)
    person.pick(
        row(person, number)
        .get_by_role("listbox")
        .get_by_role("option")
        .filter(has=person.page.get_by_text(title, exact=True))
    )


def new_file(person: Person, kind: str = "Students") -> None:
    """Press New File, and select what is in it, by keyboard."""
    person.press(person.button("New File"))
    dialog = person.dialog("New File")
    if kind != "Students":
        person.press(dialog.get_by_label(kind, exact=True))
    person.press(dialog.get_by_role("button", name=re.compile("Create file|Next")))


def file_settings(person: Person) -> None:
    """Unfold the File Settings, by keyboard."""
    settings = person.page.get_by_role("region", name="File Settings")
    fold = settings.locator("details").first
    fold.wait_for()
    if fold.get_attribute("open") is None:
        person.press(settings.get_by_role("heading", name="File Settings").locator(".."))


def save(person: Person, version: int) -> None:
    """Save by keyboard, and wait for the version."""
    person.press(person.button("Save"))
    person.sees(person.page.get_by_text(f"Version {version}, saved by"))


def saved(district: District) -> Any:
    """The files of the stored mapping."""
    answer = district.stack.call("GET", f"{district.path}/mapping", role="full_access")
    assert answer.status == 200, answer.body
    return answer.json()["files"]


def many_fields(district: District, count: int) -> None:
    """Create an example student with so many answers, and a mapping that mostly capitalizes them:
    f0 is "value 0"."""
    one = registration("7", "Ann")
    one["data"]["students"] |= {f"f{n}": f"value {n}" for n in range(count)}
    district.sync(one)
    district.change(example_students=["7"])
    upper = {"mapping_type": "transformation", "transformations": [{"type": "upper"}]}
    fields = [
        {
            "from": f"students.f{n}",
            "to": f"F{n}",
            **(upper if n % 8 else {"mapping_type": "direct"}),
        }
        for n in range(count)
    ]
    save_as_another_person(district, [{"name": "students", "fields": fields}])


_WATCH = """cell => {
    const took = [];
    let pressed = null;
    addEventListener("input", () => { pressed = performance.now(); }, true);
    new MutationObserver(() => requestAnimationFrame(() => {
        if (pressed !== null) took.push(performance.now() - pressed);
        pressed = null;
    })).observe(cell, { subtree: true, childList: true, characterData: true });
    return took;
}"""


def milliseconds_of_keys(person: Person, keys: int) -> list[float]:
    """Measure the time from each key to the frame that shows its mapped value, by the browser's
    clock: the last digit of the 50th of `many_fields` is deleted and typed again.

    The page itself waits for the value: to find a row by its role takes as long as a key.
    """
    cell = value(person, 50).element_handle()
    took = cell.evaluate_handle(_WATCH)
    source(person, 50).click()
    person.page.keyboard.press("End")
    for key in range(keys):
        person.page.keyboard.press("9" if key % 2 else "Backspace")
        shown = "VALUE 49" if key % 2 else "VALUE 4"
        person.page.wait_for_function(
            "([cell, took, shown, key]) => cell.textContent === shown && took.length > key",
            arg=[cell, took, shown, key],
        )
    found: list[float] = took.evaluate("took => took")
    return found


def save_as_another_person(district: District, files: Any) -> None:
    """Save the files as another administrator."""
    mapping = {"files": files}
    answer = district.stack.call("PUT", f"{district.path}/mapping", mapping, role="full_access")
    assert answer.status == 200, answer.body
