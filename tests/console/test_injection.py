"""No text runs as script: each text in the API's responses ends in a script."""

import copy
from collections.abc import Callable
from urllib.parse import quote

import asyncssh
import pytest
from playwright.sync_api import Locator, expect

from registration_sync.domain.mapping.transformations.registry import TRANSFORMATIONS
from tests.console.support.accessibility import beyond_the_edge
from tests.console.support.answers import SCRIPT, as_text, fill_all, poison
from tests.console.support.mapping_page import (
    TO,
    TYPE,
    add_step,
    file_settings,
    open_mapping,
    options,
    row,
    value,
)
from tests.console.support.person import PHONE, Person
from tests.stack.support.district import MAPPING, District, registration

type Visit = Callable[..., Person]

OTHER_KEY = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
FILTERS = ("kind", "status", "from", "to", "school_year")


@pytest.fixture
def runs(district: District) -> dict[str, str]:
    """Runs with everything that a page can show; returns their addresses by content."""
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
    recipient = f"{district.path}/recipients/ben%40anytown.example.org"
    district.stack.call("PUT", recipient, {"for": ["failed"]}, role="full_access")
    answer = district.stack.call("POST", f"{district.path}/check", {}, role="full_access")
    check = district.finished(answer.json()["run_id"])
    district.change(host_keys=[OTHER_KEY])
    answer = district.stack.call("POST", f"{district.path}/check", {}, role="full_access")
    district.finished(answer.json()["run_id"])
    found = {"failed": failed, "partial": partial, "held": held, "check": check}
    return {name: f"#{district.path}/runs/{run['run_id']}" for name, run in found.items()}


def test_no_text_from_the_api_runs_as_script(
    visit: Visit, district: District, runs: dict[str, str]
) -> None:
    of = f"#{district.path}"
    ada = visit(path=f"{of}/schedule", api=poison, viewport=PHONE)
    ada.sees(ada.page.get_by_text(ada.user.username + SCRIPT))
    pages = {
        f"{of}/students?list=held": "is not a date",
        f"{of}/students?list=all": "Sent",
        f"{of}/students?id=1": "Pupils.csv",
        f"{of}/runs": f"By {ada.user.username}",
        runs["partial"]: "Cal",
        runs["failed"]: "or its password",
        runs["held"]: "without a match code",
        runs["check"]: "saved host key",
        f"{of}/check": "The server shows a different key",
        f"{of}/schedule": "Scheduled export",
        f"{of}/notifications": "ben@anytown.example.org",
        f"{of}/settings": "Host keys",
        "#/new": "Name",
        "#/": "attention",
    }
    for path, shown in pages.items():
        ada.go(path)
        expect(ada.page.get_by_role("main")).to_contain_text(shown)
        expect(ada.page.get_by_role("main")).to_contain_text(SCRIPT)
        as_text(ada)
        assert beyond_the_edge(ada.page) == [], path  # the texts are long
    in_dialogs_of_pages(ada, district, runs)
    in_dialogs_of_the_mapping(ada, district)
    ada.page.unroute_all(behavior="wait")


def shows(ada: Person, dialog: str, text: str = "") -> Locator:
    """The dialog once it has this text and the script."""
    found = ada.dialog(dialog)
    expect(found).to_contain_text(text)
    expect(found).to_contain_text(SCRIPT)
    as_text(ada)
    assert beyond_the_edge(ada.page) == []
    return found


def leave(ada: Person) -> None:
    ada.page.keyboard.press("Escape")


