"""Students: totals, lists, and the receipt of a student."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Route, expect

from tests.console.support.answers import REFUSED, SCRIPT, answering, going_on, is_refused, refusing
from tests.console.support.person import PHONE, Person
from tests.stack.support.district import District, registration

type Visit = Callable[..., Person]


def students(district: District, query: str = "") -> str:
    return f"#{district.path}/students{query}"


def late(student_id: str) -> dict[str, Any]:
    """A registration whose date of birth no export can read."""
    broken = registration(student_id)
    broken["data"]["students"]["dob"] = "soon"
    return broken


def cells(ada: Person, year: str) -> Locator:
    return ada.page.get_by_role("row", name=year).get_by_role("cell")


def test_every_student_is_accounted_for_and_listed_by_keyboard(
    visit: Visit, district: District
) -> None:
    district.sync(registration("1", "Ann"), registration("2", "Ben"), late("3"))
    district.sync(registration("4", year=2024))
    district.export()
    district.sync(registration("1", "Anna"), registration("5"))
    ada = visit(path=students(district), viewport=PHONE)

    expect(cells(ada, "2025–26")).to_have_text(["4", "1", "0", "1", "2"])
    expect(cells(ada, "2024–25")).to_have_text(["1", "1", "0", "0", "0"])
    held = ada.page.get_by_role("list", name="Reasons")
    expect(held).to_contain_text(
        re.compile("DOB in students.csv: The value is not a date.*soon 3 · Ann")
    )
    ada.check()

    ada.tab_to(ada.page.get_by_role("tab", name="Needs attention 1"))
    ada.page.keyboard.press("ArrowRight")
    expect(ada.page.get_by_role("tab", name="Ready to send 2")).to_be_focused()
    due = ada.page.get_by_role("list", name="Ready to send, 2025–26").get_by_role("listitem")
    expect(due).to_have_text(
        [re.compile("^1 · Anna.*Sent before"), re.compile("^5 · .*Never sent")]
    )
    ada.check()
    with refusing(ada, "/registrations", "GET"):
        ada.page.keyboard.press("ArrowRight")
        is_refused(ada)
    ada.press(ada.button("Try again"))
    sent = ada.page.get_by_role("list", name="Sent, 2025–26").get_by_role("listitem")
    expect(sent).to_have_text([re.compile("^2 · Ben")])
    ada.tab_to(ada.page.get_by_role("tab", name="Sent 1"))
    ada.page.keyboard.press("End")
    ada.write(ada.field("Show"), "Never sent")
    never = ada.page.get_by_role("list", name="Never sent, 2025–26").locator("> li")
    expect(never).to_have_text([re.compile("^3 · Ann.*Needs attention"), re.compile("^5 · Ann")])
    expect(ada.page).to_have_url(re.compile(r"students\?year=2025&list=all&status=never_exported$"))

    ada.tab_to(ada.link("3 · Ann"))
    ada.page.keyboard.press("Enter")
    ada.sees(ada.page.get_by_role("article", name="2025–26"))
    ada.tab_to(ada.button("All students"))
    ada.page.keyboard.press("Enter")
    ada.tab_to(ada.button("2024–25"))
    ada.page.keyboard.press("Enter")
    ada.sees(ada.heading("No students are waiting"))
    ada.check()


def test_a_student_has_a_receipt_for_each_year_with_the_reasons_for_a_hold(
    visit: Visit, district: District
) -> None:
    district.sync(registration("7", "Ann", year=2024), late("7"))
    district.export()
    ada = visit(path=students(district, "?list=held"), viewport=PHONE)

    ada.press(ada.link("7 · Ann"))

    receipts = ada.page.get_by_role("article")
    expect(receipts.first).to_have_text(
        re.compile(
            "2025–26.*Needs attention.*Ann cannot be sent to .* yet: DOB in students.csv needs"
            ".*Timeline.*Synced.*Needs attention.*DOB: ?soon is not a date.*Next export"
        )
    )
    expect(receipts.last).to_have_text(
        re.compile(r"2024–25.*Sent.*was sent to .* today at .* \(students.csv\)\..*7,Ann,")
    )
    ada.check()


def test_every_outcome_of_a_student_and_a_failed_sync_are_shown(
    visit: Visit, district: District
) -> None:
    district.sync(registration("1"))
    district.export()

    def receipts(route: Route) -> None:
        (receipt,) = route.fetch().json()["items"]
        seldom = [
            {"status": "removed"},
            {"status": "left_out", "exported": None},
            {"status": "unconfirmed", "exported": None},
            {"status": "due", "exported": receipt["exported"] | {"kept": False, "files": []}},
            {"status": "left_out"},
            {"exported": None},
        ]
        items = [receipt | one | {"school_year": year} for year, one in enumerate(seldom, 2020)]
        route.fulfill(json={"items": items, "next": None})

    def missing(route: Route) -> None:
        status = route.fetch().json()
        status["years"][0]["missing"] = 2
        route.fulfill(json=status)

    ada = visit(viewport=PHONE)
    with answering(ada, "/registrations", "GET", receipts):
        ada.go(students(district, "?id=1"))
        articles = ada.page.get_by_role("article")
        expect(articles).to_contain_text(
            [
                "Removed",
                "Filtered out",
                "Not confirmed",
                "no longer kept",
                re.compile("was last sent to .* Newer changes are not sent"),
                "as last synced",
            ]
        )
        ada.check()
    with answering(ada, "/status", "GET", missing):
        ada.go(students(district))
        ada.sees(ada.page.get_by_text("the sync of 2 students failed"))
        ada.check()


def test_a_receipt_has_the_delivered_line(visit: Visit, district: District) -> None:
    district.sync(registration("007", '<b onclick="x">Ann</b>'), registration("008"))
    run = district.export()
    ada = visit(path=students(district))
    ada.sees(ada.page.get_by_role("table"))

    ada.write(ada.field("Find a student"), "007")
    ada.press(ada.button("Find"))

    receipt = ada.page.get_by_role("article", name="2025–26")
    expect(receipt).to_contain_text("was sent to ")
    ada.page.emulate_media(media="print")
    expect(ada.button("More actions")).not_to_be_visible()
    expect(ada.link("History")).not_to_be_visible()
    ada.sees(receipt.get_by_text("was sent to "))
    ada.page.emulate_media(media="screen")
    expect(receipt).to_contain_text("students.csv row 1")
    expect(receipt).to_contain_text('007,"<b onclick=""x"">Ann</b>",4/5/2015')
    (file,) = run["years"][0]["files"]
    expect(receipt).to_contain_text(file["path"])
    expect(receipt).to_contain_text(file["sha256"])
    ada.check()
    ada.press(receipt.locator("summary"))
    ada.check()
    ada.press(receipt.get_by_role("link"))
    ada.sees(ada.page.get_by_role("region", name="Summary"))
    ada.page.go_back()
    ada.sees(receipt)
    ada.press(ada.button("All students"))
    ada.sees(ada.page.get_by_role("table"))


def test_no_address_has_a_student_and_reload_and_back_still_find_the_student(
    visit: Visit, district: District
) -> None:
    district.sync(registration("4711-only-here"))
    ada = visit(path=students(district, "?list=due"))
    visited: list[str] = []
    ada.on("framenavigated", lambda frame: visited.append(frame.url))

    ada.press(ada.link("4711-only-here · Ann"))
    receipt = ada.page.get_by_role("article", name="2025–26")
    ada.sees(receipt)
    ada.page.reload()
    ada.sign_in()
    ada.sees(receipt)
    ada.press(ada.link("History"))
    ada.sees(ada.heading("Nothing has run yet"))
    ada.page.go_back()
    ada.sees(receipt)
    ada.press(ada.button("All students"))
    ada.sees(ada.page.get_by_role("table"))
    ada.write(ada.field("Find a student"), "4711-only-here")
    ada.press(ada.button("Find"))
    ada.sees(receipt)
    assert visited
    assert not [url for url in [*visited, ada.page.url] if "4711" in url]

    ada.go(students(district, "?id=4711-only-here"))  # an old bookmark
    expect(ada.page).to_have_url(re.compile(r"students\?student=[0-9a-f]{8}$"))
    ada.sees(receipt)
    address = ada.page.url
    ada.press_entry(ada.button(ada.user.username), "Sign out")
    ada.sees(ada.heading("You've been signed out"))
    assert "4711" not in ada.page.evaluate("() => JSON.stringify({...sessionStorage})")
    ada.page.goto(address)
    ada.press(ada.button("Sign in"))
    ada.sign_in()
    ada.sees(ada.page.get_by_text("only in the tab where it was opened"))
    ada.check()


def named(student_id: str, first: str, last: str) -> dict[str, Any]:
    whole = registration(student_id, first)
    whole["data"]["students"]["lname"] = last
    return whole


def test_students_are_found_by_name_and_number_and_back_returns(
    visit: Visit, district: District
) -> None:
    district.sync(
        named("000333", "Tomás", "Evans"),
        named("21", "Zoë", "García"),
        named("22", "Ben", "García"),
    )
    ada = visit(path=students(district), viewport=PHONE)
    ada.sees(ada.page.get_by_role("table"))
    visited: list[str] = []
    ada.on("framenavigated", lambda frame: visited.append(frame.url))

    ada.write(ada.field("Find a student"), "evans tomas")
    ada.page.keyboard.press("Enter")
    ada.sees(ada.heading("Tomás Evans"))
    ada.sees(ada.page.get_by_text("Enroll ID 000333"))

    ada.write(ada.field("Find a student"), "garcia")
    ada.page.keyboard.press("Enter")
    ada.sees(ada.heading("2 students found for “garcia”"))
    expect(ada.page.get_by_role("list", name="2 students found").get_by_role("link")).to_have_text(
        ["21 · Zoë García", "22 · Ben García"]
    )
    ada.check()

    ada.write(ada.field("Find a student"), "333")
    ada.page.keyboard.press("Enter")
    ada.sees(ada.heading("No student found for “333”"))
    expect(ada.page.get_by_text("Did you mean")).to_have_text("Did you mean 000333 · Tomás Evans?")
    ada.check()
    ada.press(ada.link("000333 · Tomás Evans"))
    ada.sees(ada.heading("Tomás Evans"))

    ada.page.go_back()
    ada.sees(ada.heading("No student found for “333”"))
    ada.page.go_back()
    ada.sees(ada.heading("2 students found for “garcia”"))
    ada.page.go_back()
    ada.sees(ada.heading("Tomás Evans"))
    ada.page.go_back()
    ada.sees(ada.page.get_by_role("table"))
    assert not [url for url in visited if "arcia" in url or "vans" in url or "333" in url]


def test_the_record_of_one_student_is_resent(visit: Visit, district: District) -> None:
    district.sync(registration("1", "Ann"), registration("2", "Ben"))
    district.export()
    district.sync(registration("2", "Benno"))
    district.export()
    ada = visit("limited_access", path=students(district, "?id=1"))

    ada.press(ada.button("More actions"))
    expect(ada.page.get_by_role("menuitem")).to_have_text(["Print"])
    ada.page.keyboard.press("Escape")
    ada.press(ada.button("Re-send the last file row …"))
    dialog = ada.dialog("Re-send the old record of student 1")
    expect(dialog).to_contain_text("This sends old data and replaces the current files")
    ada.check()
    assert district.names() == ["Benno"]
    ada.press(dialog.get_by_role("button", name="Re-send"))

    ada.sees(dialog.get_by_text("The old rows of 1 student were sent again").first)
    ada.check()
    assert district.names() == ["Ann"]


def test_a_student_is_erased_only_after_the_id_is_typed(visit: Visit, district: District) -> None:
    district.sync(registration("007", "Ann"), registration("008", "Ben"))
    district.export()
    ada = visit(path=students(district, "?id=007"), viewport=PHONE)

    ada.press_entry(ada.button("More actions"), "Erase this student …")
    dialog = ada.dialog("Erase student 007")
    expect(dialog).to_contain_text("Files on the district's server")
    expect(ada.button("Erase")).to_be_disabled()
    ada.check()
    ada.write(ada.field("Type 007 to confirm"), SCRIPT)
    expect(ada.button("Erase")).to_be_disabled()
    ada.check()
    ada.write(ada.field("Type 007 to confirm"), "007")
    with refusing(ada, "/erasures"):
        ada.page.keyboard.press("Enter")
        is_refused(ada, dialog)
    with going_on(ada):
        ada.press(ada.button("Erase"))
        ada.sees(dialog.get_by_role("progressbar", name="Erasing"))
        ada.check()
    ada.sees(dialog.get_by_text("Succeeded").first)
    expect(dialog.get_by_role("heading", level=2)).to_be_focused()
    ada.check()
    ada.press(dialog.get_by_role("link", name="Open the run"))

    expect(ada.page.get_by_role("region", name="Summary")).to_contain_text(
        "1 registration, 1 row in 1 kept file"
    )
    ada.check()
    ada.go(students(district))
    ada.write(ada.field("Find a student"), "007")
    ada.page.keyboard.press("Enter")
    ada.sees(ada.heading("No student found for “007”"))
    expect(ada.button("More actions")).to_have_count(0)
    ada.press(ada.page.get_by_text("Was an erasure of this student interrupted?"))
    failed = {"status": "failed", "error": {"code": "stopped", "message": REFUSED}}
    with going_on(ada, **failed, finished_at="2026-03-03T03:00:00Z"):
        ada.press(ada.button("Erase again …"))
        ada.write(ada.field("Type 007 to confirm"), "007")
        ada.press(ada.button("Erase"))
        ada.sees(dialog.get_by_text(REFUSED))
        ada.check()


def test_an_empty_list_and_an_unknown_id_are_reported(visit: Visit, district: District) -> None:
    ada = visit(path=students(district), viewport=PHONE)
    ada.sees(ada.heading("No students yet"))
    ada.check()

    ada.write(ada.field("Find a student"), "99")
    ada.page.keyboard.press("Enter")
    ada.sees(ada.heading("No student found for “99”"))
    ada.check()
    ada.write(ada.field("Find a student"), SCRIPT)
    ada.page.keyboard.press("Enter")
    ada.sees(ada.heading(f"No student found for “{SCRIPT}”"))
    ada.check()


def test_a_long_list_continues_on_request(visit: Visit, district: District) -> None:
    district.sync(*(registration(str(number)) for number in range(1, 4)))
    ada = visit()

    def two_at_once(route: Route) -> None:
        route.continue_(url=f"{route.request.url}&limit=2")

    ada.page.route(re.compile(r"/registrations\?school_year="), two_at_once)
    ada.go(students(district))
    due = ada.page.get_by_role("list", name="Ready to send, 2025–26").get_by_role("listitem")
    expect(due).to_have_count(2)
    with refusing(ada, "/registrations", "GET"):
        ada.press(ada.button("Show more"))
        is_refused(ada)
    ada.press(ada.button("Show more"))

    expect(due).to_have_count(3)
    expect(ada.button("Show more")).to_have_count(0)
