"""Notifications: people are added, changed, asked again and removed; refusals; limited access."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, expect

from tests.console.support.answers import is_refused, refusing, saying
from tests.console.support.person import Person
from tests.stack.support.district import District

type Visit = Callable[..., Person]

BEN = "ben@anytown.example.org"


def page_of(district: District) -> str:
    return f"#{district.path}/notifications"


def stored(district: District) -> dict[str, list[str]]:
    answer = district.stack.call("GET", f"{district.path}/recipients", role="full_access")
    return {one["email"]: one["for"] for one in answer.json()["items"]}


def add(district: District, email: str = BEN, *kinds: str) -> dict[str, Any]:
    path = f"{district.path}/recipients/{email.replace('@', '%40')}"
    body = {"for": list(kinds or ["failed"])}
    answer = district.stack.call("PUT", path, body, role="full_access")
    assert answer.status == 200, answer.body
    recipient: dict[str, Any] = answer.json()
    return recipient


def row(ada: Person, email: str = BEN) -> Locator:
    return ada.page.get_by_role("listitem", name=email, exact=True)


def test_a_person_is_added_changed_and_removed(visit: Visit, district: District) -> None:
    ada = visit(path=page_of(district))
    ada.sees(ada.heading("No one gets email about this connection"))
    ada.check()

    ada.press(ada.button("Add a person"))
    ada.sees(ada.dialog("Add a person"))
    ada.check()
    ada.write(ada.field("Email address"), "ben")
    ada.page.keyboard.press("Enter")
    expect(ada.page.get_by_role("alert").filter(has_text="Fix the")).to_be_focused()
    ada.sees(ada.page.get_by_text("Enter one email address.").first)
    ada.write(ada.field("Email address"), "Ben@Anytown.example.org")
    ada.press(ada.field("A scheduled export is overdue"))
    ada.press(ada.button("Save"))

    expect(row(ada)).to_contain_text("An export needs approval")
    assert stored(district) == {BEN: ["failed", "needs_approval", "needs_attention"]}
    ada.check()

    ada.press(ada.button(f"Change {BEN}"))
    for label in (
        "An export failed",
        "An export needs approval",
        "More students need attention",
    ):
        ada.press(ada.field(label))
    ada.press(ada.button("Save"))
    expect(ada.page.get_by_role("alert").filter(has_text="Fix the")).to_be_focused()
    ada.press(ada.field("A weekly summary"))
    ada.press(ada.button("Save"))
    expect(row(ada)).to_contain_text("A weekly summary")
    assert stored(district) == {BEN: ["weekly_summary"]}

    ada.press(ada.button(f"Remove {BEN}"))
    ada.sees(ada.dialog("Remove this person?"))
    ada.check()
    ada.press(ada.button("Remove"))
    ada.sees(ada.heading("No one gets email about this connection"))
    assert stored(district) == {}


def test_who_has_not_confirmed_can_be_asked_again(visit: Visit, district: District) -> None:
    email = "bea@anytown.example.org"  # an address is asked only a few times an hour
    recipient = add(district, email)
    ada = visit()

    with saying(ada, "/recipients", items=[recipient | {"state": "waiting"}]):
        ada.go(page_of(district))
        expect(row(ada, email)).to_contain_text("Waiting for confirmation")
        ada.check()
        with refusing(ada, "/recipients/[^/]+", "PUT"):
            ada.press(ada.button(f"Ask {email} again"))
            is_refused(ada)
        ada.press(ada.button(f"Ask {email} again"))
        expect(row(ada, email)).to_contain_text("Confirmed")  # the emulator asks nobody


def test_limited_access_sees_the_people_and_changes_nothing(
    visit: Visit, district: District
) -> None:
    email = "lin@anytown.example.org"  # an address is asked only a few times an hour
    add(district, email)

    lin = visit("limited_access", path=page_of(district))

    expect(row(lin, email)).to_contain_text("An export failed")
    expect(lin.page.get_by_role("main").get_by_role("button")).to_have_text(["Export Students"])
    lin.check()