def in_dialogs_of_pages(ada: Person, district: District, runs: dict[str, str]) -> None:
    of = f"#{district.path}"
    ada.go(f"{of}/check")
    ada.press(ada.button("Keep this key too …"))
    ada.sees(ada.dialog("Keep the new key?"))
    as_text(ada)
    leave(ada)
    district.change(host_keys=list(district.stack.sftp.host_keys))
    ada.go(runs["partial"])
    ada.press_entry(ada.button("More"), "Re-send this old file…")
    dialog = shows(ada, "Re-send this old file", "This sends old data")
    ada.press(ada.field("Some files"))
    ada.press(dialog.get_by_role("button", name="Re-send"))  # the name contains the script
    expect(dialog.get_by_role("alert")).to_contain_text(SCRIPT)
    ada.press(ada.field("All files of this run"))
    ada.press(dialog.get_by_role("button", name="Re-send"))
    shows(ada, "Re-send this old file", "Succeeded")
    leave(ada)
    ada.go("#/")
    for entry in ("Download last files", "Delete"):
        ada.press_entry(ada.menu, entry)
        shows(ada, entry)
        leave(ada)
    ada.press_entry(ada.menu, "Export Students")
    shows(ada, "Export Students", "1 student ready to send")
    ada.press(ada.field("Send only this student"))
    ada.press(ada.button("Export 1 student"))
    shows(ada, "Export Students", "Needs approval")
    ada.check()
    leave(ada)
    ada.go(f"{of}/students?id=2")
    ada.press_entry(ada.button("More actions"), "Erase this student …")
    ada.write(ada.field("Type 2 to confirm"), "2")
    ada.press(ada.button("Erase"))
    shows(ada, "Erase student 2", "Succeeded")
    leave(ada)


def in_dialogs_of_the_mapping(ada: Person, district: District) -> None:
    ada.go(f"#{district.path}/mapping")
    expect(value(ada, 1)).to_contain_text(SCRIPT)
    for number in (1, 2, 3):
        options(ada, number)
    file_settings(ada)
    ada.press(ada.page.get_by_text("More settings"))
    expect(row(ada, 2).get_by_label("Code in the file 1")).to_have_value(f"A1{SCRIPT}")
    assert as_text(ada) > 0
    ada.press(ada.button("Send Record"))
    shows(ada, "Send Record")
    ada.press(ada.button("OK, Continue"))
    shows(ada, "Send Record", "Succeeded")
    leave(ada)
    menu = ada.button("Mapping")
    ada.press_entry(menu, "Older versions")
    ada.press(ada.button("Compare version 1"))
    expect(ada.dialog("Older versions").locator(".differences")).to_contain_text(f"A1{SCRIPT}")
    as_text(ada)
    leave(ada)
    ada.press_entry(menu, "Start from a template")
    shows(ada, "Start from a template", "OneRoster")
    leave(ada)
    ada.press_entry(menu, "Export as YAML")
    shows(ada, "Export as YAML")
    leave(ada)
    ada.press_entry(menu, "Import YAML")
    ada.write(ada.field("YAML"), "files: 1")
    ada.press(ada.button("Load into editor"))
    shows(ada, "Import YAML", "Nothing was loaded")
    leave(ada)
    manifest = {"name": "Manifest", "rows": [{"property": "Version", "value": "V1"}]}
    zipped = MAPPING | {"package": {"name": "All", "manifest": manifest}}
    saved = district.stack.call("PUT", f"{district.path}/mapping", zipped, role="full_access")
    assert saved.status == 200, saved.body
    ada.write(row(ada, 3).get_by_label(TO), "Mine")
    ada.press(ada.button("Save"))
    shows(ada, "Someone else saved this mapping", "What you changed")
    ada.press(ada.button("Discard mine"))
    ada.press_entry(menu, "One zip of all files")
    for label, text in (("Name of the zip", "All"), ("Value", "V1")):
        expect(ada.field(label)).to_have_value(f"{text}{SCRIPT}")
    as_text(ada)
    leave(ada)


