"""New connection, step by step, until a file has arrived."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncssh
from playwright.sync_api import expect

from local.district import made_up_district
from registration_sync.domain.school_year import current_school_year
from tests.console.support.answers import (
    SCRIPT,
    as_operator,
    as_text,
    fill_all,
    is_refused,
    refusing,
)
from tests.console.support.mapping_page import save_as_another_person
from tests.console.support.person import PHONE, Person
from tests.stack.support.district import MAPPING, District

type Visit = Callable[..., Person]

CONFIRM = "The key is right: keep it and check again"


def name_of(district: District) -> str:
    """The id of the new connection beside the district's own."""
    return f"New {district.connection_id}"


def made(district: District) -> District:
    return District(district.stack, f"new-{district.connection_id}")


def fill_about(ada: Person, district: District, **changes: Any) -> None:
    ada.write(ada.field("Name"), changes.get("name", name_of(district)))
    ada.write(ada.page.get_by_role("combobox", name="SIS (optional)"), changes.get("sis", ""))
    ada.write(ada.page.get_by_role("combobox", name="Time zone"), "chicago")
    ada.pick(ada.page.get_by_role("option", name="America/Chicago"))


def fill_server(ada: Person, district: District, **changes: Any) -> None:
    sftp = district.stack.sftp
    ada.write(ada.field("Host"), changes.get("host", sftp.host))
    ada.write(ada.field("Port"), str(changes.get("port", sftp.port)))
    ada.write(ada.field("User name"), changes.get("username", sftp.username))
    ada.write(ada.field("Password"), changes.get("password", sftp.password))
    folder = f"{made(district).connection_id}/exports/{{school_year}}"
    ada.write(ada.field("Folder"), changes.get("folder", folder))


def test_a_connection_is_created_step_by_step_and_delivers(
    visit: Visit, district: District
) -> None:
    ada = visit()
    answers = ada.record_responses()

    ada.press(ada.link("New connection"))
    ada.sees(ada.heading("What is it called, and for whom is it?"))
    fill_about(ada, district)
    ada.write(ada.page.get_by_role("combobox", name="SIS (optional)"), "Power")
    ada.pick(ada.page.get_by_role("option", name="PowerSchool"))
    expect(ada.field("Id")).to_have_value(made(district).connection_id)
    expect(ada.field("SchoolMint Enroll may sync to this connection")).to_be_checked()
    ada.check()
    ada.press(ada.button("Next: the server"))

    expect(ada.heading("Where do the files go?")).to_be_focused()
    fill_server(ada, district)
    year = current_school_year(dt.date.today())  # noqa: DTZ011  # the browser uses local time, too
    ada.sees(ada.page.get_by_text(f"/exports/{year}/students.csv"))
    ada.check()
    ada.press(ada.button("Back"))
    ada.press(ada.button("Next: the server"))
    expect(ada.field("Password")).to_have_value(district.stack.sftp.password)
    ada.press(ada.button("Save and check"))

    ada.sees(ada.heading("Is this the server's key?"))
    ada.sees(ada.page.get_by_text("SHA256:").first)
    ada.check()
    ada.press(ada.button(CONFIRM))
    ada.sees(ada.button("Next: the mapping"))
    ada.check()
    ada.press(ada.button("Next: the mapping"))

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


def test_a_refused_password_is_corrected_in_the_wizard(visit: Visit, district: District) -> None:
    ada = visit(path="#/new", viewport=PHONE)
    fill_about(ada, district)
    ada.press(ada.button("Next: the server"))
    fill_server(ada, district, password="not-the-password")
    ada.press(ada.button("Save and check"))
    ada.press(ada.button(CONFIRM))

    refused = ada.page.get_by_role("listitem").filter(has_text="Failed: Sign in")
    expect(refused).to_contain_text("or its password")
    ada.check()
    ada.press(ada.button("Back"))
    ada.press(ada.button("Set a new password"))
    ada.write(ada.field("New password"), district.stack.sftp.password)
    ada.check()
    ada.press(ada.button("Save and check"))

    ada.sees(ada.button("Next: the mapping"))


