"""History: every run, newest first; filters in the address; a dry run; a run in progress."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.console.support.answers import SCRIPT, answering, is_refused, refusing
from tests.console.support.person import PHONE, Person
from tests.stack.support.district import District, registration

type Visit = Callable[..., Person]


def history(district: District, query: str = "") -> str:
    return f"#{district.path}/runs{query}"


def runs(ada: Person) -> Locator:
    return ada.page.get_by_role("list", name="Runs, newest first").get_by_role("listitem")


def checked(district: District) -> dict[str, Any]:
    answer = district.stack.call("POST", f"{district.path}/check", {}, role="full_access")
    return district.finished(answer.json()["run_id"])


def record_sent(district: District, student_id: str) -> dict[str, Any]:
    body = {"student_id": student_id}
    answer = district.stack.call("POST", f"{district.path}/test-record", body, role="full_access")
    return district.finished(answer.json()["run_id"])


def test_runs_are_listed_in_order_and_older_runs_are_shown_on_request(
    visit: Visit, district: District
) -> None:
    district.sync(registration("1"), registration("2"))
    district.nightly_export("2026-03-03T03:00:00Z")
    record_sent(district, "1")
    checked(district)

    ada = visit(path=history(district))

    expect(runs(ada)).to_have_count(3)
    expect(runs(ada).nth(1)).to_have_text(re.compile("Test record.*Student 1 · Ann"))
    expect(runs(ada).first).to_have_text(
        re.compile(f"Check.*By {ada.user.username}.*Succeeded.*we created it")
    )
    expect(runs(ada).last).to_have_text(
        re.compile("Export.*By the schedule.*Succeeded.*2 students · 2025–26.*Today")
    )
    ada.check()
    ada.press(runs(ada).last.get_by_role("link"))
    ada.sees(ada.heading("Export, "))
    ada.page.go_back()
    expect(runs(ada)).to_have_count(3)

    def one_by_one(route: Route) -> None:
        route.continue_(url=f"{route.request.url}&limit=1")

    ada.page.route(re.compile(r"/exports\?.*$"), one_by_one)
    ada.press(ada.link("Connections"))
    ada.press_entry(ada.menu, "History")
    expect(runs(ada)).to_have_count(1)
    with refusing(ada, "/exports", "GET"):
        ada.press(ada.button("Show more"))
        is_refused(ada)
    for count in (2, 3):
        ada.press(ada.button("Show more"))
        expect(runs(ada)).to_have_count(count)
    expect(runs(ada).last).to_contain_text("By the schedule")
    expect(ada.button("Show more")).to_have_count(0)


def test_filters_work_by_keyboard_and_are_kept_in_the_address(
    visit: Visit, district: District
) -> None:
    district.sync(registration("1"))
    district.export()
    checked(district)
    ada = visit(path=history(district), viewport=PHONE)

    expect(runs(ada)).to_have_count(2)
    ada.tab_to(ada.page.get_by_text("Filter", exact=True))
    ada.page.keyboard.press("Enter")
    ada.check()
    for day in ("From", "To"):
        ada.write(ada.field(day), SCRIPT.replace(" ", ""))  # a blank opens the calendar
        expect(ada.field(day)).to_have_value("")
    ada.write(ada.field("Result"), "Succeeded")
    ada.write(ada.field("Kind"), "Export")
    ada.write(ada.field("From"), "01012020")
    ada.write(ada.field("To"), "12312031")
    ada.write(ada.field("School year"), "2025")
    expect(runs(ada)).to_have_count(1)
    asked = "status=succeeded&kind=export&from=2020-01-01&to=2031-12-31&school_year=2025"
    expect(ada.page).to_have_url(re.compile(rf"/runs\?{asked}$"))
    ada.check()
    ada.press(ada.button("Clear"))
    expect(runs(ada)).to_have_count(2)
    ada.write(ada.field("Kind"), "Export")
    expect(runs(ada)).to_have_count(1)
    expect(ada.page).to_have_url(re.compile(r"/runs\?kind=export$"))
    ada.write(ada.field("From"), "01012031")

    ada.sees(ada.heading("No runs match these filters"))
    ada.check()
    lin = visit("limited_access", path=ada.page.url[ada.page.url.index("#") :])
    ada.press(ada.button("Clear filters"))
    expect(runs(ada)).to_have_count(2)
    expect(ada.page).to_have_url(re.compile(r"/runs$"))
    lin.sees(lin.heading("No runs match these filters"))
    expect(lin.field("From")).to_have_value("2031-01-01")
    lin.press(lin.button("Clear"))
    expect(runs(lin)).to_have_count(2)
    none_yet = {"items": [], "next": "20260101T000000Z-none"}
    with answering(lin, "/exports", "GET", lambda route: route.fulfill(json=none_yet)):
        lin.write(lin.field("Kind"), "Check")
        lin.sees(lin.heading("None among the newest runs"))
        lin.check()


@pytest.mark.parametrize(
    "query",
    [
        "status=x&page=-1",
        "kind=constructor",
        "from=2026-02-31",
        "from=2026",
        "to=2026-06",
        "to=9999-12-31",
        "school_year=1e9",
        "school_year=1989",
    ],
)
def test_a_filter_that_cannot_be_shown_hides_no_run(
    visit: Visit, district: District, query: str
) -> None:
    checked(district)
    ada = visit(path=history(district, f"?{query}"))

    expect(runs(ada)).to_have_count(1)
    expect(ada.button("Clear")).to_have_count(0)


def test_a_day_far_away_is_refused_at_its_field(visit: Visit, district: District) -> None:
    checked(district)
    ada = visit(path=history(district))
    for name, day in {"From": "12311999", "To": "01013000"}.items():
        ada.write(ada.field(name), day)
        expect(ada.field(name)).to_have_accessible_description("Choose a day from 2000 to 2999.")
    expect(runs(ada)).to_have_count(1)
    ada.check()

    ada.write(ada.field("To"), "01012031")

    expect(ada.field("To")).to_have_accessible_description("")
    expect(ada.page).to_have_url(re.compile(r"/runs\?to=2031-01-01$"))
    expect(ada.field("From")).to_have_value("1999-12-31")
    ada.press(ada.button("Clear"))
    expect(ada.field("From")).to_have_value("")
    expect(ada.field("From")).to_have_accessible_description("")


def test_the_address_takes_each_school_year_of_the_api(visit: Visit, district: District) -> None:
    checked(district)
    ada = visit(path=history(district, "?school_year=2100"))

    ada.sees(ada.heading("No runs match these filters"))
    expect(ada.field("School year")).to_have_value("2100")


def test_a_new_run_is_shown_at_once_and_followed(visit: Visit, district: District) -> None:
    district.sync(registration("1"))
    pending = district.export()
    ada = visit()
    now = {"status": "pending"}

    def unchanged(route: Route) -> None:
        page = route.fetch().json()
        page["items"][0] |= now
        route.fulfill(json=page)

    ada.page.route(re.compile(r"/exports\?.*$"), unchanged)
    ada.go(history(district))

    expect(runs(ada).first).to_contain_text("Waiting to start")
    ada.check()
    now |= {"status": "in_progress", "phase": "2025: delivering"}
    expect(runs(ada).first).to_contain_text("2025–26: sending")
    with refusing(ada, "/exports", "GET"):
        ada.sees(ada.page.get_by_text("may be out of date"))
        is_refused(ada)
    now.clear()
    expect(runs(ada).first).to_contain_text("Succeeded")
    expect(ada.page.get_by_text("may be out of date")).to_have_count(0)
    assert pending["status"] == "succeeded"


def test_a_preview_is_shown_not_sent_and_listed_only_on_request(
    visit: Visit, district: District
) -> None:
    district.sync(registration("1", "Ann"))
    district.sync(registration("2", '<img src=x onerror="document.title=1">'))
    late = registration("3")
    late["data"]["students"]["dob"] = "soon"
    district.sync(late)
    ada = visit("limited_access", path=history(district))

    with refusing(ada, "/exports"):
        ada.press(ada.button("Preview tonight's export"))
        is_refused(ada)
    ada.press(ada.button("Preview tonight's export"))

    ada.sees(ada.heading("Preview, "))
    summary = ada.page.get_by_role("region", name="Summary")
    expect(summary).to_contain_text(
        "2 students would be sent, 1 needs attention. Nothing was sent."
    )
    expect(ada.page.get_by_text(re.compile("Succeeded|Partly|Needs attention$"))).to_have_count(0)
    rows = ada.page.get_by_role("region", name="Rows of students.csv").get_by_role("row")
    expect(rows.nth(0)).to_have_text("IDFirstDOB")
    expect(rows.nth(1)).to_have_text("1Ann4/5/2015")
    ada.press(ada.page.get_by_text("Raw lines").first)
    lines = ada.page.get_by_role("region", name="Lines of students.csv")
    expect(lines).to_have_text(
        'ID,First,DOB\n1,Ann,4/5/2015\n2,"<img src=x onerror=""document.title=1"">",4/5/2015'
    )
    ada.sees(ada.heading("1 student would not be sent"))
    ada.sees(ada.link("3 · Ann"))
    ada.check()
    assert not district.folder.exists()
    title = ada.page.title()
    ada.press(ada.link("History"))
    ada.sees(ada.heading("Nothing has run yet"))
    ada.write(ada.field("Kind"), "Previews")
    expect(runs(ada)).to_have_count(1)
    expect(runs(ada)).to_contain_text("2 students would be sent · 1 needs attention")
    assert re.fullmatch(
        rf"Preview, \w+, .* · {district.connection['name']} · SchoolMint Sync Service",
        title,
    )
