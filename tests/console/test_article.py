"""The customer's help article, followed word for word in the console, to the files on the server.

tests/stack/test_article.py tests its statements on empty exports, last syncs and overwriting.
"""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.console.support.mapping_page import (
    TO,
    TYPE,
    add_step,
    options,
    row,
    save,
    saved,
    source,
    value,
)
from tests.console.support.mapping_page import new_file as new_file_of
from tests.console.support.person import Person
from tests.stack.support.district import District, registration

type Visit = Callable[..., Person]


def student(student_id: str, fname: str, *, year: int = 2025, **more: str) -> dict[str, Any]:
    one = registration(student_id, fname, year=year)
    one["data"]["students"] |= {"grade": "K"} | more
    return one


@pytest.fixture
def ada(visit: Visit, district: District) -> Person:
    """A person at the card of a connection that has no mapping yet."""
    district.sync(
        student("1001", "Ana", lname="Díaz", notes="shy"),
        student("1002", "Ben, Jr.", lname="O'Neil", grade="PK"),
    )
    return visit()


def test_the_article_is_followed_word_for_word(ada: Person, district: District) -> None:
    configure_student_export(ada, district)
    new_file(ada)
    export_field_mapping(ada, district)
    sync_data_before_exporting(district)
    send_a_test_record(ada, district)
    export_manually(ada, district)
    schedule_a_daily_export(ada, district)


def configure_student_export(ada: Person, district: District) -> None:
    # Click into your SFTP connection card and select the "Export Student Mapping" option
    ada.press(ada.card.get_by_role("link", name=district.connection["name"], exact=True))
    ada.press(ada.link("Export Student Mapping"))
    # Under Registration Examples, enter up to five Student IDs to preview
    expect(ada.page.get_by_role("tab", name="Registration Examples")).to_have_attribute(
        "aria-selected", "true"
    )
    ada.write(ada.page.get_by_role("combobox", name="Student ID"), "díaz")
    ada.pick(ada.page.get_by_role("option", name="1001 · Ana Díaz"))
    ada.write(ada.page.get_by_role("combobox", name="Student ID"), "1002")
    ada.press(ada.button("Add"))
    ada.sees(ada.page.get_by_text("1002 · Ben, Jr. O'Neil"))
    ada.press(ada.button("Remove 1002"))
    ada.write(ada.page.get_by_role("combobox", name="Student ID"), "1002")
    ada.page.keyboard.press("Enter")
    ada.sees(ada.page.get_by_text("1002 · Ben, Jr. O'Neil"))
    ada.check()
    # Save!
    ada.press(ada.button("Save"))
    ada.sees(ada.page.get_by_text("Saved", exact=True))
    assert district.connection["example_students"] == ["1001", "1002"]


def new_file(ada: Person) -> None:
    # On the Field Mapping tab, click the "New File" button
    ada.press(ada.page.get_by_role("tab", name="Field Mapping"))
    new_file_of(ada, "Something else")
    # In the "File Settings" row, complete the fields
    settings = ada.page.get_by_role("region", name="File Settings")
    expect(settings.get_by_label("File Name")).to_be_focused()
    ada.write(settings.get_by_label("File Name"), "export")
    expect(settings.get_by_role("combobox", name="File Extension")).to_have_value("CSV")
    ada.write(settings.get_by_label("Field Separator"), "Comma")
    ada.write(settings.get_by_label("Text Identifier"), 'Double quotes "')


def export_field_mapping(ada: Person, district: District) -> None:
    # In the first column: "From SchoolMint Enroll Field", select the Enroll field
    ada.write(source(ada, 1), "fna")
    ada.pick(ada.page.get_by_role("option", name="students.fname"))
    # Direct: data will be exported exactly as it is stored in Enroll
    ada.write(row(ada, 1).get_by_label(TYPE), "Direct")
    # In the "To SFTP Field", enter the column header name
    ada.write(row(ada, 1).get_by_label(TO), "First_Name")
    # Review the "Mapped Value" column
    expect(value(ada, 1)).to_have_text("Ana")
    # Use the "+ Add Field" button at the bottom of the page
    ada.press(ada.button("Add Field"))
    expect(source(ada, 2)).to_be_focused()
    # Match Codes: each value should be displayed as its corresponding/matched value
    ada.write(source(ada, 2), "students.grade")
    ada.write(row(ada, 2).get_by_label(TYPE), "Match Codes")
    ada.write(row(ada, 2).get_by_label(TO), "Grade_Level")
    ada.write(row(ada, 2).get_by_label("Value in Enroll 1"), "K")
    ada.write(row(ada, 2).get_by_label("Code in the file 1"), "0")
    expect(value(ada, 2)).to_have_text("0")
    # Transformation: data needs to be re-formatted in a specific way
    ada.press(ada.button("Add Field"))
    ada.write(source(ada, 3), "students.dob")
    ada.write(row(ada, 3).get_by_label(TYPE), "Transformation")
    ada.write(row(ada, 3).get_by_label(TO), "DOB")
    add_step(ada, 3, "Date")
    expect(value(ada, 3)).to_have_text("4/5/2015")
    row(ada, 3).get_by_label("Format in the file").select_option("YYYY")
    expect(value(ada, 3)).to_have_text("2015")
    # Do Not Map: the field is not included in the export
    ada.press(ada.button("Add Field"))
    ada.write(source(ada, 4), "students.notes")
    ada.write(row(ada, 4).get_by_label(TYPE), "Do Not Map")
    expect(value(ada, 4)).to_have_text("not in the file")
    # Overwrite: This option is only available for imports
    options(ada, 4)
    expect(row(ada, 4).get_by_label("Overwrite")).to_have_accessible_description(
        re.compile("^For imports only")
    )
    expect(ada.page.get_by_role("region", name="Row in the file").last).to_contain_text(
        "First_Name,Grade_Level,DOB\nAna,0,2015"
    )
    ada.check()
    # The other example: a value without a code is held, and the row says so.
    ada.write(ada.field("Mapped Value of"), "1002")
    expect(value(ada, 2)).to_contain_text("Needs attention The value has no match code")
    ada.press(row(ada, 2).get_by_role("button", name="Fill from values found"))
    expect(row(ada, 2).get_by_label("Value in Enroll 2")).to_have_value("PK")
    ada.write(row(ada, 2).get_by_label("Code in the file 2"), "-1")
    expect(value(ada, 2)).to_have_text("-1")
    # Deletes the file of the fixture.
    ada.press(ada.page.get_by_role("tab", name="students.csv"))
    ada.press_entry(ada.button("Actions of the file"), "Delete file")
    ada.press(ada.button("Delete file"))
    # SAVE!
    save(ada, 2)
    (file,) = saved(district)
    assert file["fields"][1]["codes"] == [
        {"value": "K", "code": "0"},
        {"value": "PK", "code": "-1"},
    ]
    assert file["fields"][3] == {"from": "students.notes", "mapping_type": "do_not_map"}


