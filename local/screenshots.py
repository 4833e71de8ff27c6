"""Pictures of the console: drives the local stack with a made-up district, and writes PNGs.

python -m local.screenshots      writes those in the docs to docs/images, all others to .local
"""

import datetime as dt
import json
import re
import sys

import yaml
from playwright.sync_api import Locator, Page, Route, ViewportSize, expect

from local.calls import Refused, done, export, finished, sync
from local.chromium import CHROMIUM, chromium
from local.district import made_up_district, next_day, this_school_year
from local.processes import ROOT, NotStarted, end_on_signals
from local.sign_in import DISTRICT
from local.stack import LocalStack, local_stack

IN_THE_DOCS = ("connections", "mapping", "attention", "export", "student", "schedule")
"""The pictures of the tour in docs/console.md, in its order."""

LAPTOP = ViewportSize(width=1180, height=780)
PHONE = ViewportSize(width=375, height=780)
SHOWN_HOST = "sftp.example.org"
SHOWN_STUDENT = "000037"
EXAMPLES = ["001036", "007881", "005180"]  # the students that the next day changes first


def main() -> None:
    end_on_signals()
    if CHROMIUM is None:
        sys.exit("Chromium is not installed: install it to take pictures.")
    try:
        with local_stack(ROOT / ".local" / "run" / "screenshots", print) as stack:
            run = furnish(stack)
            take_pictures(stack, run)
    except (NotStarted, Refused) as error:
        sys.exit(f"\n{error}")
    except KeyboardInterrupt:
        sys.exit("\nStopped.")


# The made-up district


def furnish(stack: LocalStack) -> str:
    """Creates connections with a history; returns the run that held students."""
    print("Creating a made-up district …", flush=True)
    year = this_school_year(dt.datetime.now().astimezone().date())
    registrations = made_up_district(year, students=420)
    connections = (
        ("sis", {"name": "Student records", "sis": "PowerSchool"}, "21:00"),
        ("bus", {"name": "Bus routes", "password": "changed-in-August"}, "21:30"),
        ("library", {"name": "Library", "sis": "Destiny"}, "05:15"),
    )
    for connection_id, settings, time in connections:
        _connect(stack, connection_id, settings, time)
        sync(stack, connection_id, registrations, _silent)
    _check(stack, "sis")
    export(stack, "bus")
    export(stack, "library")
    _at_night(stack, "sis", -3)
    _at_night(stack, "sis", -2)
    later = next_day(registrations)
    for one in later.changed[: len(EXAMPLES)]:  # a value that is new in Enroll
        one["data"]["students"]["gender"] = "Prefer not to say"
    sync(stack, "sis", later.changed, _silent)
    export(stack, "sis", dry_run=True)
    run = _at_night(stack, "sis", -1)
    sync(stack, "sis", later.added, _silent)
    return run


def _connect(stack: LocalStack, connection_id: str, settings: dict[str, str], time: str) -> None:
    connection = {
        "connection_id": connection_id,
        "host": stack.sftp.host,
        "port": stack.sftp.port,
        "username": stack.sftp.username,
        "password": stack.sftp.password,
        "host_keys": stack.sftp.host_keys,
        "folder": f"SISData/{connection_id}/{{school_year}}",
        "district": DISTRICT,
        "time_zone": "America/Chicago",
        "programs": stack.programs,
        "example_students": EXAMPLES,
    }
    mapping = yaml.safe_load((ROOT / "local/mappings/office.yaml").read_text())
    path = f"/connections/{connection_id}"
    schedule = {"enabled": True, "time": time}
    done(stack.call("POST", "/connections", connection | settings, role="full_access"))
    done(stack.call("PUT", f"{path}/mapping", mapping, role="full_access"))
    done(stack.call("PUT", f"{path}/schedule", schedule, role="full_access"))


def _check(stack: LocalStack, connection: str) -> None:
    path = f"/connections/{connection}"
    run = done(stack.call("POST", f"{path}/check", {}, role="full_access"))
    finished(stack, f"{path}/exports/{run['run_id']}")


def _at_night(stack: LocalStack, connection: str, days: int) -> str:
    """Runs an export as the schedule does; returns its id."""
    night = dt.datetime.now(dt.UTC).replace(hour=2, minute=0, second=0) + dt.timedelta(days=days)
    event = {"connection_id": connection, "trigger": "schedule"}
    event["scheduled_time"] = night.isoformat(timespec="seconds")
    answer = stack.client("lambda").invoke(
        FunctionName=stack.functions["export"], Payload=json.dumps(event)
    )
    run = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise Refused(f"The export failed: {run}")
    return str(run["run_id"])


