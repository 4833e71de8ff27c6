"""Lists of students to hand on: on the page, and as CSV files for spreadsheets."""

import copy
import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Route, expect

from tests.console.support.answers import is_refused, refusing
from tests.console.support.person import PHONE, Person
from tests.stack.support.district import MAPPING, District, registration

type Visit = Callable[..., Person]


def students(district: District, query: str = "") -> str:
    return f"#{district.path}/students{query}"


def late(student_id: str, *names: str) -> dict[str, Any]:
    """A registration whose date of birth no export can read."""
    broken = registration(student_id, *names)
    broken["data"]["students"]["dob"] = "soon"
    return broken


def downloaded(ada: Person, button: Locator) -> tuple[str, bytes]:
    """The name and the content of the file that the button saves."""
    with ada.page.expect_download() as saving:
        ada.press(button)
    return saving.value.suggested_filename, Path(saving.value.path()).read_bytes()


def rows(content: bytes) -> list[dict[str, str]]:
    """The rows as a program reads them."""
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_each_list_is_a_file_with_names_reasons_and_values(
    visit: Visit, district: District
) -> None:
    zone = district.connection["time_zone"]
    district.sync(registration("1", "Ann"), late("007", '=cmd|"x"'), registration("3", "Zoë"))
    run = district.export()
    district.sync(registration("3", "Zoë, Mia"))
    ada = visit("limited_access", path=students(district, "?list=held"), viewport=PHONE)

    held = ada.page.get_by_role("list", name="Reasons")
    expect(held).to_contain_text('=cmd|"x"')
    name, content = downloaded(ada, ada.button("Download CSV"))

    assert name == f"students-held-2025-{district.connection_id}.csv"
    (row,) = rows(content)
    assert row["Student id"] == '="007"'
    assert row["students.fname"] == '\'=cmd|"x"'
    assert (row["File"], row["Field"], row["Value at fault"]) == ("students.csv", "DOB", "soon")
    assert (row["Status"], row["School year"]) == ("Needs attention", "2025–26")
    assert "is not a date" in row["Reason"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", row[f"Needs attention since ({zone})"])
    assert row["Last sent by the run"] == ""
    ada.check()

    ada.tab_to(ada.page.get_by_role("tab", name="Needs attention 1"))
    ada.page.keyboard.press("ArrowRight")
    (row,) = rows(downloaded(ada, ada.button("Download CSV"))[1])
    assert (row["students.fname"], row["Status"], row["Reason"]) == (
        "Zoë, Mia",
        "Ready to send",
        "",
    )
    assert row["Last sent by the run"] == run["run_id"]

    with ada.page.expect_response(re.compile("status=all")):
        ada.tab_to(ada.page.get_by_role("tab", name="Ready to send 1"))
        ada.page.keyboard.press("End")
    everyone = ada.page.get_by_role("list", name="All students, 2025–26").locator("> li")
    expect(everyone).to_have_text(
        [re.compile("^007"), re.compile("^1 · Ann"), re.compile("^3 · Zoë")]
    )
    ada.check()
    found = rows(downloaded(ada, ada.button("Download CSV"))[1])
    assert [one["Status"] for one in found] == ["Needs attention", "Sent", "Ready to send"]


def test_students_who_need_attention_are_a_work_list(visit: Visit, district: District) -> None:
    mapping = copy.deepcopy(MAPPING)
    codes = {"mapping_type": "match_codes", "codes": {"Ann": "A"}, "to": "First"}
    mapping["files"][0]["fields"][1] = {"from": "students.fname", **codes}
    saved = district.stack.call("PUT", f"{district.path}/mapping", mapping, role="full_access")
    assert saved.status == 200, saved.body
    slashes = registration("9")
    slashes["data"]["students"]["dob"] = "4/9/2015"
    district.sync(*(registration(str(one), "Nonbinary") for one in range(100, 115)))
    district.sync(registration("7", "Zoë"), slashes, registration("1"))
    run = district.export()
    ada = visit(path=f"#{district.path}/runs/{run['run_id']}")

    ada.press(ada.link("Open the list of students who need attention"))
    ada.sees(ada.heading("17 students need attention"))
    reasons = ada.page.get_by_role("list", name="Reasons").locator("> li")
    expect(reasons).to_have_count(2)
    first, last = reasons.first, reasons.last
    expect(first).to_contain_text("First in students.csv: The value has no match code")
    expect(first).to_contain_text("16 students.")
    expect(first).to_contain_text(
        re.compile("Nonbinary Add a code for “Nonbinary” 15 students: 100 · Nonb")
    )
    expect(first).to_contain_text(re.compile("Zoë Add a code for “Zoë” 7 · Zoë"))
    expect(last).to_contain_text(re.compile("4/9/2015 Add the date format of “4/9/2015” 9 · Ann"))
    ada.sees(last.get_by_role("link", name="Add the date format of “4/9/2015”"))
    ada.press(first.get_by_role("button", name="Show all 15"))
    expect(first.get_by_role("link", name="Nonbinary")).to_have_count(16)
    ada.check()
    _, content = downloaded(ada, last.get_by_role("button", name="Download these students (CSV)"))
    assert [row["Value at fault"] for row in rows(content)] == ['="4/9/2015"']


def test_all_students_are_filtered_by_status(visit: Visit, district: District) -> None:
    district.sync(registration("1", "Ann"), late("2"))
    district.export()
    ada = visit(path=students(district, "?list=all"))

    everyone = ada.page.get_by_role("list", name="All students, 2025–26").locator("> li")
    expect(everyone).to_have_text(
        [re.compile("^1 · Ann.*Sent", re.DOTALL), re.compile("^2.*Needs attention", re.DOTALL)]
    )
    ada.write(ada.field("Show"), "Never sent")
    never = ada.page.get_by_role("list", name="Never sent, 2025–26").locator("> li")
    expect(never).to_have_text([re.compile("^2 · ")])
    expect(ada.page).to_have_url(re.compile("list=all&status=never_exported$"))
    ada.field("Show").select_option("Removed")
    ada.sees(ada.heading("No student was removed"))
    ada.check()


def test_a_list_is_read_page_by_page_and_a_failure_is_shown(
    visit: Visit, district: District
) -> None:
    district.sync(*(registration(str(number)) for number in range(1, 6)))
    ada = visit(path=students(district))

    def two_at_once(route: Route) -> None:
        route.continue_(url=route.request.url.replace("limit=500", "limit=2"))

    ada.page.route(re.compile("details=true"), two_at_once)
    ada.sees(ada.button("Download CSV"))
    with refusing(ada, "/registrations", "GET"):
        ada.press(ada.button("Download CSV"))
        is_refused(ada)

    found = rows(downloaded(ada, ada.button("Download CSV"))[1])

    assert [one["Student id"] for one in found] == ["1", "2", "3", "4", "5"]


def test_the_fields_of_the_name_are_a_setting(visit: Visit, district: District) -> None:
    first, others = registration("1", "Ann"), registration("2", "Ben")
    first["data"]["students"]["family"] = "Ng"
    district.sync(first, others)
    ada = visit(path=f"#{district.path}/settings")

    field = ada.page.get_by_label("Fields of a student's name")
    expect(field).to_have_value("students.fname, students.mname, students.lname")
    ada.write(field, "students.family, registration.student_id")
    ada.press(ada.button("Save"))
    expect(ada.page.get_by_text("Enter a field of the registration's data").first).to_be_visible()
    ada.check()
    ada.write(field, "students.family,students.fname")
    ada.press(ada.button("Save"))
    ada.sees(ada.page.get_by_text("Settings saved.").last)

    assert district.connection["name_fields"] == ["students.family", "students.fname"]
    ada.go(students(district))
    due = ada.page.get_by_role("list", name="Ready to send, 2025–26").get_by_role("listitem")
    expect(due).to_have_text([re.compile("^1 · Ng Ann"), re.compile("^2 · Ben")])


CELLS = [
    ("007", '="007"'),
    ("1e5", '="1e5"'),
    ("3-4", '="3-4"'),
    ("-5", '="-5"'),
    ("123456789012", '="123456789012"'),
    ("12345678901", "12345678901"),
    ("0", "0"),
    ("06520", '="06520"'),
    ("S-001", "S-001"),
    ("12 Main St", "12 Main St"),
    ("=1+1", "'=1+1"),
    (" =1+1", "' =1+1"),
    ("+A1", "'+A1"),
    ("-A1", "'-A1"),
    ("@SUM(A1)", "'@SUM(A1)"),
    ("\tx", "'\tx"),
    ("\rx", "'\rx"),
    ("\uff1dA1", "'\uff1dA1"),
    ('a "b", c\r\nd', 'a "b", c\r\nd'),
    ("", ""),
]


def test_cells_survive_a_spreadsheet_and_run_nothing(visit: Visit, district: District) -> None:
    ada = visit(path=students(district))
    ada.sees(ada.heading("No students yet"))

    text = ada.page.evaluate(
        """async (values) => {
            const names = performance.getEntriesByType("resource").map((one) => one.name);
            const path = names.find((name) => name.endsWith("lib/text/csv_list.js"));
            const { csvOf } = await import(path);
            return csvOf(["Value"], values.map((value) => [value]));
        }""",
        [value for value, _ in CELLS],
    )

    header, *cells = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert header == ["Value"]
    assert [(cell or [""])[0] for cell in cells] == [shown for _, shown in CELLS]