def test_no_text_from_an_address_or_a_person_runs_as_script(
    visit: Visit, district: District
) -> None:
    district.sync(registration("1"))
    run = district.export()
    text, of = quote(SCRIPT, safe=""), f"#{district.path}"
    ada = visit()
    addresses = {
        f"#/{text}": "Page not found",
        f"#/connections/{text}/students": "The API refused the request",
        f"{of}/runs/{text}": "The API refused the request",
        f"{of}/runs?{'&'.join(f'{name}={text}' for name in FILTERS)}": "1 student",
        f"{of}/students?year={text}&list={text}": "Totals",
        f"{of}/students?id={text}": "A student id is",
        f"{of}/students?list=all&status={text}": "Lists of students",
        f"{of}/compare?year={text}": "The list of your SIS",
        f"{of}/mapping?tab={text}": "No examples selected yet",
        f"{of}/mapping?file={text}": SCRIPT,
        f"{of}/mapping?file=students.csv&field={text}": f"no longer has a field named {SCRIPT}",
    }
    for address, shown in addresses.items():
        ada.go(address)
        expect(ada.page.get_by_role("main")).to_contain_text(shown)
        as_text(ada)
    ada.check()
    ada.go(f"{of}/runs/{run['run_id']}")
    ada.page.get_by_text("Technical details").first.click()
    ada.button("Copy the ID of the run").click()
    ada.sees(ada.page.get_by_role("alert").filter(has_text="Your browser blocked copying"))
    ada.check()
    ada.button("More").click()
    ada.page.get_by_role("menuitem", name="Re-send this old file…").click()
    ada.field("Some students").check()
    ada.field("Students").fill(SCRIPT)
    ada.dialog("Re-send this old file").get_by_role("button", name="Re-send").click()
    expect(ada.dialog("Re-send this old file").get_by_role("alert")).not_to_be_empty()
    as_text(ada)
    ada.page.goto(f"{ada.stack.console_url}?error={text}&error_description={text}&state={text}")
    ada.sees(ada.heading("You are not signed in"))
    as_text(ada)


OPENING_MORE = (
    ("Field Separator", "Another character"),
    ("Find", "Text that matches a pattern"),
    ("Format in Enroll", "Custom …"),
    ("Format in the file", "Custom …"),
    ("Then", "the value of another field"),
    ("Else", "the value of another field"),
    ("Test", "has the item"),
    ("Test", "is one of"),
    ("Rows", "One row for each entry of a list"),
    ("Rows", "One row for each group of fields"),
    ("Rows", "One row for each different value"),
)
"""Choices of the mapping page that open further text boxes."""


def test_no_text_in_a_mapping_form_runs_as_script(visit: Visit, district: District) -> None:
    district.sync(registration("1"))
    district.change(example_students=["1"])
    ada = visit()
    main = ada.page.get_by_role("main")
    open_mapping(ada, district)
    row(ada, 2).get_by_label(TYPE).select_option("Transformation")
    for made in TRANSFORMATIONS.values():  # in one chain, regardless of the value
        add_step(ada, 2, made.title)
    row(ada, 1).get_by_label(TYPE).select_option("Match Codes")
    options(ada, 3)  # the options of the other fields are open
    for number in (1, 2, 3):
        row(ada, number).get_by_text("Checks and default").click()
    row(ada, 3).get_by_label("Default", exact=True).check()
    file_settings(ada)
    ada.page.get_by_text("More settings").click()
    ada.button("Add a condition").click()
    ada.check()
    assert (filled := fill_all(main)) > 40
    assert as_text(ada) >= filled
    ada.check()
    opened = 0
    for label, choice in OPENING_MORE:
        for box in main.get_by_label(label, exact=True).all():
            box.select_option(choice)
        unchecked = main.locator("[type=checkbox]:not(:checked)").all()
        for box in reversed(unchecked):  # each checked dialog leaves the list
            box.check()
        opened += fill_all(main.get_by_role("region", name="File Settings")) + fill_all(row(ada, 2))
        as_text(ada)
    assert opened > len(OPENING_MORE)
    for number in (1, 3):
        fill_all(row(ada, number))
    as_text(ada)
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
    ada.page.get_by_role("tab", name="Registration Examples").click()
    ada.write(ada.page.get_by_role("combobox", name="Student ID"), SCRIPT)
    ada.press(ada.button("Add"))
    expect(ada.page.get_by_text("No student with the ID")).to_be_visible()
    assert as_text(ada) > 0
    ada.check()
