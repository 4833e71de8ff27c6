"""Settings: all changes, write-only secrets, and limited access."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import asyncssh
from playwright.sync_api import Locator, Route, expect

from registration_sync.domain.school_year import current_school_year
from tests.console.support.answers import (
    SCRIPT,
    as_operator,
    as_text,
    fill_all,
    holding,
    is_refused,
    refusing,
)
from tests.console.support.person import PHONE, Person
from tests.stack.support.district import District

type Visit = Callable[..., Person]

OTHER_KEY = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()


def page_of(district: District) -> str:
    return f"#{district.path}/settings"


def summary(ada: Person) -> Locator:
    return ada.page.get_by_role("alert").filter(has_text="Fix the")


def save(ada: Person) -> None:
    ada.press(ada.button("Save"))
    ada.sees(ada.page.get_by_text("Settings saved.").last)


def audit(district: District) -> list[dict[str, Any]]:
    answer = district.stack.call("GET", f"{district.path}/audit", role="full_access")
    changes: list[dict[str, Any]] = answer.json()["items"][0]["changes"]
    return changes


def test_only_changed_settings_are_saved(visit: Visit, district: District) -> None:
    ada = visit()
    ada.press_entry(ada.menu, "Edit")
    ada.sees(ada.heading("About"))
    ada.check()

    district.change(example_students=["1", "2"])  # by another person, meanwhile
    ada.write(ada.field("Name"), "Anytown, renamed")
    ada.write(ada.page.get_by_role("combobox", name="SIS (optional)"), "Skyward")
    folder = f"{district.connection_id}/{{school_year}}-{{school_year_end}}"
    ada.write(ada.field("Folder"), folder)
    year = current_school_year(dt.date.today())  # noqa: DTZ011  # the browser uses local time, too
    example = f"{district.connection_id}/{year}-{year + 1}/students.csv"
    ada.sees(ada.page.get_by_text(example).first)
    ada.write(ada.field("After import, the SIS"), "Deletes")
    ada.press(ada.field("Also create a .done file after each file"))
    ada.write(ada.field("Unusually many or few rows"), "Require")
    ada.write(ada.field("Differs by more than (percent)"), "30")
    ada.write(ada.field("The last file was not imported"), "Carry over")
    with refusing(ada, district.path, "PUT"):
        ada.press(ada.button("Save"))
        is_refused(ada)
    with holding(ada, district.path, "PUT"):
        ada.press(ada.button("Save"))
        expect(ada.button("Save")).to_have_attribute("aria-busy", "true")
        ada.check()
        ada.write(ada.field("Name"), "Typed meanwhile")
    ada.sees(ada.page.get_by_text("Settings saved.").last)
    expect(ada.field("Name")).to_have_value("Typed meanwhile")
    ada.sees(ada.page.get_by_text("Not saved yet"))
    ada.press(ada.button("Discard changes"))
    ada.check()

    now = district.connection
    assert (now["name"], now["sis"], now["importer"]) == ("Anytown, renamed", "Skyward", "removes")
    assert (now["folder"], now["done_file"]) == (folder, True)
    assert now["guards"]["row_count"] == {"action": "hold", "percent": 30, "at_least": 10}
    assert now["guards"]["not_collected"] == {"action": "carry_over"}
    assert now["example_students"] == ["1", "2"]
    ada.sees(ada.page.get_by_text("Anytown, renamed"))
    ada.press(ada.link("Test the connection with the new settings"))
    ada.sees(ada.heading("Check Connection"))


def test_a_connection_takes_some_school_years_and_registrations(
    visit: Visit, district: District
) -> None:
    ada = visit(path=page_of(district))
    years = ada.field("School years (optional)")
    ada.write(years, "25, 2026")
    ada.press(ada.button("Add a condition"))
    ada.write(ada.page.get_by_role("combobox", name="If the field"), "students.school")
    ada.write(ada.field("Compared with"), "North High")
    ada.check()
    ada.write(ada.field("Test"), "is less than")
    ada.press(ada.button("Save"))
    expect(years).to_have_attribute("aria-invalid", "true")
    expect(ada.field("Compared with")).to_have_accessible_description(
        "Enter a number, such as 5 or 2.5."
    )
    ada.check()
    ada.write(ada.field("Test"), "is one of")
    ada.write(ada.field("Compared with"), "")
    ada.press(ada.button("Save"))
    expect(ada.field("Compared with")).to_have_accessible_description(
        re.compile("Enter a list of texts.$")
    )
    ada.field("Test").select_option("equals")
    ada.write(ada.field("Compared with"), "North High")
    ada.write(years, "2025, 2026")
    save(ada)

    condition = {"field": "students.school", "equals": "North High"}
    takes = {"school_years": [2025, 2026], "where": [condition]}
    assert district.connection["takes"] == takes
    ada.go("#/")
    expect(years).to_have_count(0)
    ada.go(page_of(district))
    expect(years).to_have_value("2025, 2026")
    expect(ada.page.get_by_role("combobox", name="If the field")).to_have_value("students.school")


def test_mistakes_are_shown_at_their_fields_and_the_draft_is_kept(
    visit: Visit, district: District
) -> None:
    before = district.connection
    ada = visit(path=page_of(district), viewport=PHONE)

    ada.write(ada.field("Port"), "ssh")
    ada.write(ada.field("Folder"), "C:\\exports")
    ada.write(ada.field("Differs by more than (percent)"), "many")
    ada.write(ada.field("Unusually many or few rows"), "Off")  # the value is sent nevertheless
    ada.tab_to(ada.field("Port"))
    ada.page.keyboard.press("Enter")

    expect(summary(ada)).to_contain_text("Fix the 3 highlighted fields.")
    expect(summary(ada)).to_be_focused()
    expect(summary(ada)).to_be_in_viewport()
    ada.press(summary(ada).get_by_role("link").first)
    expect(ada.field("Port")).to_be_focused()
    expect(ada.field("Port")).to_have_accessible_description(
        "Enter a whole number from 1 to 65535, such as 22."
    )
    expect(ada.field("Folder")).to_have_accessible_description(
        "{school_year} becomes the start year, so each school year has its own folder. Leave out "
        "the drive letter: enter the path as an SFTP client shows it, such as /SISData/exports."
    )
    expect(ada.field("Differs by more than (percent)")).to_have_accessible_description(
        "Enter a whole number from 1 to 1000, such as 50."
    )
    ada.check()
    ada.press(ada.link("Connections"))
    ada.sees(ada.dialog("Discard unsaved changes?"))
    ada.press(ada.button("Keep editing"))
    ada.press(ada.button("Discard changes"))
    expect(ada.field("Port")).to_have_value(str(before["port"]))
    assert district.connection == before


def test_secrets_are_saved_and_never_shown(visit: Visit, district: District) -> None:
    secret = "s3cret-<b>word</b>"
    fresh = asyncssh.generate_private_key("ssh-ed25519")
    key = fresh.export_private_key(passphrase="open", rounds=16, ignore_few_rounds=True).decode()
    ada = visit(path=page_of(district))
    answers = ada.record_responses()

    ada.press(ada.button("Change password"))
    expect(ada.field("New password")).to_be_focused()
    ada.write(ada.field("New password"), secret)
    ada.press(ada.button("Show the new password"))
    expect(ada.field("New password")).to_have_attribute("type", "text")
    ada.press(ada.button("Add a private key"))
    expect(ada.field("Private key")).to_be_focused()
    with ada.page.expect_file_chooser() as chooser:
        ada.press(ada.field("or select its file"))
    chooser.value.set_files({"name": "id", "mimeType": "text/plain", "buffer": b"Not a key."})
    expect(ada.field("Private key")).to_have_value("Not a key.")
    ada.press(ada.button("Save"))
    expect(summary(ada)).to_contain_text("Private key: ")
    ada.check()
    ada.write(ada.field("Private key"), key)  # pasted over the text of the file
    ada.write(ada.field("Passphrase (optional)"), "open")
    save(ada)

    assert {change["field"]: change["to"] for change in audit(district)} == {
        "password": "changed",
        "private_key": "changed",
        "passphrase": "changed",
    }
    expect(ada.button("Change password")).to_be_visible()
    seen = [*ada.written(), *answers]
    assert answers
    assert not any(secret in text or key[40:80] in text for text in seen)


def test_a_key_is_generated_shown_and_discarded(visit: Visit, district: District) -> None:
    ada = visit(path=page_of(district))
    key = ada.page.get_by_role("group", name="The generated key")
    answers = ada.record_responses()

    ada.press(ada.button("Generate a key"))
    ada.sees(key.get_by_text("Waiting for its first sign-in"))
    line = key.get_by_text("ssh-ed25519 AAAA").inner_text()
    assert line.endswith(f" registration-sync:{district.connection_id}")
    ada.sees(key.get_by_role("button", name="Copy the public half of the new key"))
    ada.check()
    ada.write(ada.field("Type of the key"), "RSA, for servers that do not know Ed25519")
    ada.press(ada.button("Generate another key"))
    ada.sees(key.get_by_text("ssh-rsa AAAA"))
    ada.press(ada.button("Discard the new key"))
    ada.sees(ada.button("Generate a key"))
    expect(key).to_be_focused()

    assert answers
    assert not any("PRIVATE KEY" in text for text in [*ada.written(), *answers])


def test_a_changed_host_requires_the_credentials(visit: Visit, district: District) -> None:
    ada = visit(path=page_of(district))

    ada.write(ada.field("Host"), "sftp.example.org")
    ada.sees(ada.page.get_by_text("This is another server"))
    ada.press(ada.button("Save"))
    again = (
        "Enter the password again because the server address changed, or remove it to sign in with "
        "the saved private key alone."
    )
    ada.press(summary(ada).get_by_role("link", name=again))
    wrong = ada.page.get_by_role("group", name="Saved password").get_by_text(again)
    expect(wrong).to_be_focused()
    expect(wrong).to_be_in_viewport()
    ada.check()
    ada.sees(ada.page.get_by_text("No private key"))
    ada.press(ada.button("Remove password"))
    ada.sees(ada.page.get_by_text("Password: removed when you save."))
    ada.press(ada.button("Keep the saved password"))
    ada.press(ada.button("Change password"))
    ada.press(ada.button("Save"))
    expect(ada.field("New password")).to_have_accessible_description(
        "Enter the password, or keep the saved one."
    )
    ada.write(ada.field("New password"), "for-the-new-server")
    ada.press(ada.button("Remove host key 1"))
    save(ada)

    now = district.connection
    assert (now["host"], now["host_keys"]) == ("sftp.example.org", [])


def test_host_keys_are_rotated_by_keyboard_alone(visit: Visit, district: District) -> None:
    ada = visit(path=page_of(district), viewport=PHONE)
    ada.sees(ada.heading("Host keys"))
    press = ada.page.keyboard.press

    ada.tab_to(ada.page.get_by_text("Add a key"))
    press("Enter")
    ada.tab_to(ada.field("Host key"))
    ada.page.keyboard.type("ssh-ed25519 AAAA")
    ada.tab_to(ada.button("Add the key"))
    press("Enter")
    expect(ada.field("Host key")).to_have_accessible_description(
        "The line that your server administrator sends you, or that ssh-keyscan prints without the "
        "host name. This key is incomplete. Copy the line again, to its very end."
    )
    press("Shift+Tab")
    press("Control+a")
    ada.page.keyboard.insert_text(f"{OTHER_KEY} admin@example.org")
    press("Tab")
    press("Enter")
    expect(ada.button("Remove host key 2")).to_be_visible()
    ada.sees(ada.page.get_by_text("This is another server"))
    ada.press(ada.button("Change password"))
    ada.write(ada.field("New password"), district.stack.sftp.password)
    ada.tab_to(ada.button("Save"))
    press("Enter")

    ada.sees(ada.page.get_by_text("Settings saved.").last)
    assert district.connection["host_keys"] == [*district.stack.sftp.host_keys, OTHER_KEY]
    ada.check()


def test_settings_are_shown_as_text(visit: Visit, district: District) -> None:
    ada = visit(path=page_of(district), api=as_operator)  # an operator may enter any district

    ada.write(ada.field("Name"), SCRIPT)
    ada.write(ada.page.get_by_role("combobox", name="SIS (optional)"), SCRIPT)
    ada.write(ada.field("User name"), SCRIPT)
    ada.write(ada.field("Folder"), f"{district.connection_id}/{SCRIPT.removesuffix('{{7}}')}")
    ada.press(ada.button("Change password"))  # the other user name requires it
    ada.write(ada.field("New password"), district.stack.sftp.password)
    save(ada)
    assert district.connection["name"] == SCRIPT
    for button in ("Change password", "Add a private key"):
        ada.press(ada.button(button))
    for folded in ("Other programs", "Add a key"):
        ada.press(ada.page.get_by_text(folded, exact=True))
    ada.write(ada.field("Values without a match code"), "Require")
    assert fill_all(ada.page.get_by_role("main")) == 19  # three errors are shown already
    assert as_text(ada) >= 18
    ada.press(ada.button("Add the key"))
    ada.sees(ada.page.get_by_text("Enter one key on one line"))
    ada.press(ada.button("Save"))

    expect(summary(ada)).to_be_focused()
    assert as_text(ada) >= 18
    ada.check()
    ada.press(ada.button("Discard changes"))
    ada.write(ada.field("Host"), SCRIPT)
    ada.press(ada.page.get_by_role("radio", name="Manual download"))
    ada.press(ada.button("Save"))  # the errors of a server are no longer on the page
    expect(ada.button("Discard changes")).to_have_count(0)
    now = district.connection
    assert (now["delivery"], now["host"]) == ("download", district.stack.sftp.host)


def test_limited_access_reads_the_settings_and_learns_how_to_get_them_changed(
    visit: Visit, district: District
) -> None:
    lin = visit("limited_access", page_of(district), viewport=PHONE)

    lin.sees(lin.page.get_by_text("Someone with Full Access can change the settings."))
    lin.sees(lin.page.get_by_text(f"{district.stack.sftp.host}:{district.stack.sftp.port}"))
    expect(lin.page.get_by_role("textbox")).to_have_count(0)
    lin.check()


def test_a_refused_choice_focuses_the_chosen_option(visit: Visit, district: District) -> None:
    """The API refuses the value of a group of radio buttons."""
    district.change(host_keys=[OTHER_KEY, *district.stack.sftp.host_keys])
    ada = visit(path=f"#{district.path}/settings")
    problem = {"path": "delivery", "message": "Not now."}
    refusal = {"error": {"code": "invalid", "message": "It is wrong.", "problems": [problem]}}

    def refuse(route: Route) -> None:
        if route.request.method == "PUT":
            route.fulfill(status=400, json=refusal)
        else:
            route.continue_()

    ada.page.route("**/v1/connections/*", refuse)
    ada.press(ada.page.get_by_role("radio", name="Manual download"))
    ada.press(ada.button("Save"))

    group = ada.page.get_by_role("radiogroup", name="Delivery method")
    expect(group).to_have_accessible_description("Not now.")
    expect(group).to_have_attribute("aria-invalid", "true")
    expect(summary(ada)).to_be_focused()
    ada.check()
    ada.press(ada.page.get_by_role("radio", name="SFTP"))
    problem |= {"path": "host_keys[0]"}
    ada.press(ada.button("Save"))
    wrong = ada.page.locator("p.problem", has_text="Not now.")
    ada.press(summary(ada).get_by_role("link"))
    expect(wrong).to_be_focused()
    ada.check()
    ada.press(ada.button("Remove host key 1"))
    expect(ada.button("Remove host key 2")).to_have_count(0)
    expect(wrong).to_have_count(0)  # the error does not apply to the current key
