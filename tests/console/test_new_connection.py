"""New connection, step by step: what the article calls configuring, until a file has arrived."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncssh
from playwright.sync_api import expect

from local.district import made_up_district
from registration_sync.domain.school_year import current_school_year
from tests.console.person import PHONE, Person
from tests.stack.district import District

type Visit = Callable[..., Person]

SCRIPT = '<img src=x onerror="document.title=1">'
CONFIRM = "The key is right: keep it and check again"


def name_of(district: District) -> str:
    """Of the connection that is made beside the one that the district has."""
    return f"New {district.connection_id}"


def made(district: District) -> District:
    return District(district.stack, f"new-{district.connection_id}")


def fill_about(ada: Person, district: District, **changes: Any) -> None:
    ada.field("Name").fill(changes.get("name", name_of(district)))
    ada.page.get_by_role("combobox", name="SIS (optional)").fill(changes.get("sis", ""))
    zone = ada.page.get_by_role("combobox", name="Time zone")
    zone.fill("chicago")
    ada.page.get_by_role("option", name="America/Chicago").click()


def fill_server(ada: Person, district: District, **changes: Any) -> None:
    sftp = district.stack.sftp
    ada.field("Host").fill(changes.get("host", sftp.host))
    ada.field("Port").fill(str(changes.get("port", sftp.port)))
    ada.field("User name").fill(changes.get("username", sftp.username))
    ada.field("Password").fill(changes.get("password", sftp.password))
    folder = f"{made(district).connection_id}/exports/{{school_year}}"
    ada.field("Folder").fill(changes.get("folder", folder))


def test_a_connection_is_made_step_by_step_and_delivers(visit: Visit, district: District) -> None:
    ada = visit()
    answers = ada.hear()

    ada.link("New connection").click()
    ada.sees(ada.heading("What is it called, and for whom is it?"))
    fill_about(ada, district, sis="Power")
    ada.page.get_by_role("combobox", name="SIS (optional)").click()
    ada.page.get_by_role("option", name="PowerSchool").click()
    expect(ada.field("Id")).to_have_value(made(district).connection_id)
    expect(ada.field("SchoolMint Enroll may sync to this connection")).to_be_checked()
    ada.check()
    ada.button("Next: the server").click()

    expect(ada.heading("Where do the files go?")).to_be_focused()
    fill_server(ada, district)
    year = current_school_year(dt.date.today())  # noqa: DTZ011  # the browser's, as it is here
    ada.sees(ada.page.get_by_text(f"/exports/{year}/students.csv"))
    ada.check()
    ada.button("Back").click()
    ada.button("Next: the server").click()
    expect(ada.field("Password")).to_have_value(district.stack.sftp.password)
    ada.button("Save and check").click()

    ada.sees(ada.heading("Is this the server's key?"))
    ada.sees(ada.page.get_by_text("SHA256:").first)
    ada.check()
    ada.button(CONFIRM).click()
    ada.sees(ada.button("Next: the mapping"))
    ada.check()
    ada.button("Next: the mapping").click()

    expect(ada.page.get_by_role("radio", name="PowerSchool, student import by Q")).to_be_checked()
    ada.check()
    ada.press(ada.page.get_by_role("radio", name="A plain file of students"))
    ada.press(ada.button("Take this mapping"))
    ada.sees(ada.heading(f"{name_of(district)} is set up"))
    ada.check()

    (student,) = made_up_district(2026, students=1)
    made(district).sync(student)
    made(district).export()
    assert list(made(district).files()) == ["2026/students.csv"]
    secret = district.stack.sftp.password
    assert answers
    assert not any(secret in text for text in [*ada.written(), *answers])
    ada.page.go_back()
    ada.page.go_back()
    ada.page.go_back()
    ada.sees(ada.button("Set a new password"))
    assert not any(secret in text for text in ada.written())


def test_a_refused_password_is_mended_on_the_way(visit: Visit, district: District) -> None:
    ada = visit(path="#/new", viewport=PHONE)
    fill_about(ada, district)
    ada.press(ada.button("Next: the server"))
    fill_server(ada, district, password="not-the-password")
    ada.press(ada.button("Save and check"))
    ada.press(ada.button(CONFIRM))

    refused = ada.page.get_by_role("listitem").filter(has_text="Failed: Sign in")
    expect(refused).to_contain_text("Check the user name and the password")
    ada.check()
    ada.press(ada.button("Back"))
    ada.press(ada.button("Set a new password"))
    ada.write(ada.field("New password"), district.stack.sftp.password)
    ada.check()
    ada.press(ada.button("Save and check"))

    ada.sees(ada.button("Next: the mapping"))


def test_mistakes_stand_at_their_fields_in_whichever_step(visit: Visit, district: District) -> None:
    ada = visit(path="#/new", viewport=PHONE)
    ada.sees(ada.field("SchoolMint Enroll may sync to this connection"))
    ada.link("Cancel").click()  # nothing was written: nobody is asked
    ada.sees(ada.card)
    ada.press(ada.link("New connection"))

    ada.press(ada.button("Next: the server"))
    expect(ada.field("Name")).to_be_focused()
    expect(ada.field("Name")).to_have_attribute("aria-invalid", "true")
    ada.check()
    fill_about(ada, district)
    ada.write(ada.field("Id"), "Not An Id")
    ada.press(ada.button("Next: the server"))
    ada.press(ada.button("Save and check"))
    expect(ada.heading("What is it called, and for whom is it?")).to_be_visible()
    expect(ada.field("Id")).to_be_focused()
    ada.field("Id").fill(district.connection_id)  # it is taken
    ada.press(ada.button("Next: the server"))
    expect(ada.field("Host")).to_be_focused()
    expect(ada.field("Password")).to_have_accessible_description(
        "Write the password of this account."
    )
    fill_server(ada, district, host="sftp://example.org", port=0)
    ada.press(ada.page.get_by_role("radio", name="Both"))
    ada.write(ada.field("Private key"), "ssh-ed25519 AAAA")
    ada.press(ada.button("Save and check"))
    expect(ada.field("Host")).to_be_focused()
    expect(ada.field("Host")).to_have_accessible_description(
        "Write the server's name alone, without sftp:// before it."
    )
    expect(ada.field("Port")).to_have_attribute("aria-invalid", "true")
    expect(ada.field("Private key")).to_have_accessible_description(
        "The whole text, from -----BEGIN to the last -----. "
        "This is the public key: send the private one, which begins with -----BEGIN."
    )
    ada.check()
    ada.press(ada.page.get_by_role("radio", name="A password"))
    fill_server(ada, district)
    ada.press(ada.button("Save and check"))
    expect(ada.field("Id")).to_have_accessible_description(
        "Stands in addresses and in the archive, and never changes. Proposed from the name. "
        f'The connection id "{district.connection_id}" is taken: choose another.'
    )
    ada.press(ada.link("Connections"))
    ada.sees(ada.dialog("Leave without saving?"))


def test_a_connection_is_made_by_keyboard_alone(visit: Visit, district: District) -> None:
    sftp = district.stack.sftp
    ada = visit(path="#/new", viewport=PHONE)
    ada.sees(ada.field("Name"))
    press, write = ada.page.keyboard.press, ada.page.keyboard.insert_text

    ada.tab_to(ada.field("Name"))
    write(name_of(district))
    ada.tab_to(ada.page.get_by_role("combobox", name="Time zone"))
    write("denver")
    press("ArrowDown")
    press("Enter")
    ada.tab_to(ada.button("Next: the server"))
    press("Enter")
    expect(ada.heading("Where do the files go?")).to_be_focused()
    for label, text in (
        ("Host", sftp.host),
        ("Port", str(sftp.port)),
        ("User name", sftp.username),
        ("Password", sftp.password),
        ("Folder", made(district).connection_id),
    ):
        ada.tab_to(ada.field(label))
        press("Control+a")
        write(text)
    ada.sees(ada.page.get_by_text("two years in one export are refused"))
    ada.tab_to(ada.button("Save and check"))
    press("Enter")
    ada.sees(ada.button(CONFIRM))
    ada.tab_to(ada.button(CONFIRM))
    press("Enter")
    ada.sees(ada.button("Next: the mapping"))
    ada.tab_to(ada.button("Next: the mapping"))
    press("Enter")
    ada.sees(ada.page.get_by_role("radio", name="An empty mapping"))
    ada.tab_to(ada.page.get_by_role("radio", name="An empty mapping"))
    ada.tab_to(ada.button("Begin with an empty mapping"))
    press("Enter")

    expect(ada.heading(f"{name_of(district)} is set up")).to_be_focused()
    assert made(district).connection["time_zone"] == "America/Denver"
    ada.check()


def test_a_download_with_scripts_for_names_has_no_server_to_check(
    visit: Visit, district: District
) -> None:
    ada = visit(path="#/new")
    fill_about(ada, district, name=SCRIPT, sis=SCRIPT)
    ada.field("Id").fill(made(district).connection_id)
    ada.button("Next: the server").click()
    ada.press(ada.page.get_by_role("radio", name="Fetched by download"))
    ada.field("Folder").fill(f"{SCRIPT}/{{school_year}}")
    ada.check()
    ada.button("Save").click()

    ada.sees(ada.heading("What do the files look like?"))
    ada.page.get_by_role("radio", name="An empty mapping").check()
    ada.button("Begin with an empty mapping").click()
    ada.sees(ada.heading(f"{SCRIPT} is set up"))
    assert ada.page.title() == "New connection · Connections · Registration sync"
    assert made(district).connection["delivery"] == "download"


def test_a_private_key_signs_in_and_who_may_not_is_told(
    visit: Visit, district: District, tmp_path: Path
) -> None:
    fresh = asyncssh.generate_private_key("ssh-ed25519")
    key = fresh.export_private_key(passphrase="open", rounds=16, ignore_few_rounds=True)
    (tmp_path / "key").write_bytes(key)
    ada = visit(path="#/new")
    fill_about(ada, district)
    ada.button("Next: the server").click()
    fill_server(ada, district)
    ada.press(ada.page.get_by_role("radio", name="A private key"))
    ada.field("or its file").set_input_files(tmp_path / "key")
    expect(ada.field("Private key")).to_have_value(key.decode())
    ada.field("Passphrase (optional)").fill("open")
    ada.check()
    ada.button("Save and check").click()
    ada.button(CONFIRM).click()

    refused = ada.page.get_by_role("listitem").filter(has_text="Failed: Sign in")
    expect(refused).to_be_visible()  # this server knows no keys, but it was offered one
    ada.press(ada.button("Go on, and mend it later"))
    ada.sees(ada.heading("What do the files look like?"))
    lin = visit("limited_access", "#/new")
    lin.sees(lin.heading("You may not make connections"))
    lin.check()