def _silent(_: str) -> None:
    """Prints nothing."""


# The pictures


def take_pictures(stack: LocalStack, run: str) -> None:
    """Signs in as Ada, visits the pages and writes one picture of each."""
    with chromium() as browser:
        context = browser.new_context(viewport=LAPTOP, reduced_motion="reduce", locale="en-US")
        context.set_default_timeout(30_000)
        expect.set_options(timeout=30_000)
        page = context.new_page()
        page.route(re.compile(r"/v1/(connections|overview)"), _with_a_hosts_name)
        page.goto(stack.console_url)
        page.get_by_label("Username").fill(stack.users["full_access"].username)
        page.get_by_label("Password").fill(stack.users["full_access"].password)
        page.get_by_role("button", name="Sign in").click()
        _connections(page)
        _mapping(page)
        _students(page)
        _export(page)
        _others(page, run)
        page.unroute_all(behavior="ignoreErrors")  # pages still read names


def _with_a_hosts_name(route: Route) -> None:
    """Shows a district's server name in place of the stack's address and port."""
    answer = route.fetch()
    text = re.sub(r"127\.0\.0\.1:\d+", SHOWN_HOST, answer.text())
    text = re.sub(r'"host": ?"127\.0\.0\.1"', f'"host": "{SHOWN_HOST}"', text)
    route.fulfill(response=answer, body=re.sub(r'"port": ?\d+', '"port": 22', text))


def _connections(page: Page) -> None:
    page.get_by_role("article", name="Bus routes").get_by_text("Failed").wait_for()
    page.get_by_role("article", name="Library").get_by_text("Succeeded").wait_for()
    _picture(page, "connections", height=760)
    page.set_viewport_size(PHONE)
    _picture(page, "phone")


def _mapping(page: Page) -> None:
    _go(page, "sis/mapping", "Export Student Mapping")
    expect(page.locator("[data-mapped-value]").nth(3)).not_to_have_text("–")
    _picture(page, "mapping", height=1050, above=page.get_by_role("tab", name="Field Mapping"))


def _students(page: Page) -> None:
    _go(page, "sis/students?list=held", "Students")
    lists = page.get_by_role("heading", name="Lists of students")
    page.get_by_role("list", name="Reasons").wait_for()
    _picture(page, "attention", height=760, above=lists)
    _go(page, "sis/students?list=all", "Students")
    page.get_by_role("list", name="All students").wait_for()
    _picture(page, "students")
    _go(page, f"sis/students?id={SHOWN_STUDENT}", "Students")
    receipt = page.get_by_role("article").first
    receipt.wait_for()
    _picture(page, "student", height=760, above=page.get_by_role("heading", level=1))


def _export(page: Page) -> None:
    _go(page, "sis/runs", "History")
    page.get_by_role("list", name="Runs, newest first").wait_for()
    _picture(page, "history")
    page.get_by_role("button", name="Export Students").click()
    dialog = page.get_by_role("dialog", name="Export Students")
    dialog.get_by_role("radio").first.wait_for()
    _picture(page, "export", height=820)
    page.keyboard.press("Escape")


def _others(page: Page, run: str) -> None:
    _go(page, f"sis/runs/{run}", "Export")
    _picture(page, "run", height=1020, above=page.get_by_role("region", name="Summary"))
    _go(page, "sis/schedule", "Schedule")
    page.get_by_role("region", name="Next five exports").get_by_role("listitem").last.wait_for()
    _picture(page, "schedule", above=page.get_by_role("heading", level=1))


def _go(page: Page, path: str, title: str) -> None:
    page.evaluate("path => { location.hash = path }", f"#/connections/{path}")
    page.get_by_role("heading", level=1).filter(has_text=title).wait_for()


def _picture(
    page: Page, name: str, *, height: int = LAPTOP["height"], above: Locator | None = None
) -> None:
    """Takes a picture of the window, scrolled to a little above the part."""
    if page.viewport_size != PHONE:
        page.set_viewport_size(ViewportSize(width=LAPTOP["width"], height=height))
    if above:
        above.evaluate("part => scrollTo(0, part.getBoundingClientRect().top + scrollY - 16)")
    page.wait_for_load_state("networkidle")
    folder = ROOT / ("docs/images" if name in IN_THE_DOCS else ".local/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.png"
    page.screenshot(path=path)
    page.set_viewport_size(LAPTOP)
    print(f"  {path.relative_to(ROOT)}  {path.stat().st_size // 1000:,} kB", flush=True)


if __name__ == "__main__":
    main()
