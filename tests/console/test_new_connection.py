"""New connection, step by step, until a file has arrived."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncssh
from playwright.sync_api import Locator, expect

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

CONFIRM = "Fingerprint matches - continue"


def summary(ada: Person) -> Locator:
    return ada.page.get_by_role("alert").filter(has_text="Fix the")


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


def enter_sis(ada: Person) -> None:
    """Enter one that is not listed, then PowerSchool: Enter ends the search, not the step."""
    sis = ada.page.get_by_role("combobox", name="SIS (optional)")
    ada.write(sis, "One of our own")
    ada.sees(ada.page.get_by_text("Not in the list, but you can still use it."))
    ada.page.keyboard.press("Enter")
    expect(sis).to_have_attribute("aria-expanded", "false")
    ada.sees(ada.heading("Name and district"))
    expect(sis).to_have_value("One of our own")
    ada.write(sis, "power")
    ada.page.keyboard.press("Enter")
    expect(sis).to_have_value("PowerSchool")


def test_a_connection_is_created_step_by_step_and_delivers(
    visit: Visit, district: District
) -> None:
    ada = visit()
    answers = ada.record_responses()

    ada.press(ada.link("New connection"))
    ada.sees(ada.heading("Name and district"))
    fill_about(ada, district)
    enter_sis(ada)
    expect(ada.field("Connection ID")).to_have_value(made(district).connection_id)
    expect(ada.field("Receive registrations from SchoolMint Enroll")).to_be_checked()
    ada.check()
    ada.press(ada.button("Next: delivery"))

    expect(ada.heading("Where the files go")).to_be_focused()
    fill_server(ada, district)
    year = current_school_year(dt.date.today())  # noqa: DTZ011  # the browser uses local time, too
    ada.sees(ada.page.get_by_text(f"/exports/{year}/students.csv"))
    ada.check()
    ada.press(ada.button("Back"))
    ada.press(ada.button("Next: delivery"))
    expect(ada.field("Password")).to_have_value(district.stack.sftp.password)
    ada.press(ada.button("Save and test"))

    ada.sees(ada.heading("Is this your server?"))
    ada.sees(ada.page.get_by_text("SHA256:").first)
    ada.check()
    ada.press(ada.button(CONFIRM))
    ada.sees(ada.button("Next: mapping"))
    ada.check()
    ada.press(ada.button("Next: mapping"))

    expect(ada.page.get_by_role("radio", name="PowerSchool, student import by Q")).to_be_checked()
    ada.check()
    ada.press(ada.page.get_by_role("radio", name="Generic student CSV"))
    ada.press(ada.button("Use this template"))
    ada.sees(ada.heading(f"{name_of(district)} is created"))
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
    ada.sees(ada.button("Change password"))
    assert not any(secret in text for text in ada.written())


def test_a_set_up_continues_after_a_reload_and_from_its_card(
    visit: Visit, district: District
) -> None:
    """Also a host that was never reached demands no password, as long as the page knows it."""
    ada = visit(path="#/new")
    fill_about(ada, district)
    ada.press(ada.button("Next: delivery"))
    ada.write(ada.field("User name"), "typed")
    ada.page.reload()
    ada.sign_in()
    expect(ada.field("User name")).to_have_value("typed")
    fill_server(ada, district, host="no.such.host.invalid")
    ada.press(ada.button("Save and test"))
    failed = ada.page.get_by_role("listitem").filter(has_text="Failed: Find the server")
    ada.press(failed.get_by_role("link", name="Change the server address"))
    expect(ada.field("Host")).to_be_focused()
    ada.sees(ada.page.get_by_text(f"by {ada.user.username}"))
    ada.sees(ada.page.get_by_text("No private key"))
    ada.check()
    ada.write(ada.field("Host"), district.stack.sftp.host)
    ada.sees(ada.page.get_by_text("The password you just entered is saved for the new address."))
    ada.page.keyboard.press("Enter")
    ada.sees(ada.button(CONFIRM))
    ada.page.reload()
    ada.sign_in()
    ada.press(ada.button(CONFIRM))
    created = ada.page.get_by_role("listitem").filter(has_text="Find the folder")
    expect(created).to_contain_text("There was no folder")
    ada.sees(ada.page.get_by_text("Connected, with a warning"))
    ada.check()

    ada.go("#/")
    card = ada.page.get_by_role("article", name=name_of(district), exact=True)
    ada.press(card.get_by_role("link", name="Finish set-up"))
    ada.sees(ada.heading("What the files look like"))
    ada.press(ada.button("Back"))
    ada.press(ada.button("Back"))
    ada.write(ada.field("Host"), "moved.example.org")
    again = "Enter the password again because the server address changed."
    ada.sees(ada.page.get_by_text(again, exact=True))
    ada.page.keyboard.press("Enter")
    expect(summary(ada)).to_be_focused()
    expect(summary(ada)).to_contain_text(again.removesuffix("."))
    ada.go("#/")
    ada.press(ada.button("Discard"))


def test_a_password_that_was_typed_for_one_connection_is_not_sent_for_another(
    visit: Visit, district: District
) -> None:
    ada = visit(path="#/new")
    fill_about(ada, district)
    ada.press(ada.button("Next: delivery"))
    fill_server(ada, district, host="no.such.host.invalid")
    ada.press(ada.button("Save and test"))
    ada.sees(ada.page.get_by_text("Failed: Find the server"))
    ada.sees(ada.button("Continue without a working connection"))
    ada.go(f"#/new?connection={district.connection_id}&step=server")
    ada.write(ada.field("Host"), "moved.example.org")
    again = "Enter the password again because the server address changed."
    ada.sees(ada.page.get_by_text(again, exact=True))
    ada.go("#/")
    ada.press(ada.button("Discard"))


def test_a_half_made_connection_is_proposed_again_and_not_doubled(
    visit: Visit, district: District
) -> None:
    ada = visit(path="#/new")
    ada.write(ada.field("Name"), district.connection_id)
    ada.sees(ada.page.get_by_text("You already started this connection"))
    expect(ada.field("Connection ID")).to_have_value(district.connection_id)
    ada.check()
    ada.page.keyboard.press("Enter")
    expect(summary(ada)).to_contain_text("its set-up is not finished")
    ada.press(ada.link("Finish set-up"))
    ada.sees(ada.heading("Test the connection"))
    ada.go("#/")
    district.go_live()
    ada.press(ada.link("New connection"))
    ada.write(ada.field("Name"), district.connection_id)
    expect(ada.field("Connection ID")).to_have_value(f"{district.connection_id}-2")


def test_mistakes_are_shown_at_their_fields_in_every_step(visit: Visit, district: District) -> None:
    ada = visit(viewport=PHONE)
    with refusing(ada, "/programs", "GET"):
        ada.press(ada.link("New connection"))
        ada.sees(ada.page.get_by_text(SCRIPT))
        ada.check()
    ada.press(ada.link("Cancel"))  # no draft: no question
    ada.sees(ada.card)
    ada.press(ada.link("New connection"))
    ada.sees(ada.field("Receive registrations from SchoolMint Enroll"))

    ada.press(ada.button("Next: delivery"))
    expect(summary(ada)).to_be_focused()
    ada.check()
    ada.press(summary(ada).get_by_role("link", name="Name: Enter a name."))
    expect(ada.field("Name")).to_be_focused()
    expect(ada.field("Name")).to_have_attribute("aria-invalid", "true")
    ada.write(ada.field("Name"), "North")
    expect(ada.field("Name")).not_to_have_attribute("aria-invalid", "true")
    fill_about(ada, district)
    expect(summary(ada)).to_have_count(0)
    ada.write(ada.field("Connection ID"), "Not An Id")
    ada.page.keyboard.press("Enter")
    ada.press(ada.button("Save and test"))
    expect(summary(ada)).to_contain_text("Connection ID: Enter 1 to 40 lowercase letters")
    expect(summary(ada)).to_be_focused()
    ada.write(ada.field("Connection ID"), made(district).connection_id)
    ada.press(ada.button("Next: delivery"))
    ada.press(ada.button("Save and test"))
    expect(summary(ada)).to_contain_text("Fix the 3 highlighted fields.")
    expect(ada.field("Password")).to_have_accessible_description("Enter the password.")
    fill_server(ada, district, host="sftp://example.org", port=0)
    ada.press(ada.page.get_by_role("radio", name="Both"))
    ada.write(ada.field("Private key"), "ssh-ed25519 AAAA")
    ada.press(ada.button("Save and test"))
    expect(summary(ada)).to_be_focused()
    expect(ada.field("Host")).to_have_accessible_description(
        "Enter the server's name alone, without sftp:// before it."
    )
    expect(ada.field("Port")).to_have_attribute("aria-invalid", "true")
    expect(ada.field("Private key")).to_have_accessible_description(
        "The whole text, from -----BEGIN to the last -----. "
        "This is the public key: enter the private key, which begins with -----BEGIN."
    )
    ada.check()
    ada.press(ada.link("Connections"))
    ada.sees(ada.dialog("Discard unsaved changes?"))


def test_a_download_with_scripts_for_names_has_no_server_to_check(
    visit: Visit, district: District
) -> None:
    ada = visit(path="#/new", api=as_operator)  # an operator may enter any district
    main = ada.page.get_by_role("main")
    ada.sees(ada.field("Receive registrations from SchoolMint Enroll"))
    assert fill_all(main) == 5
    ada.check()
    ada.write(ada.field("District"), district.connection["district"])
    ada.write(ada.page.get_by_role("combobox", name="Time zone"), "chicago")
    ada.pick(ada.page.get_by_role("option", name="America/Chicago"))
    ada.press(ada.button("Next: delivery"))
    ada.press(ada.page.get_by_role("radio", name="Both"))
    assert fill_all(main) == 7
    ada.press(ada.button("Save and test"))
    expect(summary(ada)).to_be_focused()
    as_text(ada)
    ada.check()
    ada.write(ada.field("Connection ID"), made(district).connection_id)
    ada.press(ada.button("Next: delivery"))
    ada.press(ada.page.get_by_role("radio", name="Manual download"))
    ada.write(ada.field("Folder"), f"{made(district).connection_id}/{SCRIPT.removesuffix('{{7}}')}")
    ada.check()
    with refusing(ada, "/connections"):
        ada.press(ada.button("Save"))
        is_refused(ada)
    with refusing(ada, "/mappings", "GET"):
        ada.press(ada.button("Save"))
        is_refused(ada)
    ada.press(ada.button("Try again"))

    ada.sees(ada.heading("What the files look like"))
    ada.press(ada.page.get_by_role("radio", name="Generic student CSV"))
    with refusing(ada, "/mapping", "PUT"):
        ada.press(ada.button("Use this template"))
        is_refused(ada)
    ada.press(ada.page.get_by_role("radio", name="An empty mapping"))
    ada.press(ada.button("Start with an empty mapping"))
    ada.sees(ada.heading(f"{SCRIPT} is created"))
    ada.check()
    assert ada.page.title() == "New connection · SchoolMint Sync Service"
    assert made(district).connection["delivery"] == "download"


def test_an_existing_mapping_is_shown_and_can_be_kept(visit: Visit, district: District) -> None:
    """A connection that was deleted leaves its mapping to the next one of its id."""
    ada = visit(path="#/new")
    fill_about(ada, district)
    ada.press(ada.button("Next: delivery"))
    ada.press(ada.page.get_by_role("radio", name="Manual download"))
    ada.write(ada.field("Folder"), f"{made(district).connection_id}/{{school_year}}")
    ada.press(ada.button("Save"))
    ada.sees(ada.heading("What the files look like"))
    ada.page.go_back()
    save_as_another_person(made(district), MAPPING["files"])
    ada.press(ada.button("Save"))

    expect(ada.page.get_by_role("radio", name="The current mapping")).to_be_checked()
    ada.sees(ada.page.get_by_text("Version 1, saved by"))
    expect(ada.page.get_by_role("radio", name="An empty mapping")).to_have_count(0)
    ada.check()
    ada.press(ada.button("Keep the current mapping"))
    ada.sees(ada.heading(f"{name_of(district)} is created"))
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
    ada.press(ada.button("Next: delivery"))
    fill_server(ada, district)
    ada.press(ada.page.get_by_role("radio", name="A private key"))
    with ada.page.expect_file_chooser() as chooser:
        ada.press(ada.field("or select its file"))
    chooser.value.set_files(tmp_path / "key")
    expect(ada.field("Private key")).to_have_value(key.decode())
    ada.write(ada.field("Passphrase (optional)"), "open")
    ada.check()
    with refusing(ada, "/check"):
        ada.press(ada.button("Save and test"))
        is_refused(ada)
    ada.press(ada.button("Test again"))
    ada.press(ada.button(CONFIRM))

    refused = ada.page.get_by_role("listitem").filter(has_text="Failed: Sign in")
    expect(refused).to_be_visible()  # this server accepts no keys, but the client offered one
    ada.press(ada.button("Continue without a working connection"))
    ada.sees(ada.heading("What the files look like"))
    lin = visit("limited_access", "#/new")
    lin.sees(lin.heading("You can't create connections"))
    lin.check()
