"""Schedule: the article's steps, the next runs with their flags, pauses; limited access."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from playwright.sync_api import Locator, expect

from registration_sync.domain.connections.schedule import is_skipped
from tests.console.support.answers import SCRIPT, is_refused, refusing
from tests.console.support.person import DRAWN, PHONE, Person
from tests.stack.support.district import District

type Visit = Callable[..., Person]

CHICAGO = ZoneInfo("America/Chicago")


def page_of(district: District) -> str:
    return f"#{district.path}/schedule"


def stored(district: District) -> dict[str, Any]:
    answer = district.stack.call("GET", f"{district.path}/schedule", role="full_access")
    schedule: dict[str, Any] = answer.json()
    return schedule


def set_schedule(district: District, **changes: Any) -> None:
    body = {"enabled": True, "time": "21:00"} | changes
    answer = district.stack.call("PUT", f"{district.path}/schedule", body, role="full_access")
    assert answer.status == 200, answer.body


def slider(ada: Person) -> Locator:
    return ada.page.get_by_role("switch", name="Schedule Export: Registrations")


def next_runs(ada: Person) -> Locator:
    return ada.page.get_by_role("region", name="Next five exports").get_by_role("listitem")


def days_from(today: dt.date) -> Iterator[dt.date]:
    return (today + dt.timedelta(days=number) for number in range(1, 400))


def test_a_clock_change_is_shown_before_saving_and_a_click_keeps_the_draft(
    visit: Visit, district: District
) -> None:
    today = dt.datetime.now(CHICAGO).date()
    nights = {day: dt.datetime.combine(day, dt.time(2, 30), CHICAGO) for day in days_from(today)}
    spring = next(day for day, at in nights.items() if is_skipped(at))
    ada = visit(path=page_of(district))

    ada.press(slider(ada))
    ada.write(ada.field("Time of day"), "0230AM")
    ada.press(ada.button("Add a pause"))
    ada.write(ada.field("First day"), f"{today:%m%d%Y}")
    ada.write(ada.field("Last day"), f"{spring - dt.timedelta(days=1):%m%d%Y}")

    expect(next_runs(ada)).to_have_count(6)
    expect(next_runs(ada).first).to_contain_text("No export")
    expect(next_runs(ada).first).to_contain_text("The clock skips 02:30 on this day")
    expect(next_runs(ada).nth(1)).to_contain_text("2:30 AM CDT UTC−5")
    ada.check()

    ada.sees(ada.page.get_by_text("Not saved yet"))
    ada.press(ada.link("Connections"))
    ada.sees(ada.dialog("Discard unsaved changes?"))
    ada.check()
    ada.press(ada.button("Keep editing"))
    expect(slider(ada)).to_be_checked()
    ada.press(ada.link("Connections"))
    ada.press(ada.button("Discard"))
    ada.sees(ada.card)
    assert not stored(district)["enabled"]


def test_a_time_that_occurs_twice_and_a_clock_change_are_flagged(
    visit: Visit, district: District
) -> None:
    today = dt.datetime.now(CHICAGO).date()
    nights = {day: dt.datetime.combine(day, dt.time(1, 30), CHICAGO) for day in days_from(today)}
    autumn = next(d for d, at in nights.items() if at.utcoffset() != at.replace(fold=1).utcoffset())
    pause = {"from": str(today), "to": str(autumn - dt.timedelta(days=1))}
    set_schedule(district, time="01:30", pauses=[pause])

    lin = visit("limited_access", page_of(district), viewport=PHONE)

    expect(next_runs(lin).first).to_contain_text("01:30 occurs twice on this day")
    expect(next_runs(lin).first).to_contain_text("1:30 AM CDT UTC−5")
    expect(next_runs(lin).nth(1)).to_contain_text("UTC−6 from this day on")
    lin.check()


def test_limited_access_reads_the_schedule_and_learns_how_to_get_it_changed(
    visit: Visit, district: District
) -> None:
    set_schedule(district, pauses=[{"from": "2030-06-30", "to": "2030-07-31"}])

    lin = visit("limited_access", page_of(district))

    lin.sees(lin.page.get_by_text("Only people with Full Access can change the schedule."))
    lin.sees(lin.page.get_by_text("Sun, Jun 30, 2030 to Wed, Jul 31, 2030"))
    expect(lin.button("Save")).to_have_count(0)
    expect(lin.page.get_by_role("switch")).to_have_count(0)
    lin.check()
    set_schedule(district, enabled=False)
    lin.go("#/")
    lin.sees(lin.page.get_by_text("Not scheduled"))
    lin.go(page_of(district))
    lin.sees(lin.page.get_by_text("Off", exact=True))
    lin.check()


def test_pauses_are_added_and_removed(visit: Visit, district: District) -> None:
    pauses = [{"from": f"203{n}-06-30", "to": f"203{n}-07-31"} for n in range(2)]
    set_schedule(district, pauses=pauses)
    ada = visit(path=page_of(district), viewport=PHONE)

    ada.press(ada.button("Remove the pause from Sun, Jun 30, 2030 to Wed, Jul 31, 2030"))
    expect(ada.button("Add a pause")).to_be_focused()
    ada.press(ada.button("Add a pause"))
    expect(ada.field("First day").last).to_be_focused()
    ada.write(ada.field("First day").last, "07312032")
    ada.write(ada.field("Last day").last, "06302032")
    ada.press(ada.button("Save"))

    expect(ada.page.get_by_role("alert").filter(has_text="Fix the")).to_be_focused()
    expect(ada.field("First day").last).to_have_accessible_description(
        "The last day is before the first: swap them."
    )
    ada.check()
    ada.press(ada.button("Swap"))
    expect(ada.field("First day").last).to_have_value("2032-06-30")
    expect(ada.field("First day").last).to_have_accessible_description("")
    expect(ada.button("Swap")).to_have_count(0)
    ada.write(ada.field("First day").last, "07312032")
    ada.write(ada.field("Last day").last, "06302032")
    ada.press(ada.button("Save"))
    expect(ada.button("Swap")).to_have_count(1)
    ada.press(ada.button("Add a pause"))
    ada.press(ada.button("Remove the pause from Mon, Jun 30, 2031 to Thu, Jul 31, 2031"))
    expect(ada.field("First day")).to_have_count(2)
    expect(ada.field("First day").last).to_have_accessible_description("")  # this is another pause
    ada.press(ada.button("Remove pause 2"))
    ada.field("First day").focus()
    ada.write(ada.field("Last day"), "08312032")
    ada.press(ada.button("Save"))
    ada.sees(ada.page.get_by_text("Saved. Exports follow this schedule.").last)
    assert [pause["to"] for pause in stored(district)["pauses"]] == ["2032-08-31"]


def test_a_refused_value_that_is_typed_again_keeps_the_focus(
    visit: Visit, district: District
) -> None:
    ada = visit(path=page_of(district))
    ada.press(ada.button("Add a pause"))
    ada.write(ada.field("First day"), "07312032")
    ada.write(ada.field("Last day"), "06302032")
    ada.press(ada.button("Save"))
    expect(ada.page.get_by_role("alert").filter(has_text="Fix the")).to_be_focused()
    ada.write(ada.field("Last day"), "07302032")
    ada.field("First day").focus()
    ada.tab_to(ada.field("Last day"))  # at its month

    for digit in "06302032":  # twice the refused day: before its year is typed, and after
        ada.page.keyboard.type(digit)
        ada.page.evaluate(DRAWN)

        expect(ada.field("Last day")).to_be_focused()
    expect(ada.field("Last day")).to_have_value("2032-06-30")
    expect(ada.button("Swap")).to_have_count(0)
    ada.press(ada.button("Save"))
    expect(ada.button("Swap")).to_have_count(1)


def test_a_year_of_five_digits_is_refused(visit: Visit, district: District) -> None:
    ada = visit(path=page_of(district))
    ada.press(ada.button("Add a pause"))
    ada.write(ada.field("First day"), "06302032")
    ada.write(ada.field("Last day"), "070120320")
    expect(ada.field("Last day")).not_to_have_value(re.compile("^.{11}"))

    ada.field("Last day").fill("20320-07-01")  # as a paste does
    ada.press(ada.button("Save"))

    expect(ada.field("Last day")).to_have_accessible_description(re.compile("."))
    ada.check()
    assert not stored(district)["pauses"]


def test_a_time_zone_is_found_by_its_words_and_other_text_is_refused(
    visit: Visit, district: District
) -> None:
    ada = visit(path=page_of(district))
    zone = ada.page.get_by_role("combobox", name="Time zone")

    ada.write(zone, "mountain denver")
    ada.check()
    ada.pick(ada.page.get_by_role("option", name="America/Denver"))
    ada.write(zone, SCRIPT)
    ada.sees(ada.page.get_by_text("No match in the list."))
    ada.check()
    ada.tab_to(slider(ada))

    expect(zone).to_have_value("America/Denver")
    typed = SCRIPT.replace(" ", "")  # a blank opens the calendar
    ada.write(ada.field("Time of day"), typed)
    ada.press(ada.button("Add a pause"))
    for day in ("First day", "Last day"):
        ada.write(ada.field(day), typed)
    with refusing(ada, "/schedule", "PUT"):
        ada.press(ada.button("Save"))
        is_refused(ada)
    assert not stored(district)["pauses"]


def test_several_times_and_weekdays_are_chosen(visit: Visit, district: District) -> None:
    set_schedule(district)
    ada = visit(path=page_of(district), viewport=PHONE)

    ada.press(ada.button("Add a time"))
    expect(ada.field("Time of day 2")).to_be_focused()
    expect(next_runs(ada)).to_have_count(5)  # the new time is not chosen yet
    ada.press(ada.button("Save"))
    expect(ada.field("Time of day 2")).to_have_accessible_description("Select a time.")
    ada.write(ada.field("Time of day 2"), "0900PM")
    ada.press(ada.button("Save"))
    expect(ada.field("Time of day 2")).to_have_accessible_description(
        "Use each time of day only once."
    )
    ada.write(ada.field("Time of day 2"), "0115PM")
    for day in ("Saturday", "Sunday"):
        ada.press(ada.page.get_by_role("checkbox", name=day))
    ada.check()
    ada.press(ada.button("Save"))
    ada.sees(ada.page.get_by_text("Saved. Exports follow this schedule.").last)

    ada.press(ada.page.get_by_role("button", name=re.compile(r"^Skip \w{3}, ")))
    expect(ada.field("First day")).to_have_value(re.compile(r"^\d{4}-\d\d-\d\d$"))
    expect(next_runs(ada).filter(has_text="First after a pause.")).to_have_count(0)
    ada.press(ada.page.get_by_role("button", name=re.compile("^Remove the pause ")))

    schedule = stored(district)
    assert (schedule["time"], schedule["times"]) == ("13:15", ["13:15", "21:00"])
    assert schedule["weekdays"] == ["monday", "tuesday", "wednesday", "thursday", "friday"]
    expect(ada.field("Time of day")).to_have_value("13:15")
    expect(ada.page.get_by_text("First after a pause.")).to_have_count(0)
    for locale, times in {"en-GB": "13:15, 21:00", "en-US": "1:15 PM, 9:00 PM"}.items():
        lin = visit("limited_access", page_of(district), locale=locale)
        lin.sees(lin.page.get_by_text(times))
    lin.sees(lin.page.get_by_text("Monday, Tuesday, Wednesday, Thursday, Friday"))
    for _ in range(4):
        ada.press(ada.button("Add a time"))
    expect(ada.button("Add a time")).to_have_count(0)
    ada.press(ada.button("Remove time 6"))
    expect(ada.field("Time of day 5")).to_be_focused()


def test_a_schedule_without_a_weekday_is_refused(visit: Visit, district: District) -> None:
    set_schedule(district, weekdays=["monday"])
    ada = visit(path=page_of(district))

    ada.press(ada.page.get_by_role("checkbox", name="Monday"))
    ada.press(ada.button("Save"))

    ada.sees(ada.page.get_by_text("Select at least one day."))
    ada.check()
    assert stored(district)["weekdays"] == ["monday"]


def test_a_failed_preview_and_endless_pauses_are_reported_in_the_list_of_runs(
    visit: Visit, district: District
) -> None:
    today = dt.datetime.now(CHICAGO).date()
    set_schedule(district, pauses=[{"from": str(today), "to": "2999-12-31"}])
    ada = visit(viewport=PHONE)

    expect(ada.card).to_contain_text("Paused through")
    ada.check()
    ada.press_entry(ada.menu, "Schedule")
    ada.sees(ada.page.get_by_text("None in the next two years, because of the pauses."))
    ada.check()
    with refusing(ada, "/schedule/preview"):
        ada.press(slider(ada))
        ada.sees(ada.page.get_by_role("region", name="Next five exports").get_by_text(SCRIPT))
        ada.check()
