"""Empty pages, loading errors and missing access; axe checks them, too."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.console.support.answers import answering, holding, is_refused, refuse, refusing, saying
from tests.console.support.person import Person
from tests.stack.support.district import District

type Visit = Callable[..., Person]


def test_a_loading_error_is_shown_in_its_part_of_the_page(visit: Visit, district: District) -> None:
    of = district.path
    opens = ("/v1/me", of, "/v1/connections")

    def answer(route: Route) -> None:
        if route.request.url.endswith(opens):
            route.continue_()
        else:
            refuse(route)

    ada = visit(api=answer)
    pages = {
        "/": "Connections",
        f"{of}/mapping": "Export Student Mapping",
        f"{of}/students": "Students",
        f"{of}/compare": "Have they arrived?",
        f"{of}/runs/none": "Run",
        f"{of}/students?id=1": "Students",
        f"{of}/schedule": "Schedule",
        f"{of}/notifications": "Notifications",
        f"{of}/check": "Check Connection",
        f"{of}/runs": "History",
    }
    for path, title in pages.items():
        ada.go(f"#{path}")
        name = "" if path == "/" else f"{district.connection['name']}: "
        expect(ada.page.get_by_role("heading", level=1)).to_have_text(f"{name}{title}")
        is_refused(ada)
    ada.page.unroute_all(behavior="wait")
    with holding(ada, "/exports", "GET"):
        ada.press(ada.button("Try again"))
        expect(ada.button("Try again")).to_have_attribute("aria-busy", "true")
        ada.check()
    ada.sees(ada.heading("Nothing has run yet"))
    ada.check()


def test_an_unreadable_connection_is_reported_on_its_pages(
    visit: Visit, district: District
) -> None:
    def answer(route: Route) -> None:
        if route.request.url.endswith("/v1/me"):
            route.continue_()
        else:
            refuse(route)

    ada = visit(api=answer)
    for page, title in {"settings": "Settings", "mapping": "Export Student Mapping"}.items():
        ada.go(f"#{district.path}/{page}")
        expect(ada.page.get_by_role("heading", level=1)).to_have_text(title)
        is_refused(ada)


def test_an_unknown_connection_leads_back_to_the_connections(
    visit: Visit, district: District
) -> None:
    ada = visit(path="#/connections/nowhere/runs")
    ada.sees(ada.heading("Connection not found"))
    assert "nowhere" not in ada.page.title()
    expect(ada.button("Try again")).to_have_count(0)
    ada.check()
    ada.press(ada.link("Go to Connections"))
    ada.sees(ada.card)


@pytest.mark.parametrize(
    ("address", "text"),
    [
        ("#/connections/./settings", "Connection not found"),
        ("#/connections/%2e%2E/schedule", "Connection not found"),
        ("{c}/runs/..", "There is nothing with this name"),
        ("{c}/runs/.", "There is nothing with this name"),
        ("{c}/students?search=constructor", "works only in the tab"),
        ("{c}/students?student=__proto__", "works only in the tab"),
        ("#/new?connection=", "Name"),
        ("#/new?connection=.", "There is nothing with this name"),
    ],
)
def test_an_odd_address_has_a_page_of_its_own(
    visit: Visit, district: District, address: str, text: str
) -> None:
    ada = visit(path=address.replace("{c}", f"#{district.path}"))

    ada.sees(ada.page.get_by_role("main").get_by_text(text).first)


def test_every_page_of_a_connection_has_its_name_and_export_students(
    visit: Visit, district: District
) -> None:
    ada = visit()
    name = district.connection["name"]
    for tab in ("mapping", "students", "runs", "schedule", "notifications", "check", "settings"):
        ada.go(f"#{district.path}/{tab}")
        ada.sees(ada.page.get_by_role("heading", level=1, name=name))
        ada.sees(ada.button("Export Students"))
    assert ada.page.title() == f"Settings · {name} · SchoolMint Sync Service"
    ada.press(ada.button("Export Students"))
    ada.sees(
        ada.dialog("Export Students").get_by_text("No students were synced since the last export.")
    )
    ada.page.keyboard.press("Escape")
    expect(ada.button("Export Students")).to_be_focused()


def test_an_empty_page_states_the_next_step(visit: Visit, district: District) -> None:
    ada = visit()
    dialog = ada.dialog("Download last files")
    with refusing(ada, "/exports", "GET"):
        ada.press_entry(ada.menu, "Download last files")
        is_refused(ada, dialog)
    ada.press(dialog.get_by_role("button", name="Try again"))
    ada.sees(ada.heading("No files yet"))
    ada.check()
    ada.page.keyboard.press("Escape")
    ada.choose("Export Students")
    ada.sees(ada.page.get_by_text("No students were synced since the last export."))
    expect(ada.page.get_by_role("button", name="Export")).to_have_count(0)
    ada.check()
    ada.page.keyboard.press("Escape")

    ada.go(f"#{district.path}/check")
    ada.sees(ada.heading("Not tested yet"))
    ada.check()
    ada.go(f"#{district.path}/mapping")
    ada.sees(ada.page.get_by_text("No examples selected yet."))
    ada.check()
    ada.page.get_by_role("tab", name="Field Mapping").click()
    ada.sees(ada.page.get_by_text("No example student is selected"))
    ada.check()


def test_a_slow_or_failed_load_of_the_console_is_reported(visit: Visit, district: District) -> None:
    ada = visit()
    of = f"#{district.path}"
    with holding(ada, "/config.json", "GET"):
        ada.page.reload()
        ada.sees(ada.page.get_by_text("Signing in …"))
        ada.check()
    asked: list[Route] = []
    with answering(ada, "/v1/me", "GET", asked.append):
        ada.sign_in()
        ada.sees(ada.page.get_by_text("Loading …"))
        ada.check()
        refuse(asked.pop())
        is_refused(ada)
    ada.press(ada.button("Try again"))
    ada.sees(ada.card)
    with holding(ada, "/pages/students/page.js", "GET"):
        ada.go(f"{of}/students")
        ada.sees(ada.page.get_by_text("Loading …"))
        ada.check()
    with answering(ada, "/pages/check/page.js", "GET", lambda route: route.abort()):
        ada.go(f"{of}/check")
        ada.sees(ada.page.get_by_text("This page couldn't be loaded"))
        ada.check()
    with saying(ada, f"{district.path}/schedule", pauses=None):
        ada.go(f"{of}/schedule")
        ada.sees(ada.page.get_by_text("Something went wrong on this page."))
        ada.check()
    assert ada.faults.pop().startswith("error: TypeError")


def test_a_person_without_a_group_learns_how_to_get_access(visit: Visit) -> None:
    def without_groups(route: Route) -> None:
        me = {"name": "eve", "kind": "person", "permissions": [], "districts": []}
        route.fulfill(json=me | {"is_operator": False})

    eve = visit(api=without_groups)

    eve.sees(eve.heading("You don't have access yet"))
    eve.check()
