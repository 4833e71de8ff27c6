"""The jobs of tests/console/test_jobs.py that create and schedule a connection."""

import re

from playwright.sync_api import expect

from tests.console.support.answers import holding
from tests.console.support.person import Person
from tests.stack.support.district import District


def create_a_connection(ada: Person, made: District) -> None:
    sftp = made.stack.sftp
    ada.write(ada.field("Name"), made.connection_id)
    ada.write(ada.page.get_by_role("combobox", name="Time zone"), "denver")
    ada.page.keyboard.press("ArrowDown")
    ada.page.keyboard.press("Enter")
    ada.press(ada.button("Next: delivery"))
    expect(ada.heading("Where the files go")).to_be_focused()
    for label, text in {
        "Host": sftp.host,
        "Port": str(sftp.port),
        "User name": sftp.username,
        "Password": "not-the-password",
        "Folder": made.connection_id,
    }.items():
        ada.write(ada.field(label), text)
    ada.sees(ada.page.get_by_text("two school years in one export are refused"))
    ada.press(ada.button("Save and test"))
    ada.sees(ada.page.get_by_text("SHA256:").first)
    ada.check_as_is()
    ada.press(ada.button("Fingerprint matches - continue"))


def correct_a_refused_password(ada: Person, made: District) -> None:
    refused = ada.page.get_by_role("listitem").filter(has_text="Failed: Sign in")
    expect(refused).to_contain_text("or its password")
    ada.page.reload()  # shows the result, and tries nothing
    ada.sign_in()
    ada.press(ada.button("Test again"))
    ada.sees(ada.dialog("Test again with the same password?"))
    ada.check_as_is()
    ada.press(ada.button("Cancel"))
    ada.sees(refused.get_by_role("link", name="Change the user name"))
    ada.press(refused.get_by_role("button", name="Change password"))
    expect(ada.field("New password")).to_be_focused()
    ada.page.keyboard.press("Enter")
    expect(ada.field("New password")).to_have_accessible_description("Enter the new password.")
    ada.check_as_is()
    ada.write(ada.field("New password"), made.stack.sftp.password)
    expect(ada.field("New password")).not_to_have_attribute("aria-invalid", "true")
    ada.page.keyboard.press("Enter")
    ada.sees(ada.button("Next: mapping"))
    ada.check_as_is()


def finish_the_set_up(ada: Person, made: District) -> None:
    ada.press(ada.button("Next: mapping"))
    ada.press(ada.page.get_by_role("radio", name="An empty mapping"))
    ada.press(ada.button("Start with an empty mapping"))
    expect(ada.heading(f"{made.connection_id} is created")).to_be_focused()
    assert made.connection["time_zone"] == "America/Denver"
    ada.check_as_is()


def schedule_weekdays_with_a_pause(ada: Person, made: District) -> None:
    ada.press(ada.page.get_by_role("main").get_by_role("link", name="Schedule"))
    ada.press(ada.page.get_by_role("switch", name="Schedule Export: Registrations"))
    ada.write(ada.field("Time of day"), "1015PM")
    for day in ("Saturday", "Sunday"):
        ada.press(ada.page.get_by_role("checkbox", name=day))
    ada.press(ada.button("Add a pause"))
    expect(ada.field("First day")).to_be_focused()
    ada.write(ada.field("First day"), "06302030")
    ada.write(ada.field("Last day"), "07312030")
    with holding(ada, "/schedule", "PUT"):
        ada.press(ada.button("Save"))
        ada.press(ada.button("Add a pause"))

    ada.sees(ada.page.get_by_text("Saved. Exports follow this schedule.").last)
    expect(ada.field("First day")).to_have_count(2)  # including the one added meanwhile
    ada.sees(ada.page.get_by_text("Not saved yet"))
    next_runs = ada.page.get_by_role("region", name="Next five exports").get_by_role("listitem")
    expect(next_runs.first).to_contain_text(re.compile(r"10:15 PM M[SD]T"))
    ada.check_as_is()
    path = f"{made.path}/schedule"
    schedule = made.stack.call("GET", path, role="full_access").json()
    assert (schedule["time"], schedule["time_zone"]) == ("22:15", "America/Denver")
    assert schedule["weekdays"] == ["monday", "tuesday", "wednesday", "thursday", "friday"]
    assert schedule["pauses"] == [{"from": "2030-06-30", "to": "2030-07-31"}]
