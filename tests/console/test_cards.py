"""The connection cards and their menus, with the files on the SFTP server."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from playwright.sync_api import Route, expect

from tests.console.support.answers import SCRIPT, answering, going_on, holding, is_refused, refusing
from tests.console.support.mapping_page import save_as_another_person
from tests.console.support.person import PHONE, Person
from tests.stack.support.district import MAPPING, District, new_district, registration

type Visit = Callable[..., Person]


def test_a_card_shows_the_last_and_next_export_with_problems_first(
    visit: Visit, district: District
) -> None:
    district.sync(registration("1"), registration("2"))
    district.export()
    soon = registration("4")
    soon["data"]["students"]["dob"] = "soon"
    district.sync(registration("3"), soon)
    district.export()
    district.sync(registration("5"))
    on = {"enabled": True, "time": "21:00"}
    district.stack.call("PUT", f"{district.path}/schedule", on, role="full_access")

    town = district.connection["district"]
    broken = new_district(district.stack, district=town, name="Z, broken", password="wrong")
    broken.sync(registration("1"))
    broken.go_live()
    broken.export()

    ada = visit(path="#/people")
    ada.sees(ada.page.get_by_role("table"))
    asked: list[str] = []
    ada.on("request", lambda request: asked.append(request.url.partition("/v1/")[2]))
    ada.go("#/")

    expect(ada.card.first).to_contain_text("Failed")
    expect(ada.card.first).to_contain_text("rejected the user name")
    expect(ada.card.last).to_contain_text("1 student sent · 1 needs attention")
    expect(ada.card.last).to_contain_text("1 ready to send · 1 needs attention")
    expect(ada.card.last.get_by_role("time").last).to_contain_text("9:00 PM C")
    expect(ada.page.get_by_role("searchbox")).to_have_count(0)
    ada.check()
    assert [path for path in asked if not path.startswith("console/")] == ["overview"]

    progress = ada.page.get_by_role("progressbar", name="2025–26: preparing the files")

    def under_way(route: Route) -> None:
        overview = route.fetch().json()
        for one in overview["items"]:
            one["last_export"] |= {"status": "in_progress", "phase": "2025: mapping"}
        route.fulfill(json=overview)

    with answering(ada, "/overview", "GET", under_way):
        ada.go(f"#{district.path}/schedule")
        ada.press(ada.link("Connections"))
        expect(progress).to_have_count(2)
        ada.check()
    expect(progress).to_have_count(0)


def test_only_the_connections_with_a_running_export_are_read_again(
    visit: Visit, district: District
) -> None:
    town = district.connection["district"]
    other = new_district(district.stack, district=town, name="A, at rest")
    for one in (district, other):
        one.sync(registration("1"))
        one.export()
    ada = visit(path="#/people")
    asked: list[str] = []
    ada.on("request", lambda request: asked.append(request.url.partition("/v1/")[2]))

    def one_under_way(route: Route) -> None:
        overview = route.fetch().json()
        for one in overview["items"]:
            if one["connection_id"] == district.connection_id:
                one["last_export"] |= {"status": "in_progress", "phase": "2025: mapping"}
        route.fulfill(json=overview)

    again = f"overview?connections={district.connection_id}"
    with answering(ada, "/overview", "GET", one_under_way):
        ada.go("#/")
        ada.sees(ada.page.get_by_role("progressbar"))
        with ada.page.expect_response(re.compile(re.escape(again))):
            pass
        ada.sees(ada.page.get_by_role("progressbar"))
    expect(ada.page.get_by_role("progressbar")).to_have_count(0)
    expect(ada.card).to_have_count(2)
    expect(ada.card.get_by_text("1 student sent")).to_have_count(2)
    assert {path for path in asked if path.startswith("overview")} == {"overview", again}


def test_a_card_says_what_needs_approval_is_paused_or_is_not_known(
    visit: Visit, district: District
) -> None:
    town = district.connection["district"]
    waiting = new_district(district.stack, district=town, name="A, waiting")
    waiting.sync(registration("1"))
    waiting.export()
    ada = visit(path="#/people")

    def otherwise(route: Route) -> None:
        overview = route.fetch().json()
        waits, other = sorted(overview["items"], key=lambda one: str(one["name"]))
        waits["last_export"] |= {"status": "awaiting_confirmation"}
        waits |= {"due": 25, "held": 15, "unavailable": ["schedule"]}
        other["last_export"] = None
        other |= {"due": None, "held": None, "at_least": None}
        other |= {"paused_until": "2027-01-03", "scheduled": True}
        other |= {"unavailable": ["last_export", "students"]}
        route.fulfill(json=overview)

    with answering(ada, "/overview", "GET", otherwise):
        ada.go("#/")
        ada.sees(ada.page.get_by_text("Needs your approval: 25 students ready, 15 need attention."))
        expect(ada.card.last.get_by_text("Not available right now")).to_have_count(2)
        expect(ada.card.last).to_contain_text("Paused through Sun, Jan 3, 2027. Next export:")
        expect(ada.card.first.get_by_text("Not available right now")).to_have_count(1)
        ada.check()
        ada.press(ada.link("Review the export of A, waiting"))
        ada.sees(ada.page.get_by_role("region", name="Summary"))


def test_forty_connections_are_rows_of_one_request(
    visit: Visit, district: District, record_property: Callable[[str, object], None]
) -> None:
    town = district.connection["district"]
    with ThreadPoolExecutor(4) as pool:
        names = [f"José School {number}x" for number in range(40)]  # no district has an x
        several = list(
            pool.map(lambda name: new_district(district.stack, district=town, name=name), names)
        )
        list(pool.map(lambda one: one.sync(registration("1")), [district, *several]))
        list(pool.map(District.go_live, several))
    late = registration("2")
    late["data"]["students"]["dob"] = "soon"
    several[7].sync(late)
    several[7].export()
    ada = visit(path="#/people")
    ada.sees(ada.page.get_by_role("table"))
    asked: list[str] = []
    ada.on("request", lambda request: asked.append(request.url.partition("/v1/")[2]))
    rows = ada.page.get_by_role("row")

    began = time.monotonic()
    ada.go("#/")
    expect(rows).to_have_count(42)
    took = time.monotonic() - began

    record_property("seconds until 41 connections show all facts", took)
    assert [path for path in asked if not path.startswith("console/")] == ["overview"]
    assert took < 10  # usually below 2 s
    expect(rows.nth(1)).to_contain_text("José School 7")
    expect(rows.nth(1)).to_contain_text("1 needs attention")
    expect(rows.nth(41)).to_contain_text("1 ready to send")
    ada.check()

    ada.write(ada.page.get_by_role("searchbox"), "jose 7x")
    expect(rows).to_have_count(1 + 4)
    ada.sees(ada.page.get_by_role("status").get_by_text("4 of 41 connections"))
    ada.press(ada.field("Needs attention (1)"))
    expect(rows).to_have_count(1 + 1)
    ada.press(rows.nth(1).get_by_role("link", name="José School 7"))
    ada.sees(ada.page.get_by_role("navigation", name="Pages of this connection"))
    ada.page.go_back()
    expect(rows).to_have_count(1 + 1)
    ada.write(ada.page.get_by_role("searchbox"), "nowhere")
    ada.sees(ada.heading("No connection matches"))
    ada.press(ada.button("Clear filters"))
    ada.press_entry(rows.nth(41).get_by_role("button", name="Actions of"), "Export Students")
    ada.sees(ada.dialog("Export Students"))


def hide(person: Person, is_hidden: bool) -> None:
    """Hide or show the page, as another tab in front of it does."""
    person.page.evaluate(
        """is => {
            Object.defineProperty(document, "hidden", { value: is, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }""",
        is_hidden,
    )


def test_the_page_reads_one_after_the_other_and_not_while_it_is_hidden(
    visit: Visit, district: District
) -> None:
    district.sync(registration("1"))
    district.export()
    ada = visit()
    expect(ada.card).to_contain_text("1 student")
    asked: list[Route] = []

    def answer(route: Route) -> None:
        asked.append(route)
        if len(asked) == 2:
            return
        overview = route.fetch().json()
        overview["items"][0] |= {"due": 1_000 + len(asked), "at_least": True}
        overview["items"][0]["last_export"] |= {"status": "in_progress"}
        route.fulfill(json=overview)

    with answering(ada, "/overview", "GET", answer):
        ada.go(f"#{district.path}/schedule")
        ada.press(ada.link("Connections"))
        expect(ada.card).to_contain_text("at least 1,001 ready to send")
        ada.page.wait_for_timeout(5_000)  # twice the pause of a running export
        assert len(asked) == 2
        answer(asked[1])
        expect(ada.card).to_contain_text("at least 1,003")
        hide(ada, True)
        ada.page.wait_for_timeout(3_000)
        before = len(asked)
        ada.page.wait_for_timeout(3_000)
        assert len(asked) == before
        hide(ada, False)
        expect(ada.card).to_contain_text(f"at least {1_000 + before + 1:,}")


def test_the_page_names_a_run_that_blocks_an_export(visit: Visit, district: District) -> None:
    ada = visit()
    body = {"error": {"code": "already_running", "message": "A run is under way.", "problems": []}}
    ada.page.route("**/exports", lambda route: route.fulfill(status=409, json=body))

    ada.press(ada.menu)
    expect(ada.page.get_by_role("menuitem")).to_have_count(10)
    ada.check()
    ada.press(ada.page.get_by_role("menuitem", name="Export Students"))

    expect(ada.dialog("Export Students").get_by_role("alert")).to_contain_text("A run is under way")
    ada.check()


def test_export_students_shows_the_rows_first_and_works_by_keyboard(
    visit: Visit, district: District
) -> None:
    district.sync(registration("1", "Ann"), registration("2", "Ben"))
    district.sync(registration("3", "Cal", year=2026))
    lin = visit("limited_access", viewport=PHONE)
    expect(lin.card).to_contain_text("No exports yet")
    press = lin.page.keyboard.press

    press("Tab")
    expect(lin.button("Skip to content")).to_be_focused()
    press("Enter")
    lin.tab_to(lin.card.get_by_role("button", name="Actions of"))
    press("ArrowDown")
    expect(lin.page.get_by_role("menuitem", name="Export Students")).to_be_focused()
    press("d")
    expect(lin.page.get_by_role("menuitem", name="Download last files")).to_be_focused()
    press("Home")
    with going_on(lin):
        press("Enter")
        lin.sees(lin.page.get_by_role("progressbar", name="Checking which students are ready"))
        lin.check()
    years = lin.page.get_by_role("row")
    expect(years.nth(1)).to_contain_text("2025–26")
    expect(years.nth(1).get_by_role("cell").first).to_have_text("2")
    expect(years.nth(2).get_by_role("cell").first).to_have_text("1")
    assert not district.folder.exists()  # a dry run sends nothing
    lin.check()
    lin.tab_to(lin.button("Export 3 students"), presses=5)
    with going_on(lin, phase="2025: delivering"):
        press("Enter")
        lin.sees(lin.page.get_by_role("progressbar", name="2025–26: sending"))
        lin.check()
    lin.sees(lin.dialog("Export Students").get_by_text("3 students sent.").first)
    expect(lin.heading("Export Students")).to_be_focused()
    assert (district.names(2025), district.names(2026)) == (["Ann", "Ben"], ["Cal"])
    lin.check()
    lin.press(lin.link("Open the run"))
    lin.sees(lin.page.get_by_role("region", name="Summary"))
    lin.press(lin.link("Connections"))
    lin.press_entry(lin.menu, "Export Students")
    lin.sees(lin.page.get_by_text("No students were synced since the last export."))
    press("Escape")

    expect(lin.card.get_by_role("button", name="Actions of")).to_be_focused()
    expect(lin.card).to_contain_text("3 students")

    save_as_another_person(district, [MAPPING["files"][0] | {"contents": "all"}])
    gone = f"{district.path}/registrations/2026/3"
    assert district.stack.call("DELETE", gone, role="enroll").status == 204
    lin.press_entry(lin.menu, "Export Students")
    lin.sees(lin.page.get_by_text("The new file has all students, so no student is lost."))
    lin.check()
    lin.press(lin.button("Export"))
    lin.sees(lin.dialog("Export Students").get_by_text("Removed students were sent.").first)
    assert district.names(2026) == []


def test_what_an_export_replaces_is_said_before_and_its_students_may_go_again(
    visit: Visit, district: District
) -> None:
    district.sync(registration("1"), registration("2"))
    district.export()
    district.sync(registration("3"))
    lin = visit("limited_access")
    dialog = lin.dialog("Export Students")
    lin.press_entry(lin.menu, "Export Students")
    lin.sees(dialog.get_by_text("1 student ready to send."))
    expect(dialog.get_by_role("list", name="Files that are replaced")).to_have_text(
        re.compile(
            r"^\s*This replaces students\.csv from (today|yesterday) at \d+:\d\d [AP]M "
            r"\(2 rows\)\. We don't know whether your SIS has imported it yet\.\s*$"
        )
    )
    expect(lin.button("Export 1 student")).to_be_disabled()
    lin.check()
    lin.press(lin.field("Wait for the next export"))
    lin.sees(lin.button("Don't send now"))
    lin.press(lin.field("Send only this student"))
    expect(lin.button("Export 1 student")).to_be_enabled()
    lin.press(lin.field("Send all students not yet imported, together in one file"))
    lin.sees(dialog.get_by_text("2 students of students.csv would go again, as they are now."))
    lin.check()
    lin.press(lin.button("Export 3 students"))

    lin.sees(dialog.get_by_text("3 students sent.").first)
    assert len(district.names()) == 3
    lin.press(dialog.get_by_role("link", name="Open the run"))
    lin.sees(lin.page.get_by_text("2 students of students.csv went again"))
    lin.sees(lin.page.get_by_text("With the students not yet imported"))
    lin.sees(lin.page.get_by_text("We don't know whether your SIS had imported it."))
    lin.check()


def test_an_impossible_export_is_reported_before_and_after(
    visit: Visit, district: District
) -> None:
    folder = district.connection["folder"]
    late = registration("1")
    late["data"]["students"]["dob"] = "soon"
    district.sync(late)
    ada = visit()
    dialog = ada.dialog("Export Students")

    ada.press_entry(ada.menu, "Export Students")
    ada.sees(dialog.get_by_text("No students are ready to send. 1 student needs attention."))
    ada.check()
    ada.page.keyboard.press("Escape")
    district.sync(registration("2"), registration("3", year=2026))
    district.change(folder=f"{district.connection_id}/one-for-all")
    ada.press_entry(ada.menu, "Export Students")
    ada.sees(dialog.get_by_text("An export now would fail", exact=True))
    ada.check()
    ada.page.keyboard.press("Escape")
    district.change(folder=folder, password="wrong")
    ada.press_entry(ada.menu, "Export Students")
    ada.sees(ada.button("Export 2 students"))
    with refusing(ada, "/exports"):
        ada.press(ada.button("Export 2 students"))
        is_refused(ada, dialog)
    ada.press(ada.button("Export 2 students"))

    ada.sees(dialog.get_by_text("The export failed"))
    expect(dialog).to_contain_text("or its password")
    ada.check()


def test_held_students_are_not_counted_and_closing_does_not_cancel_an_export(
    visit: Visit, district: District
) -> None:
    """A full file is sent with all students or not at all."""
    district.sync(*(registration(str(n)) for n in range(3)), registration("9", year=2026))
    ada = visit()

    def refused(route: Route) -> None:
        run = route.fetch().json()
        for year in run["years"][:1]:
            year |= {"status": "failed", "held_count": 1}
            year["error"] = {"code": "held", "message": "One is held.", "passing": False}
        route.fulfill(json=run)

    with answering(ada, "/exports/[^/?]+", "GET", refused):
        ada.press_entry(ada.menu, "Export Students")
        ada.sees(ada.button("Export 1 student"))
        ada.sees(ada.page.get_by_text("1 student ready to send, 1 needs attention."))
        ada.check()
    with holding(ada, "/exports"):
        ada.press(ada.button("Export 1 student"))
        ada.sees(ada.page.get_by_role("progressbar", name="Waiting to start"))
        expect(ada.button("Cancel")).to_have_count(0)  # the card still requests the run
        ada.check()
        ada.press(ada.button("Close").last)
    expect(ada.card).to_contain_text("4 students")  # and follows the run


def test_the_last_files_are_downloaded(visit: Visit, district: District, tmp_path: Path) -> None:
    district.sync(registration("1", "Ann"))
    district.export()
    late = registration("2")
    late["data"]["students"]["dob"] = "soon"
    district.sync(late)
    assert district.export()["status"] == "partial"  # without files
    ada = visit(viewport=PHONE)

    ada.press_entry(ada.menu, "Download last files")
    ada.sees(ada.page.get_by_text("1 row"))
    ada.check()
    with refusing(ada, "/students.csv", "GET"):
        ada.press(ada.button("Download students.csv of 2025–26"))
        is_refused(ada, ada.dialog("Download last files"))
    with ada.page.expect_download() as download:
        ada.press(ada.button("Download students.csv of 2025–26"))
    download.value.save_as(tmp_path / "students.csv")

    assert (tmp_path / "students.csv").read_bytes().decode() == district.files()[
        "2025/students.csv"
    ]


def test_a_connection_is_deleted_only_after_its_name_is_typed(
    visit: Visit, district: District
) -> None:
    ada = visit(viewport=PHONE)

    ada.press_entry(ada.menu, "Delete")
    expect(ada.button("Delete")).to_be_disabled()
    expect(ada.dialog("Delete")).to_contain_text("permanently deleted")
    ada.check()
    typed = ada.dialog("Delete").get_by_role("textbox")
    ada.write(typed, SCRIPT)
    expect(ada.button("Delete")).to_be_disabled()
    ada.check()
    ada.write(typed, district.connection["name"])
    with refusing(ada, district.path, "DELETE"):
        ada.press(ada.button("Delete"))
        is_refused(ada, ada.dialog("Delete"))
    ada.press(ada.button("Delete"))

    ada.sees(ada.page.get_by_text("Being deleted", exact=True))
    ada.check()
    shown = district.stack.call("GET", district.path, role="full_access").json()
    assert shown["deletion"]["requested_by"] == ada.user.username
    with refusing(ada, f"{district.path}/restore", "POST"):
        ada.press(ada.button("Cancel the deletion"))
        is_refused(ada, ada.card)
    ada.press(ada.button("Cancel the deletion"))
    expect(ada.page.get_by_text("Being deleted", exact=True)).to_have_count(0)
    shown = district.stack.call("GET", district.path, role="full_access").json()
    assert "deletion" not in shown
    ada.check()


def test_a_connection_being_deleted_says_so_on_each_page(visit: Visit, district: District) -> None:
    assert district.stack.call("DELETE", district.path, role="full_access").status == 204
    vic = visit(role="limited_access")

    expect(vic.page.get_by_text("Being deleted", exact=True)).to_be_visible()
    expect(vic.button("Cancel the deletion")).to_have_count(0)
    vic.check()
    vic.press(vic.page.get_by_role("link", name=district.connection["name"], exact=True))
    vic.sees(vic.heading("History"))
    expect(vic.page.get_by_text("Being deleted", exact=True)).to_be_visible()
    vic.check()


def test_a_new_connection_shows_what_is_left_to_do_until_it_delivers(
    visit: Visit, district: District
) -> None:
    ada = visit(viewport=PHONE)
    left = ada.card.get_by_role("region", name="Set-up")

    expect(left.get_by_role("listitem")).to_have_text(
        [
            re.compile("Check the connection.*To do", re.DOTALL),
            re.compile("Save a mapping.*Done", re.DOTALL),
            re.compile("Send a test record.*To do", re.DOTALL),
            re.compile("Turn on the schedule.*To do", re.DOTALL),
        ]
    )
    ada.sees(ada.page.get_by_text("1 of 4 steps done."))
    ada.sees(left.get_by_role("link", name="Finish set-up"))
    ada.check()
    ada.press(left.get_by_role("link", name="Turn on the schedule"))
    ada.sees(ada.heading("Scheduled export"))
    district.sync(registration("1"))
    district.export()
    ada.go("#/")
    ada.sees(ada.card.get_by_text("Succeeded"))
    expect(left).to_have_count(0)
