"""A run: its results, held students with reasons, decisions, and resends."""

import copy
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Route, expect

from tests.console.support.answers import SCRIPT, going_on, is_refused, refusing, saying
from tests.console.support.mapping_page import TO, row, source
from tests.console.support.person import PHONE, Person
from tests.stack.support.district import MAPPING, District, registration

type Visit = Callable[..., Person]

HOLD = {"unmatched": {"action": "hold", "count": 0}}


def run_page(district: District, run: dict[str, Any]) -> str:
    return f"#{district.path}/runs/{run['run_id']}"


def late(student_id: str) -> dict[str, Any]:
    """A registration whose date of birth no export can read."""
    broken = registration(student_id)
    broken["data"]["students"]["dob"] = "soon"
    return broken


def save_codes(district: District, *, others: int = 0) -> None:
    """A mapping with a code for Ann only; `others` push the last field out of sight."""
    mapping = copy.deepcopy(MAPPING)
    fields = mapping["files"][0]["fields"]
    fields[2:2] = [{"from": "students.id", "mapping_type": "do_not_map"}] * others
    fields[1] = {
        "from": "students.fname",
        "mapping_type": "match_codes",
        "codes": {"Ann": "A"},
        "unmatched": "keep",
        "to": "First",
    }
    saved = district.stack.call("PUT", f"{district.path}/mapping", mapping, role="full_access")
    assert saved.status == 200, saved.body


def guarded(district: District) -> dict[str, Any]:
    """A run whose delivery awaits confirmation."""
    save_codes(district)
    district.change(guards=HOLD)
    district.sync(registration("1", "Bob"))
    run = district.export()
    assert run["status"] == "awaiting_confirmation"
    return run


def year(ada: Person, name: str) -> Locator:
    return ada.page.get_by_role("region", name=name, exact=True)


def test_a_run_shows_each_file_and_held_student_and_links_to_the_mapping_row(
    visit: Visit, district: District
) -> None:
    save_codes(district, others=20)
    district.sync(registration("1", "Ann"), registration("2", "<b>Bob</b>"))
    district.sync(*(late(f"h{number}") for number in range(14)))
    district.sync(registration("3", "Ann", year=2026))
    run = district.export()
    ada = visit(path=run_page(district, run))

    summary = ada.page.get_by_role("region", name="Summary")
    expect(summary).to_contain_text("students sent. 14 need attention and will be retried.")
    expect(summary).to_contain_text(re.compile(r"Started by\s*lin"))
    (file,) = run["years"][0]["files"]
    of_year = year(ada, "2025–26")
    expect(of_year).to_contain_text("2 rows")
    details = of_year.get_by_role("group").filter(has_text="Technical details")
    expect(details.get_by_text(file["path"])).to_be_hidden()
    ada.press(details.get_by_text("Technical details"))
    ada.sees(details.get_by_text("Replaced atomically"))
    ada.sees(details.get_by_text(file["path"]))
    ada.sees(details.get_by_text(file["sha256"]))
    ada.sees(ada.heading("14 students need attention"))
    ada.sees(of_year.get_by_text("correct it in Enroll"))
    expect(of_year.get_by_role("link", name=re.compile("^h"))).to_have_count(12)
    ada.press(of_year.get_by_role("button", name="Show all 14"))
    expect(of_year.get_by_role("link", name=re.compile("^h"))).to_have_count(14)
    unmatched = of_year.get_by_role("row")
    expect(unmatched.last).to_contain_text("<b>Bob</b>")
    expect(unmatched.last.get_by_role("cell").first).to_have_text("1")
    expect(year(ada, "2026–27")).to_contain_text("1 row")
    ada.check()

    ada.press(of_year.get_by_role("link", name="Open DOB in the mapping").first)
    ada.sees(ada.heading("Export Student Mapping"))
    expect(source(ada, 23)).to_be_focused()
    expect(source(ada, 23)).to_be_in_viewport()
    expect(row(ada, 23).get_by_label(TO)).to_have_value("DOB")