def sync_data_before_exporting(district: District) -> None:
    # Syncing can be done from an individual student's registration page or in bulk
    district.sync(student("1001", "Anna"))
    refused = student("1003", "Cal") | {"status": "In Processing"}
    answer = district.sync(student("1004", "Dora", year=2024), refused)
    assert [one["result"] for one in answer["registrations"]] == ["synced", "refused"]


def send_a_test_record(ada: Person, district: District) -> None:
    # Use the "Send Record" button. The test record is the one being displayed
    ada.press(ada.button("Send Record"))
    dialog = ada.dialog("Send Record: student 1002")
    # Preview the data to be exported. If it looks accurate, click "OK, Continue"
    cells = dialog.get_by_role("region", name="Values of export.csv").get_by_role("cell")
    expect(cells).to_have_text(["Ben, Jr.", "-1", "2015"])
    ada.press(dialog.get_by_text("Raw lines").first)
    expect(dialog.get_by_role("region", name="Lines of export.csv")).to_have_text(
        'First_Name,Grade_Level,DOB\n"Ben, Jr.",-1,2015'
    )
    ada.press(ada.button("OK, Continue"))
    ada.sees(dialog.get_by_text("Sent as a test.").first)
    assert district.files() == {
        "2025/test/export.csv": 'First_Name,Grade_Level,DOB\r\n"Ben, Jr.",-1,2015\r\n'
    }
    ada.page.keyboard.press("Escape")


def export_manually(ada: Person, district: District) -> None:
    ada.press(ada.link("Connections"))
    # Click the 3-dot menu on the SFTP connection card. Select "Export Students"
    ada.press_entry(ada.menu, "Export Students")
    ada.press(ada.button("Export 3 students"))
    ada.sees(ada.dialog("Export Students").get_by_text("3 students sent.").first)
    ada.page.keyboard.press("Escape")
    # Exported files will contain the students corresponding to the start year of the export
    files = district.files()
    assert files["2024/export.csv"] == "First_Name,Grade_Level,DOB\r\nDora,0,2015\r\n"
    assert files["2025/export.csv"] == (
        'First_Name,Grade_Level,DOB\r\nAnna,0,2015\r\n"Ben, Jr.",-1,2015\r\n'
    )


def schedule_a_daily_export(ada: Person, district: District) -> None:
    ada.press_entry(ada.menu, "Schedule")
    ada.sees(ada.heading("Scheduled export"))
    ada.check()
    # Use the slider to enable "Schedule Export: Registrations"
    ada.press(ada.page.get_by_role("switch", name="Schedule Export: Registrations"))
    # Set the time of day for the export. Click Save
    ada.write(ada.field("Time of day"), "0900PM")
    ada.press(ada.button("Save"))
    ada.sees(ada.page.get_by_text("Saved. Exports follow this schedule.").last)
    nights = ada.page.get_by_role("region", name="Next five exports").get_by_role("listitem")
    expect(nights).to_have_count(5)
    expect(nights.first).to_contain_text(re.compile(r"9:00 PM C[SD]T UTC−[56]"))
    ada.check()
    stored = district.stack.call("GET", f"{district.path}/schedule", role="full_access").json()
    assert (stored["enabled"], stored["time"]) == (True, "21:00")
    # Synced data will be saved in an export file on the SFTP server at the scheduled time
    district.sync(student("1005", "Eve"))
    district.nightly_export(stored["next_runs"][0]["utc"])
    files = district.files()
    assert files["2024/export.csv"] == "First_Name,Grade_Level,DOB\r\nDora,0,2015\r\n"
    assert files["2025/export.csv"] == "First_Name,Grade_Level,DOB\r\nEve,0,2015\r\n"
