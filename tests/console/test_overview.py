"""All districts at a glance: the operator's page, failures of the last night first."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.console.support.answers import SCRIPT, as_operator, as_text, poison, refusing
from tests.console.support.person import PHONE, Person
from tests.stack.support.district import District, new_district, registration

type Visit = Callable[..., Person]


def test_an_operator_sees_failures_first_then_what_is_due(visit: Visit, district: District) -> None:
    district.sync(registration("1"), registration("2"))
    district.export()
    district.sync(registration("3"))
    town = district.connection["district"]
    broken = new_district(district.stack, district=town, name="Z, broken", password="wrong")
    broken.sync(registration("1"))
    broken.export()
    broken.go_live()
    new = new_district(district.stack, district=town, name="A, new", password="wrong")
    new.sync(registration("1"))
    new.export()

    ada = visit(api=as_operator)
    ada.press(ada.link("All districts"))

    rows = ada.page.get_by_role("row")
    expect(rows.nth(1)).to_contain_text("Z, broken")
    expect(rows.nth(1)).to_contain_text("rejected the user name")
    expect(rows.nth(2)).to_contain_text("Succeeded")
    expect(rows.nth(2).get_by_role("cell").nth(2)).to_contain_text("1 ready to send")
    expect(rows.nth(3)).to_contain_text("A, new Being set up")
    ada.sees(ada.page.get_by_text("3 connections: 1 failed last night, 0 overdue."))
    ada.check()
    with refusing(ada, "/overview", "GET"):
        ada.press(ada.button("Refresh"))
        ada.sees(ada.page.get_by_text("may be out of date"))
        ada.check()
    ada.press(rows.nth(1).get_by_role("link").last)
    ada.sees(ada.page.get_by_role("region", name="Summary"))


def test_other_people_have_no_link_and_texts_stay_texts(visit: Visit, district: District) -> None:
    lin = visit("limited_access", api=poison, viewport=PHONE)
    expect(lin.card).to_be_visible()
    expect(lin.link("All districts")).to_have_count(0)

    lin.go("#/overview")

    expect(lin.page.get_by_role("rowheader")).to_contain_text(SCRIPT)
    assert as_text(lin) > 0
    lin.check()
    lin.page.unroute_all(behavior="wait")