def test_a_file_is_downloaded_and_its_checksum_copied(
    visit: Visit, district: District, tmp_path: Path
) -> None:
    district.sync(registration("1"))
    run = district.export()
    clipboard = ["clipboard-read", "clipboard-write"]
    ada = visit(path=run_page(district, run), permissions=clipboard)

    ada.press(ada.page.get_by_text("Technical details").last)
    ada.press(ada.button("Copy the SHA-256 of students.csv"))
    ada.sees(ada.page.get_by_text("Copied").last)
    with ada.page.expect_download() as download:
        ada.press(ada.button("Download students.csv of 2025–26"))
    download.value.save_as(tmp_path / "students.csv")

    copied = ada.page.evaluate("navigator.clipboard.readText()")
    content = (tmp_path / "students.csv").read_bytes()
    assert content.decode() == district.files()["2025/students.csv"]
    assert copied == hashlib.sha256(content).hexdigest()


def test_a_held_delivery_is_cancelled_by_keyboard_on_a_phone(
    visit: Visit, district: District
) -> None:
    run = guarded(district)
    lin = visit("limited_access", path=run_page(district, run), viewport=PHONE)
    lin.sees(lin.button("Don't send"))
    lin.sees(lin.page.get_by_text("Someone with Full Access can send it anyway."))
    expect(lin.button("Send anyway")).to_have_count(0)
    lin.check()

    with refusing(lin, "/cancel"):
        lin.press(lin.button("Don't send"))
        is_refused(lin)
    lin.press(lin.button("Don't send"))

    summary = lin.page.get_by_role("region", name="Summary")
    expect(summary).to_contain_text("Canceled")
    lin.check()
    assert not district.folder.exists()


def test_some_files_or_students_are_resent_by_keyboard(visit: Visit, district: District) -> None:
    district.sync(registration("1", "Ann"), registration("2", "Ben"))
    district.sync(registration("3", "Cal", year=2026))
    run = district.export()
    (district.folder / "exports/2025/students.csv").unlink()
    (district.folder / "exports/2026/students.csv").unlink()
    ada = visit(path=run_page(district, run), viewport=PHONE)
    dialog = ada.dialog("Re-send this old file")

    ada.press_entry(ada.button("More"), "Re-send this old file…")
    ada.press(ada.field("Some files"))
    ada.press(ada.field("students.csv, 2026–27"))
    ada.check()
    ada.press(dialog.get_by_role("button", name="Re-send"))
    ada.sees(dialog.get_by_text("Succeeded").first)
    expect(dialog.get_by_role("heading", level=2)).to_be_focused()
    assert (district.names(2025), district.names(2026)) == (["Ann", "Ben"], [])
    ada.page.keyboard.press("Escape")
    expect(ada.button("More")).to_be_focused()

    ada.press_entry(ada.button("More"), "Re-send this old file…")
    ada.press(ada.field("Some students"))
    expect(dialog.get_by_role("button", name="Re-send")).to_be_disabled()
    ada.write(ada.field("Students"), "2\n3")
    with going_on(ada, phase="2025: archiving"):
        ada.press(dialog.get_by_role("button", name="Re-send"))
        ada.sees(dialog.get_by_role("progressbar", name="2025–26: saving a copy"))
        ada.check()

    ada.sees(dialog.get_by_text("Succeeded").first)
    assert (district.names(2025), district.names(2026)) == (["Ben"], ["Cal"])
    ada.press(dialog.get_by_role("button", name="Close").last)

    ada.press_entry(ada.button("More"), "Re-send this old file…")
    ada.press(ada.field("Some students"))
    ada.write(ada.field("Students"), SCRIPT)
    ada.press(dialog.get_by_role("button", name="Re-send"))
    expect(dialog.get_by_role("alert")).to_contain_text("<img")
    ada.check()
    ada.write(ada.field("Students"), "99, 02")
    ada.press(dialog.get_by_role("button", name="Re-send"))
    refusal = dialog.get_by_role("alert")
    expect(refusal).to_contain_text("No student with Enroll ID 99 in the files of this run.")
    expect(refusal).to_contain_text("Did you mean 2?")
    ada.page.keyboard.press("Escape")
    ada.go(f"#{district.path}/runs")
    expect(ada.page.get_by_role("listitem").filter(has_text="Re-send")).to_have_count(2)


