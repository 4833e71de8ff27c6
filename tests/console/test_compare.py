"""Have they arrived? A list of the SIS is compared in the browser with what was sent."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Locator, Route, expect

from tests.console.support.answers import is_refused, refusing
from tests.console.support.person import PHONE, Person
from tests.stack.support.district import District, registration

type Visit = Callable[..., Person]


def compare(district: District) -> str:
    return f"#{district.path}/compare"


def sis(text: str, encoding: str = "utf-8") -> FilePayload:
    return {"name": "sis.csv", "mimeType": "text/csv", "buffer": text.encode(encoding)}


def choose_file(ada: Person, content: FilePayload) -> None:
    ada.page.get_by_label("File", exact=True).set_input_files(content)


def tab(ada: Person, name: str) -> Locator:
    return ada.page.get_by_role("tab", name=name)


def table(ada: Person, name: str) -> Locator:
    """The rows of a table, without the header."""
    return ada.page.get_by_role("region", name=name, exact=True).locator("tbody tr")


def rows(ada: Person, button: Locator) -> list[dict[str, str]]:
    with ada.page.expect_download() as saving:
        ada.press(button)
    text = Path(saving.value.path()).read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def sent(district: District) -> dict[str, Any]:
    """A year of students, and the run that sent them: 5 waits with a change, 6 is removed."""
    names = {"001": "Ann", "002": "Zoë", "003": "Cy", "004": "Dee", "005": "Eve", "006": "Flo"}
    district.sync(*(registration(student_id, name) for student_id, name in names.items()))
    run = district.export()
    district.sync(registration("005", "Eva"))
    district.sync(registration("007", "Never"))
    answer = district.stack.call(
        "DELETE", f"{district.path}/registrations/2025/006", role="full_access"
    )
    assert answer.status == 204, answer.body
    return run


def test_a_list_of_the_sis_is_compared_and_the_missing_are_sent_again(
    visit: Visit, district: District
) -> None:
    run = sent(district)
    before = district.names()
    ada = visit("limited_access", path=f"#{district.path}/students", viewport=PHONE)
    ada.press(ada.link("Have they arrived?"))
    ada.sees(ada.heading("Have they arrived?"))
    ada.check()

    requests: list[str] = []
    ada.on("request", lambda request: requests.append(request.post_data or ""))
    content = "Grade;Student Number;First\r\n1;001;Ann\r\n1;002;Zoe\r\n2;005;Eve\r\n"
    choose_file(ada, sis(content + '3;006;Flo\r\n4;="007";Never\r\n4;900;"Gil; Jr"\r\n4;900;x\r\n'))

    expect(ada.page.get_by_text("7 rows and 3 columns, separated by semicolons")).to_be_visible()
    expect(ada.field("ID column in the list")).to_have_value("1")
    value = ada.page.get_by_label("Value 1, here")
    expect(value.locator("option:checked")).to_have_text(re.compile("First in students"))
    ada.check()
    ada.press(ada.button("Compare"))

    expect(tab(ada, "Not in the SIS 2")).to_be_visible()
    expect(table(ada, "Not in the SIS")).to_have_text(
        [re.compile("003.*Cy"), re.compile("004.*Dee")]
    )
    ada.check()
    missing = rows(ada, ada.button("Download CSV"))
    assert [one["Student id"] for one in missing] == ['="003"', '="004"']
    assert {one["Sent by the run"] for one in missing} == {run["run_id"]}
    ada.page.get_by_role("tab", name="Different 1").click()
    expect(table(ada, "Different")).to_contain_text("First in students: Zoë here, Zoe in the SIS")
    (different,) = rows(ada, ada.button("Download CSV"))
    assert (different["Here"], different["In the SIS"]) == ("Zoë", "Zoe")
    assert different["SIS: Grade"] == "1"
    tab(ada, "In both 2").click()
    expect(table(ada, "In both")).to_have_text([re.compile("^001"), re.compile("^005")])
    tab(ada, "Only in the SIS 3").click()
    expect(table(ada, "Only in the SIS")).to_have_text(
        [
            re.compile("006Removed"),
            re.compile("007Ready to send"),
            re.compile("900Not in this connection.*Gil; Jr"),
        ]
    )
    expect(ada.page.get_by_text("1 row repeats an ID of the list")).to_be_visible()
    ada.check()
    assert not any("Gil" in body for body in requests), "the list stays in the browser"

    tab(ada, "Not in the SIS 2").click()
    ada.press(ada.button("Send 2 students again"))
    dialog = ada.dialog("Send again with the next export")
    ada.check()
    with refusing(ada, "/registrations/due"):
        ada.press(dialog.get_by_role("button", name="Send again"))
        is_refused(ada, dialog)
    ada.press(dialog.get_by_role("button", name="Send again"))
    expect(
        ada.page.get_by_text("2 students will be sent again with the next export, as").first
    ).to_be_visible()
    assert district.names() == before
    district.export()
    assert district.names() == ["Cy", "Dee", "Eva", "Never"]


def test_leading_zeros_are_ignored_only_on_request(visit: Visit, district: District) -> None:
    sent(district)
    ada = visit(path=compare(district))

    choose_file(ada, sis("id,x\n1,a\n2,b\n3,c\n4,d\n5,e\n"))
    ada.press(ada.button("Compare"))
    expect(tab(ada, "Not in the SIS 5")).to_be_visible()
    expect(ada.page.get_by_text("5 students match except for leading zeros")).to_be_visible()
    ada.press(ada.field("Ignore leading zeros in IDs"))

    expect(tab(ada, "In both 5")).to_be_visible()
    expect(ada.page.get_by_text("5 students match only because")).to_be_visible()
    expect(ada.page.get_by_text("Every student that was sent is in the list.")).to_be_visible()
    ada.check()


def test_the_id_may_be_a_mapped_value_and_a_failed_read_is_repeated(
    visit: Visit, district: District
) -> None:
    sent(district)
    ada = visit(path=compare(district))

    choose_file(ada, sis("Nickname\nAnn\nCy\n"))
    ada.field("The same ID here").select_option(label="First in students")
    with refusing(ada, "/registrations", "GET"):
        ada.press(ada.button("Compare"))
        is_refused(ada)
    ada.press(ada.button("Compare"))

    expect(tab(ada, "In both 2")).to_be_visible()
    expect(tab(ada, "Not in the SIS 3")).to_be_visible()


def test_the_id_of_the_sis_is_found_among_the_mapped_values(
    visit: Visit, district: District
) -> None:
    students = [registration(f"enroll-{number}") for number in range(1, 4)]
    for number, student in enumerate(students):
        student["data"]["students"]["id"] = f"S{number}"
    district.sync(*students)
    district.export()
    ada = visit(path=compare(district))

    choose_file(ada, sis("Grade,Local\n1,S0\n2,S2\n3,S9\n"))

    expect(ada.field("The same ID here").locator("option:checked")).to_have_text(
        re.compile("ID in students")
    )
    expect(ada.field("ID column in the list")).to_have_value("1")
    ada.press(ada.button("Compare"))
    expect(tab(ada, "In both 2")).to_be_visible()
    expect(table(ada, "Not in the SIS")).to_have_text([re.compile("^enroll-2")])
    ada.check()


@pytest.mark.parametrize(
    ("text", "message"),
    [("", "The file is empty."), ("id,name\n", "only one row"), ("PK\x03\x04", "Excel workbook")],
)
def test_a_file_without_a_list_is_refused(
    visit: Visit, district: District, text: str, message: str
) -> None:
    district.sync(registration("1"))
    ada = visit(path=compare(district))

    choose_file(ada, sis(text))

    expect(ada.page.get_by_role("alert").filter(has_text=message)).to_be_visible()
    expect(ada.button("Compare")).to_have_count(0)
    ada.check()


def test_twenty_thousand_students_are_compared_while_the_page_responds(
    visit: Visit, district: District
) -> None:
    district.sync(registration("1"))
    ada = visit()

    def many(route: Route) -> None:
        """20,000 students in pages of 500."""
        first = int(re.search(r"after=(\d+)|$", route.request.url)[1] or 0)  # type: ignore[index]
        students = [
            {
                "student_id": f"{number:05}",
                "school_year": 2025,
                "status": "exported",
                "synced_at": "2026-03-02T21:00:00.000Z",
                "exported_before": True,
                "names": ["Ann", "", "Ng"],
                "held_since": None,
                "reasons": [],
                "exported": {"run_id": "r", "exported_at": "2026-03-02T21:00:00Z"},
                "values": [["Ann"], ["Ann"]],
            }
            for number in range(first + 1, first + 501)
        ]
        following = None if first + 500 >= 20_000 else f"{first + 500:05}"
        route.fulfill(json={"items": students, "next": following, "name_fields": []})

    ada.page.route(re.compile(r"status=all"), many)
    ada.go(compare(district))
    lines = [f"{number:05},Ann,{'x' * 200}" for number in range(2, 20_002)]
    choose_file(ada, sis("\n".join(["ID,First,Note", *lines])))
    expect(ada.page.get_by_text("20,000 rows")).to_be_visible()
    ada.page.evaluate(
        """() => {
            window.longest = 0;
            new PerformanceObserver((list) => {
                for (const one of list.getEntries()) longest = Math.max(longest, one.duration);
            }).observe({ type: "longtask" });
        }"""
    )
    ada.button("Compare").click()

    expect(tab(ada, "In both 19,999")).to_be_visible()
    expect(tab(ada, "Not in the SIS 1")).to_be_visible()
    assert ada.page.evaluate("longest") < 2_000
