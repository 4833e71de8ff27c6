"""The connection cards and what their menus do, with the files on the SFTP server."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.console.mapping_page import save_as_somebody_else
from tests.console.person import PHONE, Person
from tests.stack.district import MAPPING, District, new_district, registration

type Visit = Callable[..., Person]


def test_a_card_says_what_was_and_what_comes_and_problems_come_first(
    visit: Visit, district: District
) -> None:
    district.sync(registration("1"), registration("2"))
    district.export()
    on = {"enabled": True, "time": "21:00"}
    district.stack.call("PUT", f"{district.path}/schedule", on, role="full_access")

    town = district.connection["district"]
    broken = new_district(district.stack, district=town, name="Z, broken", password="wrong")
    broken.sync(registration("1"))
    broken.export()

    ada = visit()

    expect(ada.card.first).to_contain_text("Failed")
    expect(ada.card.first).to_contain_text("refused to sign in")
    expect(ada.card.last).to_contain_text("Succeeded")
    expect(ada.card.last).to_contain_text("2 students")
    expect(ada.card.last.get_by_role("time").last).to_contain_text("9:00 PM C")
    ada.check()


def test_a_run_in_the_way_is_named(visit: Visit, district: District) -> None:
    ada = visit()
    body = {"error": {"code": "already_running", "message": "A run is under way.", "problems": []}}
    ada.page.route("**/exports", lambda route: route.fulfill(status=409, json=body))

    ada.choose("Export Students")

    expect(ada.dialog("Export Students").get_by_role("alert")).to_contain_text("A run is under way")
    ada.check()


def test_export_students_shows_the_rows_first_and_goes_by_keyboard_alone(
    visit: Visit, district: District
) -> None:
    district.sync(registration("1", "Ann"), registration("2", "Ben"))
    district.sync(registration("3", "Cal", year=2026))
    lin = visit("limited_access", viewport=PHONE)
    expect(lin.card).to_contain_text("None yet")
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
    press("Enter")
    years = lin.page.get_by_role("row")
    expect(years.nth(1)).to_contain_text("2025–26")
    expect(years.nth(1).get_by_role("cell").first).to_have_text("2")
    expect(years.nth(2).get_by_role("cell").first).to_have_text("1")
    assert not district.folder.exists()  # a dry run sends nothing
    lin.check()
    lin.tab_to(lin.button("Export 3 students"), presses=5)
    press("Enter")
    lin.sees(lin.dialog("Export Students").get_by_text("Delivered.").first)
    expect(lin.heading("Export Students")).to_be_focused()
    assert (district.names(2025), district.names(2026)) == (["Ann", "Ben"], ["Cal"])
    lin.check()
    press("Escape")

    expect(lin.card.get_by_role("button", name="Actions of")).to_be_focused()
    expect(lin.card).to_contain_text("3 students")

    save_as_somebody_else(district, [MAPPING["files"][0] | {"contents": "all"}])
    gone = f"{district.path}/registrations/2026/3"
    assert district.stack.call("DELETE", gone, role="enroll").status == 204
    lin.press_entry(lin.menu, "Export Students")
    lin.sees(lin.page.get_by_text("Only removals would go to the server now."))
    lin.press(lin.button("Export"))
    lin.sees(lin.dialog("Export Students").get_by_text("Delivered.").first)
    assert district.names(2026) == []


def test_the_last_files_are_downloaded(visit: Visit, district: District, tmp_path: Path) -> None:
    district.sync(registration("1", "Ann"))
    district.export()
    ada = visit(viewport=PHONE, accept_downloads=True)

    ada.press_entry(ada.menu, "Download last files")
    ada.sees(ada.page.get_by_text("1 row"))
    ada.check()
    with ada.page.expect_download() as download:
        ada.press(ada.button("Download students.csv of 2025–26"))
    download.value.save_as(tmp_path / "students.csv")

    assert (tmp_path / "students.csv").read_bytes().decode() == district.files()[
        "2025/students.csv"
    ]


def test_a_connection_is_deleted_only_by_its_name(visit: Visit, district: District) -> None:
    ada = visit(viewport=PHONE)

    ada.press_entry(ada.menu, "Delete")
    expect(ada.button("Delete")).to_be_disabled()
    ada.check()
    ada.write(ada.dialog("Delete").get_by_role("textbox"), district.connection["name"])
    ada.press(ada.button("Delete"))

    ada.sees(ada.heading("There is no connection yet"))
    assert district.stack.call("GET", district.path, role="full_access").status == 404
    ada.check()