def test_mistakes_are_shown_at_their_fields_in_every_step(visit: Visit, district: District) -> None:
    ada = visit(viewport=PHONE)
    with refusing(ada, "/programs", "GET"):
        ada.press(ada.link("New connection"))
        ada.sees(ada.page.get_by_text(SCRIPT))
        ada.check()
    ada.press(ada.link("Cancel"))  # no draft: no question
    ada.sees(ada.card)
    ada.press(ada.link("New connection"))
    ada.sees(ada.field("SchoolMint Enroll may sync to this connection"))

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
    ada.write(ada.field("Id"), district.connection_id)  # it is taken
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
        "Enter the server's name alone, without sftp:// before it."
    )
    expect(ada.field("Port")).to_have_attribute("aria-invalid", "true")
    expect(ada.field("Private key")).to_have_accessible_description(
        "The whole text, from -----BEGIN to the last -----. "
        "This is the public key: send the private key, which begins with -----BEGIN."
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
    ada.sees(ada.dialog("Discard unsaved changes?"))


def test_a_connection_is_created_by_keyboard_alone(visit: Visit, district: District) -> None:
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
    ada = visit(path="#/new", api=as_operator)  # an operator may enter any district
    main = ada.page.get_by_role("main")
    ada.sees(ada.field("SchoolMint Enroll may sync to this connection"))
    assert fill_all(main) == 5
    ada.check()
    ada.write(ada.field("District"), district.connection["district"])
    ada.write(ada.page.get_by_role("combobox", name="Time zone"), "chicago")
    ada.pick(ada.page.get_by_role("option", name="America/Chicago"))
    ada.press(ada.button("Next: the server"))
    ada.press(ada.page.get_by_role("radio", name="Both"))
    assert fill_all(main) == 7
    ada.press(ada.button("Save and check"))
    expect(ada.field("Id")).to_be_focused()
    as_text(ada)
    ada.check()
    ada.write(ada.field("Id"), made(district).connection_id)
    ada.press(ada.button("Next: the server"))
    ada.press(ada.page.get_by_role("radio", name="Fetched by download"))
    ada.write(ada.field("Folder"), f"{made(district).connection_id}/{SCRIPT.removesuffix('{{7}}')}")
    ada.check()
    with refusing(ada, "/connections"):
        ada.press(ada.button("Save"))
        is_refused(ada)
    with refusing(ada, "/mappings", "GET"):
        ada.press(ada.button("Save"))
        is_refused(ada)
    ada.press(ada.button("Try again"))

    ada.sees(ada.heading("What do the files look like?"))
    ada.press(ada.page.get_by_role("radio", name="A plain file of students"))
    with refusing(ada, "/mapping", "PUT"):
        ada.press(ada.button("Take this mapping"))
        is_refused(ada)
    ada.press(ada.page.get_by_role("radio", name="An empty mapping"))
    ada.press(ada.button("Begin with an empty mapping"))
    ada.sees(ada.heading(f"{SCRIPT} is set up"))
    ada.check()
    assert ada.page.title() == "New connection · SchoolMint Sync Service"
    assert made(district).connection["delivery"] == "download"


def test_an_existing_mapping_is_shown_and_can_be_kept(visit: Visit, district: District) -> None:
    """A connection that was deleted leaves its mapping to the next one of its id."""
    ada = visit(path="#/new")
    fill_about(ada, district)
    ada.press(ada.button("Next: the server"))
    ada.press(ada.page.get_by_role("radio", name="Fetched by download"))
    ada.write(ada.field("Folder"), f"{made(district).connection_id}/{{school_year}}")
    ada.press(ada.button("Save"))
    ada.sees(ada.heading("What do the files look like?"))
    ada.page.go_back()
    save_as_another_person(made(district), MAPPING["files"])
    ada.press(ada.button("Save"))

    expect(ada.page.get_by_role("radio", name="The mapping that it has")).to_be_checked()
    ada.sees(ada.page.get_by_text("Version 1, saved by"))
    expect(ada.page.get_by_role("radio", name="An empty mapping")).to_have_count(0)
    ada.check()
    ada.press(ada.button("Keep its mapping"))
    ada.sees(ada.heading(f"{name_of(district)} is set up"))
    answer = district.stack.call("GET", f"{made(district).path}/mapping", role="full_access")
    assert (answer.json()["version"], answer.json()["files"]) == (1, MAPPING["files"])


def test_a_private_key_signs_in_and_limited_access_is_explained(
    visit: Visit, district: District, tmp_path: Path
) -> None:
    fresh = asyncssh.generate_private_key("ssh-ed25519")
    key = fresh.export_private_key(passphrase="open", rounds=16, ignore_few_rounds=True)
    (tmp_path / "key").write_bytes(key)
    ada = visit(path="#/new")
    fill_about(ada, district)
    ada.press(ada.button("Next: the server"))
    fill_server(ada, district)
    ada.press(ada.page.get_by_role("radio", name="A private key"))
    with ada.page.expect_file_chooser() as chooser:
        ada.press(ada.field("or its file"))
    chooser.value.set_files(tmp_path / "key")
    expect(ada.field("Private key")).to_have_value(key.decode())
    ada.write(ada.field("Passphrase (optional)"), "open")
    ada.check()
    with refusing(ada, "/check"):
        ada.press(ada.button("Save and check"))
        is_refused(ada)
    ada.press(ada.button("Check again"))
    ada.press(ada.button(CONFIRM))

    refused = ada.page.get_by_role("listitem").filter(has_text="Failed: Sign in")
    expect(refused).to_be_visible()  # this server accepts no keys, but the client offered one
    ada.press(ada.button("Go on, and mend it later"))
    ada.sees(ada.heading("What do the files look like?"))
    lin = visit("limited_access", "#/new")
    lin.sees(lin.heading("You may not make connections"))
    lin.check()