def test_a_failed_run_shows_the_remedy_and_later_changes(visit: Visit, district: District) -> None:
    district.change(password="wrong")
    district.sync(registration("1"))
    run = district.export()
    district.change(password=district.stack.sftp.password, sis="Skyward", done_file=True)
    save_codes(district)

    ada = visit(path=run_page(district, run))

    ada.sees(ada.page.get_by_text("or its password."))
    ada.sees(ada.page.get_by_text("Version 1"))
    ada.sees(ada.page.get_by_text(re.compile("Settings changed: .*SIS, .*\\.done files")))
    ada.sees(ada.page.get_by_text("Mapping saved as version 2"))
    expect(ada.button("More")).to_have_count(0)
    ada.check()
    ada.press(ada.link("Correct the sign-in"))
    ada.sees(ada.heading("Settings"))


def test_an_uncollected_file_is_resent_from_the_run_that_reports_it(
    visit: Visit, district: District
) -> None:
    district.change(importer="removes")
    district.sync(registration("1", "Ann"))
    district.export()
    district.sync(registration("2", "Ben"))
    run = district.export()
    ada = visit(path=run_page(district, run))

    ada.sees(ada.page.get_by_text("The last file was not imported"))
    ada.check()
    ada.press(ada.button("Re-send those students…"))
    ada.press(ada.dialog("Re-send this old file").get_by_role("button", name="Re-send"))

    ada.sees(ada.dialog("Re-send this old file").get_by_text("Succeeded").first)
    assert district.names() == ["Ann"]


def test_the_students_of_a_replaced_file_go_again_with_the_next_export(
    visit: Visit, district: District
) -> None:
    district.sync(registration("1", "Ann"), registration("2", "Ben"))
    district.export()
    district.sync(registration("3", "Cal"), registration("2", "Benno"))
    run = district.export()
    assert district.names() == ["Benno", "Cal"]
    lin = visit("limited_access", path=run_page(district, run))

    lin.sees(lin.page.get_by_text("This replaced students.csv from"))
    lin.sees(lin.page.get_by_text("its students are missing in your SIS"))
    lin.check()
    lin.press(lin.button("Send those students again with the next export"))
    lin.sees(lin.page.get_by_text("1 student ready to send again.").first)
    lin.check()
    lin.press(lin.button("Export Students"))
    lin.press(lin.field("Send all students not yet imported, together in one file"))
    lin.press(lin.button("Export 3 students"))
    lin.sees(lin.dialog("Export Students").get_by_text("3 students sent.").first)
    lin.press(lin.link("Open the run"))
    expect(lin.dialog("Export Students")).to_have_count(0)
    assert sorted(district.names()) == ["Ann", "Benno", "Cal"]


def test_a_check_and_a_run_without_files_are_shown_by_kind(
    visit: Visit, district: District
) -> None:
    answer = district.stack.call("POST", f"{district.path}/check", {}, role="full_access")
    check = district.finished(answer.json()["run_id"])
    nothing = district.export()
    ada = visit(path=run_page(district, check), viewport=PHONE)

    steps = ada.page.get_by_role("region", name="Steps").get_by_role("listitem")
    expect(steps).to_have_count(9)
    expect(steps.nth(3)).to_contain_text(
        re.compile("Passed.*host key.*The server has the saved host key")
    )
    ada.check()
    ada.go(run_page(district, nothing))
    ada.sees(
        ada.page.get_by_text(
            "No students were waiting to be sent. The current files are unchanged."
        )
    )
    ada.check()


def test_a_preview_states_that_more_rows_exist(visit: Visit, district: District) -> None:
    district.sync(*(registration(str(n)) for n in range(21)))
    answer = district.stack.call(
        "POST", f"{district.path}/exports", {"dry_run": True}, role="full_access"
    )
    run = district.finished(answer.json()["run_id"])
    assert len(run["years"][0]["files"][0]["lines"]) == 21  # with the header
    ada = visit("limited_access", path=run_page(district, run))

    ada.sees(ada.page.get_by_role("figure", name="First 20 rows of the file").first)
    ada.check()


