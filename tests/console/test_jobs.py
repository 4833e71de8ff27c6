"""Fourteen jobs of a district's administrator, by the keyboard alone: on a laptop in light, and on
a phone in dark. Each function with a job's name does one, and checks the screen that it ends on.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from tests.console.support.answers import holding, refusing
from tests.console.support.connection_jobs import (
    correct_a_refused_password,
    create_a_connection,
    finish_the_set_up,
    schedule_weekdays_with_a_pause,
)
from tests.console.support.mapping_page import (
    open_mapping,
    row,
    save,
    save_as_another_person,
    saved,
    value,
)
from tests.console.support.person import LAPTOP, PHONE, Person
from tests.console.support.sample_files import GUARDIANS, STUDENTS, SUGGESTED, choose, enrolled
from tests.stack.support.district import MAPPING, District, new_district, registration

type Visit = Callable[..., Person]

CLIPBOARD = ["clipboard-read", "clipboard-write"]
SCREENS = {"laptop": (LAPTOP, "light"), "phone": (PHONE, "dark")}


@pytest.fixture(params=SCREENS)
def come(request: pytest.FixtureRequest, visit: Visit) -> Visit:
    """Opens the console on this screen."""
    viewport, colors = SCREENS[request.param]

    def on_screen(path: str) -> Person:
        person = visit(path=path, viewport=viewport, permissions=CLIPBOARD)
        person.page.emulate_media(color_scheme=colors)  # type: ignore[arg-type]
        return person

    return on_screen


def test_a_connection_is_created_and_scheduled(come: Visit, district: District) -> None:
    ada = come("#/new")
    made = District(district.stack, f"new-{district.connection_id}")
    create_a_connection(ada, made)
    correct_a_refused_password(ada, made)
    finish_the_set_up(ada, made)
    schedule_weekdays_with_a_pause(ada, made)


def test_a_mapping_is_made_from_samples_sent_and_restored(come: Visit, district: District) -> None:
    district.sync(
        enrolled(1, gender="Female", grade="K"),
        enrolled(2, gender="Male", grade="3"),
        enrolled(3, gender="Nonbinary", grade="3"),
    )
    ada = come("#/")
    open_mapping(ada, district, "?tab=fields")
    choose_registration_examples(ada, district)
    map_fields_from_sample_files(ada)
    choose_a_date_format_by_example(ada)
    save_the_files(ada, district)
    send_a_record(ada, district)
    restore_an_earlier_version(ada, district)


def choose_registration_examples(ada: Person, district: District) -> None:
    ada.press(ada.button("Choose Registration Examples"))
    student = ada.page.get_by_role("combobox", name="Student ID")
    expect(student).to_be_focused()
    ada.write(student, "reed ann")
    ada.pick(ada.page.get_by_role("option", name="001 · Ann Reed"))
    ada.press(ada.button("Save"))
    ada.sees(ada.page.get_by_text("Saved", exact=True))
    assert district.connection["example_students"] == ["001"]
    ada.press(ada.page.get_by_role("tab", name="Field Mapping"))
    expect(row(ada, 3)).to_contain_text(re.compile("2015-04-09.*becomes.*4/9/2015"))
    ada.check_as_is()


def map_fields_from_sample_files(ada: Person) -> None:
    ada.press(ada.button("New File from a CSV"))
    choose(ada, "New Roster.csv", STUDENTS)
    ada.sees(ada.page.get_by_text("15 columns: "))
    ada.check_as_is()
    found = {
        header: ada.page.get_by_role("combobox", name=f"Enroll field of {header}").input_value()
        for header in SUGGESTED
    }
    assert found == SUGGESTED
    ada.press(ada.button("Add 15 fields"))
    expect(ada.field("File Name")).to_have_value("New_Roster")
    for number, text in {5: "04/09/2015", 6: "F", 7: "00", 8: "(512) 555-0147"}.items():
        expect(value(ada, number)).to_have_text(text)
    expect(row(ada, 7)).to_contain_text(re.compile("K.*becomes.*00"))

    ada.press(ada.button("New File from a CSV"))
    choose(ada, "guardians.TXT", GUARDIANS, "utf-16")
    ada.press(ada.page.get_by_label("One row for each guardian"))
    ada.press(ada.button("Add 5 fields"))
    expect(value(ada, 2)).to_have_text("Mia")
    ada.check_as_is()


def choose_a_date_format_by_example(ada: Person) -> None:
    ada.press(ada.page.get_by_role("tab", name="New_Roster.csv"))
    ada.press(row(ada, 5).get_by_role("button", name="Options of"))
    ada.write(row(ada, 5).get_by_label("Format in the file"), "Apr 9, 2015")
    expect(value(ada, 5)).to_have_text("Apr 9, 2015")
    ada.check_as_is()


def save_the_files(ada: Person, district: District) -> None:
    save(ada, 2)
    _, students, guardians = saved(district)
    by_header = {one["to"]: one for one in students["fields"]}
    assert by_header["DOB"]["transformations"] == [
        {"type": "date", "from": "YYYY-MM-DD", "to": "MMM D, YYYY"}
    ]
    assert {one["value"]: one["code"] for one in by_header["Gender"]["codes"]} == {
        "Male": "M",
        "Female": "F",
        "Nonbinary": "",
    }
    assert by_header["Locker"] == {"mapping_type": "direct", "to": "Locker", "default": ""}
    assert [guardians[key] for key in ("name", "extension", "separator")] == [
        "guardians",
        "txt",
        "semicolon",
    ]
    assert guardians["rows"] == {"each": ["student_annual.guardian1_"], "skip_when_blank": "fname"}
    assert [one["from"] for one in guardians["fields"]] == [
        "students.student_district_id",
        "entry.fname",
        "entry.lname",
        "entry.relationship",
        "entry.phone",
    ]


def send_a_record(ada: Person, district: District) -> None:
    ada.press(ada.button("Send Record"))
    dialog = ada.dialog("Send Record: student 001")
    cells = dialog.get_by_role("region", name="Values of New_Roster.csv").get_by_role("cell")
    expect(cells.nth(4)).to_have_text("Apr 9, 2015")
    ada.check_as_is()
    ada.press(ada.button("OK, Continue"))
    ada.sees(dialog.get_by_text("Sent as a test.").first)
    ada.check_as_is()
    assert sorted(district.files()) == [
        f"2025/test/{name}" for name in ("New_Roster.csv", "guardians.txt", "students.csv")
    ]
    ada.page.keyboard.press("Escape")


def restore_an_earlier_version(ada: Person, district: District) -> None:
    ada.press_entry(ada.button("Mapping"), "Older versions")
    dialog = ada.dialog("Older versions")
    ada.press(ada.button("Compare version 1"))
    ada.sees(dialog.locator("#version-1").get_by_text("New_Roster").first)
    ada.check_as_is()
    ada.press(ada.button("Restore version 1"))
    ada.sees(ada.page.get_by_text("Version 3, saved by"))
    ada.check_as_is()
    assert saved(district) == MAPPING["files"]


def enrolls(student_id: str, first: str, grade: str = "K") -> dict[str, object]:
    whole = registration(student_id, first)
    whole["data"]["students"] |= {"lname": "García", "grade": grade}
    return whole


def test_students_are_sent_approved_and_found(come: Visit, district: District) -> None:
    codes = {"mapping_type": "match_codes", "codes": {"Ann": "A"}, "to": "First"}
    grades = {"mapping_type": "match_codes", "codes": {"K": "0"}, "unmatched": "keep"}
    whole = MAPPING["files"][0]["fields"]
    fields = [whole[0], {"from": "students.fname", **codes}, whole[2]]
    fields.append({"from": "students.grade", **grades, "to": "Grade"})
    save_as_another_person(district, [{"name": "students", "fields": fields}])
    district.sync(enrolls("1", "Ann"), enrolls("2", "Zoë"))
    first = district.export()
    calm = new_district(
        district.stack, district=district.connection["district"], name="A, in order"
    )
    calm.go_live()

    ada = come("#/")
    find_the_connection_that_needs_attention(ada, district)
    add_a_code_from_the_work_list(ada, district)
    export_and_read_what_is_replaced(ada, district)
    district.change(guards={"unmatched": {"action": "hold", "count": 0}})
    district.sync(enrolls("3", "Ann", grade="13th"))
    assert district.export()["status"] == "awaiting_confirmation"
    district.change(guards={"unmatched": {"action": "hold", "count": 1}})  # since that run
    approve_a_run_that_waits(ada, district)
    resend_an_old_file(ada, district, first["run_id"])
    find_a_student_and_copy_the_sentence(ada, district)


def card_of(ada: Person, district: District) -> Locator:
    return ada.page.get_by_role("article", name=district.connection["name"])


def find_the_connection_that_needs_attention(ada: Person, district: District) -> None:
    expect(ada.page.get_by_role("article")).to_have_count(2)
    expect(ada.page.get_by_role("article").first).to_have_accessible_name(
        district.connection["name"]
    )
    ada.check_as_is()
    ada.press(card_of(ada, district).get_by_role("link", name="1 needs attention"))


def add_a_code_from_the_work_list(ada: Person, district: District) -> None:
    expect(ada.heading("1 student needs attention")).to_be_in_viewport()
    ada.check_as_is()
    ada.press(ada.link("Add a code for “Zoë”"))
    expect(ada.page.locator(":focus")).to_have_accessible_name("Code in the file 2")
    ada.page.keyboard.type("Z")
    save(ada, 3)
    ada.check_as_is()
    assert {"value": "Zoë", "code": "Z"} in saved(district)[0]["fields"][1]["codes"]
    ada.press(ada.link("Back to the students who need attention"))
    ada.sees(ada.heading("1 student needs attention"))  # until the next export


def export_and_read_what_is_replaced(ada: Person, district: District) -> None:
    dialog = ada.dialog("Export Students")
    ada.press(ada.button("Export Students"))
    ada.sees(dialog.get_by_text("1 student ready to send."))
    expect(dialog.get_by_role("list", name="Files that are replaced")).to_contain_text(
        re.compile(r"This replaces students\.csv from .* \(1 row\)\. We don't know whether")
    )
    ada.check_as_is()
    ada.press(ada.field("Send only this student"))
    ada.press(ada.button("Export 1 student"))
    ada.sees(dialog.get_by_text("1 student sent.").first)
    ada.check_as_is()
    assert district.names() == ["Z"]
    ada.page.keyboard.press("Escape")


def approve_a_run_that_waits(ada: Person, district: District) -> None:
    ada.press(ada.link("Connections"))
    ada.press(ada.link(f"Review the export of {district.connection['name']}"))
    decision = ada.page.get_by_role("region", name="Review before sending: something looks unusual")
    expect(decision).to_contain_text("Grade in students.csv has 1 value without a match code")
    ada.sees(decision.get_by_text("Sends 1 student and replaces the current files."))
    ada.sees(ada.page.get_by_text("Settings changed: safety checks").first)
    ada.check_as_is()
    ada.press(ada.button("Send anyway"))
    dialog = ada.dialog("Send 2025–26 anyway?")
    ada.check_as_is()
    with refusing(ada, "/confirm"):
        ada.press(dialog.get_by_role("button", name="Send"))
        expect(dialog.get_by_role("alert")).to_contain_text("Not now.")
    ada.press(dialog.get_by_role("button", name="Send"))
    summary = ada.page.get_by_role("region", name="Summary")
    expect(summary).to_contain_text("Succeeded")
    expect(summary).to_contain_text(re.compile(rf"Approved.*by {ada.user.username}"))
    expect(decision).to_have_count(0)
    ada.check_as_is()
    assert district.names() == ["A"]


def resend_an_old_file(ada: Person, district: District, run_id: str) -> None:
    ada.press(ada.link("History"))
    exports = ada.page.get_by_role("listitem").filter(has_text="1 student ·")
    ada.press(exports.last.get_by_role("link"))
    expect(ada.page).to_have_url(re.compile(run_id))
    ada.press_entry(ada.button("More"), "Re-send this old file…")
    dialog = ada.dialog("Re-send this old file")
    expect(dialog).to_contain_text("This sends old data and replaces the current files")
    expect(dialog).to_contain_text(re.compile(r"This replaces students.csv from .* \(1 row\)\."))
    ada.check_as_is()
    with holding(ada, "/resend"):
        ada.press(dialog.get_by_role("button", name="Re-send"))
        expect(ada.button("Cancel")).to_have_count(0)  # the page still requests the run
    ada.sees(dialog.get_by_text("The old rows of 1 student were sent again").first)
    ada.check_as_is()
    ada.press(dialog.get_by_role("link", name="Open the run"))
    ada.sees(ada.heading("Re-send, "))
    ada.press(ada.link(run_id))
    ada.sees(ada.heading("1 student needs attention"))
    ada.sees(ada.link("2 · Zoë García").first)
    expect(ada.page.get_by_role("link", name="Add a code for")).to_have_count(0)  # it has one now


def find_a_student_and_copy_the_sentence(ada: Person, district: District) -> None:
    ada.press(ada.link("Students"))
    ada.write(ada.field("Find a student"), "garcia zoe")
    ada.page.keyboard.press("Enter")
    ada.sees(ada.heading("Zoë García"))
    ada.press(ada.button("Copy the summary"))
    ada.sees(ada.page.get_by_text("Copied").last)
    ada.check_as_is()
    assert re.fullmatch(
        r"Zoë García was sent to the SIS (today|yesterday) at \d+:\d\d [AP]M \(students\.csv\)\.",
        ada.page.evaluate("navigator.clipboard.readText()"),
    )
