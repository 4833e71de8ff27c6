"""People: who is entitled sees the page; invite, change, reset and remove by keyboard."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, expect

from tests.console.support.answers import as_text, is_refused, poison, refusing
from tests.console.support.person import PHONE, Person
from tests.stack.support.district import District

type Visit = Callable[..., Person]


def row(person: Person, name: str) -> Locator:
    return person.page.get_by_role("row").filter(has_text=name)


def actions(person: Person, name: str) -> Locator:
    return person.button(f"Actions for {name}")


def in_pool(district: District, name: str) -> dict[str, Any]:
    """The person's state in the user pool."""
    stack = district.stack
    found: dict[str, Any] = stack.client("cognito-idp").admin_get_user(
        UserPoolId=stack.outputs["UserPoolId"], Username=name
    )
    return found


def test_a_colleague_is_invited_changed_reset_and_removed_by_keyboard(
    visit: Visit, district: District
) -> None:
    town = district.connection["district"]
    address = f"grace@{town}.example.org"
    ada = visit()
    ada.press(ada.link("People"))
    expect(row(ada, ada.user.username)).to_contain_text("You")
    expect(row(ada, district.stack.users["limited_access"].username)).to_contain_text(town)
    ada.check()

    ada.press(ada.button("Invite a person"))
    ada.write(ada.field("Email address"), "grace")
    ada.page.keyboard.press("Enter")
    ada.sees(ada.page.get_by_text("Enter one email address").first)
    expect(ada.page.get_by_role("alert").filter(has_text="Fix the")).to_be_focused()
    ada.check()
    ada.write(ada.field("Email address"), address)
    ada.press(ada.button("Send the invitation"))
    expect(row(ada, address)).to_contain_text("Invited")
    expect(row(ada, address)).to_contain_text("Limited Access")
    assert in_pool(district, address)["UserStatus"] == "FORCE_CHANGE_PASSWORD"

    ada.press_entry(actions(ada, address), "Send the invitation again")
    ada.press(ada.dialog("Send the invitation again").get_by_role("button", name="Send"))
    expect(ada.page.get_by_role("dialog")).to_have_count(0)

    ada.press_entry(actions(ada, address), "Change")
    ada.press(ada.page.get_by_role("radio", name=re.compile("^Full Access")))
    ada.press(ada.page.get_by_role("switch", name="Can sign in"))
    ada.check()
    ada.press(ada.button("Save"))
    expect(row(ada, address)).to_contain_text("Full Access")
    expect(row(ada, address)).to_contain_text("Turned off")
    assert in_pool(district, address)["Enabled"] is False

    lin = district.stack.users["limited_access"].username
    ada.press_entry(actions(ada, lin), "Reset the password")
    with refusing(ada, "/password-reset"):
        ada.press(ada.button("Reset"))
        is_refused(ada, ada.page.get_by_role("dialog"))
    ada.press(ada.button("Reset"))
    expect(row(ada, lin)).to_contain_text("New password needed")

    ada.press_entry(actions(ada, address), "Remove")
    ada.press(ada.button("Remove"))
    expect(row(ada, address)).to_have_count(0)


def test_limited_access_has_no_page_and_texts_stay_texts(visit: Visit) -> None:
    lin = visit("limited_access")
    expect(lin.card).to_be_visible()
    expect(lin.link("People")).to_have_count(0)
    lin.go("#/people")
    lin.sees(lin.page.get_by_text("You can't manage people"))
    lin.check()

    ada = visit(path="#/people", api=poison, viewport=PHONE)
    expect(ada.page.get_by_role("rowheader").first).to_be_visible()
    assert as_text(ada) > 0
    ada.check()
    ada.page.unroute_all(behavior="wait")