def test_a_run_shows_all_of_its_record(visit: Visit, district: District) -> None:
    district.sync(registration("1"), late("2"), late("3"))
    run = district.export()
    (of_year,) = run["years"]
    one, other = of_year["held"]
    failed = {"code": "folder_missing", "message": "The folder is not there.", "passing": False}
    of_year |= {
        "held": [one, other | {"message": "It has the id of student 2."}],
        "held_count": 1931,
        "held_groups": [
            {name: one[name] for name in ("file", "field", "rule")} | {"students": 1931}
        ],
        "left_out": 3,
        "error": failed,
        "warnings": ["This server cannot rename."],
        "findings": [
            {"guard": guard, "action": "warn", "file": None, "message": guard, "run_id": run_id}
            for guard, run_id in (("row_count", None), ("not_collected", run["run_id"]))
        ],
    }
    seldom = {
        "contents": "all",
        "override_held": True,
        "override_guards": True,
        "attempt": 2,
        "resend_of": run["run_id"],
        "student_ids": [f"student-{number}" for number in range(30)],
    }
    ada = visit()

    with saying(ada, f"/exports/{run['run_id']}", **seldom, years=[of_year]):
        ada.go(run_page(district, run))
        summary = ada.page.get_by_role("region", name="Summary")
        expect(summary).to_contain_text(
            "Sent without the students who need attention. Safety checks overridden"
        )
        expect(year(ada, "2025–26")).to_contain_text("It has the id of student 2.")
        ada.sees(ada.heading("1,931 students need attention"))
        reason = ada.page.get_by_role("list", name="Reasons").locator("> li")
        expect(reason).to_contain_text("1,931 students.")
        expect(reason).to_contain_text("The first 2 are listed here.")
        ada.sees(ada.link("Test the connection"))
        ada.check()


def test_a_run_is_followed_cancelled_while_pending_and_reported_when_interrupted(
    visit: Visit, district: District
) -> None:
    district.sync(registration("1"))
    run = district.export()
    ada = visit()
    now: dict[str, Any] = {"status": "pending", "finished_at": None, "years": [], "message": ""}
    cancelled = []

    def unchanged(route: Route) -> None:
        route.fulfill(json=run | now)

    def cancel(route: Route) -> None:
        cancelled.append(route.request.method)
        now["status"] = "cancelled"
        now["message"] = "Cancelled by ada before it started. The students wait."
        route.fulfill(json=run | now)

    ada.page.route(f"**/exports/{run['run_id']}", unchanged)
    ada.page.route(f"**/exports/{run['run_id']}/cancel", cancel)
    ada.go(run_page(district, run))

    ada.sees(ada.page.get_by_role("progressbar", name="Waiting to start"))
    ada.check()
    now |= {"status": "in_progress", "phase": "2025: mapping", "school_years": [2025, 2026]}
    ada.sees(ada.page.get_by_role("progressbar", name="2025–26: preparing the files"))
    expect(ada.button("Cancel the run")).to_have_count(0)
    ada.check()
    with refusing(ada, f"/exports/{run['run_id']}", "GET"):
        is_refused(ada)
        ada.sees(ada.page.get_by_text("may be out of date"))
    now |= {"status": "pending"}
    with refusing(ada, "/cancel"):
        ada.press(ada.button("Cancel the run"))
        is_refused(ada)
    ada.press(ada.button("Cancel the run"))
    summary = ada.page.get_by_role("region", name="Summary")
    expect(summary).to_contain_text("Cancelled by ada before it started. The students wait.")
    assert cancelled == ["POST"]
    ada.check()

    ada.go(f"#{district.path}/runs/20260101T000000Z-none")
    expect(ada.page.get_by_role("alert").first).to_contain_text("There is no run with this id")
    ada.check()
    message = "The run was interrupted. No student is lost: the next export sends them."
    error = {"code": "stopped", "message": message, "passing": True}
    now |= {"status": "failed", "message": message, "error": error}
    ada.go(run_page(district, run))
    expect(summary).to_contain_text(message)
    ada.check()
