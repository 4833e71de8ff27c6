"""Activity: who read student data of a connection, and who was refused."""

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Route, expect

from tests.console.support.answers import is_refused, poison, refusing
from tests.console.support.person import PHONE, Person
from tests.stack.support.district import District, registration

type Visit = Callable[..., Person]


def rows(ada: Person) -> Locator:
    """Without the header."""
    return ada.page.get_by_role("row").filter(has=ada.page.get_by_role("rowheader"))


def test_reads_of_student_data_are_shown_in_words_the_newest_first(
    visit: Visit, district: District
) -> None:
    district.sync(registration("1", "Ann"))
    lin, path = visit("limited_access"), f"#{district.path}"
    lin.go(f"{path}/students?id=1")
    lin.sees(lin.page.get_by_role("article"))
    expect(lin.link("Activity")).to_have_count(0)
    lin.go(f"{path}/activity")
    lin.sees(lin.page.get_by_text("People with Full Access see here"))
    lin.check()
    refused = district.stack.call("PUT", district.path, {}, role="limited_access")
    assert refused.status == 403
    refused = district.stack.call("PUT", district.path, {}, role="limited_access")
    assert refused.status == 403

    ada = visit(path=path + "/schedule", viewport=PHONE)
    ada.press(ada.link("Activity"))

    expect(rows(ada)).to_have_text(
        [
            re.compile(rf"{lin.user.username}.*Refused.*PUT /connections/{{connection_id}}.*2$"),
            re.compile(rf"{lin.user.username}.*One student's details.*1$"),
        ]
    )
    ada.check()


def test_older_entries_are_shown_on_request_and_texts_stay_texts(
    visit: Visit, district: District
) -> None:
    district.sync(registration("1", "Ann"))
    receipt = f"{district.path}/registrations/2025/1"
    for role in ("full_access", "limited_access", "enroll"):
        assert district.stack.call("GET", receipt, role=role).status == 200
    ada = visit()

    def one_by_one(route: Route) -> None:
        route.continue_(url=f"{route.request.url}{'&' if '?' in route.request.url else '?'}limit=1")

    ada.page.route(re.compile("/access-log"), one_by_one)
    ada.go(f"#{district.path}/activity")
    expect(rows(ada)).to_have_count(1)
    expect(rows(ada)).to_contain_text("(a program)")
    with refusing(ada, "/access-log", "GET"):
        ada.press(ada.button("Show more"))
        is_refused(ada)
    ada.press(ada.button("Show more"))
    expect(rows(ada)).to_have_count(2)
    ada.press(ada.button("Show more"))
    expect(rows(ada)).to_have_count(3)
    ada.page.unroute_all(behavior="wait")
    ada.page.route(re.compile("/access-log"), poison)
    ada.page.reload()
    ada.sign_in()
    expect(rows(ada)).to_have_count(3)
    ada.check()


def test_a_connection_whose_students_nobody_read_says_so(visit: Visit, district: District) -> None:
    ada = visit(path=f"#{district.path}/activity")

    ada.sees(ada.heading("No one has viewed student data yet"))
    ada.check()
