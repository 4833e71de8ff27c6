"""Check Connection: the last result, a new check live, the host key, remedies."""

from collections.abc import Callable

import asyncssh
from playwright.sync_api import Locator, Route, expect

from tests.console.support.answers import answering, is_refused, refusing
from tests.console.support.person import PHONE, Person
from tests.stack.support.district import District, new_district

type Visit = Callable[..., Person]

OTHER_KEY = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()


def page_of(district: District) -> str:
    return f"#{district.path}/check"


def steps(ada: Person) -> Locator:
    return ada.page.get_by_role("region", name="What the test found").get_by_role("listitem")


def check(district: District) -> None:
    answer = district.stack.call("POST", f"{district.path}/check", role="limited_access")
    district.finished(answer.json()["run_id"])


def test_a_check_is_followed_step_by_step_and_shows_what_the_server_can_do(
    visit: Visit, district: District
) -> None:
    lin = visit("limited_access")
    lin.press_entry(lin.menu, "Check Connection")
    lin.sees(lin.page.get_by_text("This connection has not been tested."))
    lin.check()

    under_way = {"status": "in_progress", "finished_at": None}
    readings = iter([1, 3, 3, 3])

    def slowly(route: Route) -> None:
        answer = route.fetch()
        run = answer.json()
        number = None if run["finished_at"] is None else next(readings, None)
        if number is not None:
            run |= under_way | {"steps": run["steps"][:number]}
        route.fulfill(json=run)

    with refusing(lin, "/check"):
        lin.press(lin.button("Test now"))
        is_refused(lin)
    lin.page.route("**/exports/*", slowly)
    lin.press(lin.button("Test now"))

    expect(steps(lin).nth(3)).to_contain_text("Testing: Server identity")
    expect(steps(lin).nth(2)).to_contain_text("Passed: Secure connection")
    lin.check()
    lin.sees(lin.heading("What the server can do"))
    expect(steps(lin)).to_have_count(9)
    expect(steps(lin).nth(4)).to_contain_text("Passed: Sign in")
    expect(steps(lin).nth(8)).to_contain_text(" s")
    expect(steps(lin).nth(5)).to_contain_text("There was no folder")
    lin.sees(lin.page.get_by_text("Works, with a warning"))
    lin.press(lin.button("Test again"))
    lin.sees(lin.page.get_by_text("Works", exact=True))
    lin.sees(lin.page.get_by_text("In one step: your SIS sees the old file or the new one"))
    lin.check()

    def weakly(route: Route) -> None:
        run = route.fetch().json()
        for step in run["steps"][7:]:
            step["result"] = "warning"
        route.fulfill(json=run)

    with answering(lin, "/exports/[^/]+", "GET", weakly):
        lin.press(lin.button("Test again"))
        lin.sees(lin.page.get_by_text("Works, with a warning"))
        lin.check()
    with refusing(lin, "/exports/[^/]+", "GET"):  # the check goes on, but the page cannot follow it
        lin.press(lin.button("Test again"))
        is_refused(lin)
        lin.sees(lin.page.get_by_text("Works, with a warning"))
    district.change(delivery="download")
    lin.press(lin.button("Test again"))
    lin.sees(lin.page.get_by_text("download").first)
    expect(steps(lin)).to_have_count(0)
    lin.check()


def test_the_first_host_key_is_kept_by_one_click(visit: Visit, district: District) -> None:
    district.change(host_keys=[])
    check(district)
    lin = visit("limited_access", page_of(district), viewport=PHONE)
    lin.sees(lin.heading("Is this your server?"))
    lin.sees(lin.page.get_by_text("Someone with Full Access can confirm it."))
    lin.check()

    ada = visit(path=page_of(district), viewport=PHONE)
    confirm = "Fingerprint matches - continue"
    with refusing(ada, district.path, "PUT"):
        ada.press(ada.button(confirm))
        is_refused(ada)

    def check_again() -> None:
        ada.go(f"#{district.path}/runs")
        ada.sees(ada.heading("History"))
        ada.go(page_of(district))

    district.change(name="Renamed", example_students=["1"])  # what no test tries
    check_again()
    ada.sees(ada.button(confirm))
    expect(ada.page.get_by_text("The connection changed after this test")).to_have_count(0)
    folder = district.connection["folder"]
    district.change(folder=f"{folder}/elsewhere")  # by another person
    check_again()
    ada.sees(ada.page.get_by_text("The connection changed after this test"))
    expect(ada.button(confirm)).to_have_count(0)  # the key may belong to another server by now
    district.change(folder=folder)
    check(district)
    check_again()
    ada.press(ada.button(confirm))

    ada.sees(ada.heading("What the server can do"))
    assert district.connection["host_keys"] == list(district.stack.sftp.host_keys)
    ada.check()


def test_another_host_key_is_kept_only_after_a_question(visit: Visit, district: District) -> None:
    district.change(host_keys=[OTHER_KEY])
    ada = visit(path=page_of(district))

    ada.press(ada.button("Test now"))
    ada.sees(ada.heading("The server shows a different key"))
    expect(steps(ada).nth(3)).to_contain_text("Failed: Server identity")
    expect(steps(ada).nth(4)).to_contain_text("Not tested")
    ada.check()
    ada.press(ada.button("Keep this key too …"))
    ada.check()
    with refusing(ada, district.path, "PUT"):
        ada.press(ada.button("Keep the key and test again"))
        is_refused(ada, ada.dialog("Keep the new key?"))
    assert district.connection["host_keys"] == [OTHER_KEY]
    ada.write(ada.field("Password (optional)"), district.stack.sftp.password)
    ada.press(ada.button("Keep the key and test again"))

    ada.sees(ada.heading("What the server can do"))
    assert district.connection["host_keys"] == [OTHER_KEY, *district.stack.sftp.host_keys]


def test_a_refused_password_shows_the_remedy_and_links_to_it(
    visit: Visit, district: District
) -> None:
    town = district.connection["district"]
    broken = new_district(
        district.stack, district=town, name="<b>Broken</b>", password="not-the-password"
    )
    ada = visit(path=page_of(broken))

    ada.press(ada.button("Test now"))

    expect(steps(ada).nth(4)).to_contain_text("Failed: Sign in")
    expect(steps(ada).nth(4)).to_contain_text("or its password")
    ada.sees(ada.page.get_by_text("<b>Broken</b>"))
    ada.check()
    ada.press(ada.link("Change the user name"))
    expect(ada.field("User name")).to_be_focused()
    ada.page.go_back()
    ada.press(ada.button("Test again"))
    ada.sees(ada.dialog("Test again with the same password?"))
