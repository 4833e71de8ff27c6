"""Sign-in providers: operators add, change and remove them; nobody else sees the page."""

import re
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Route, expect

from tests.console.support.answers import SCRIPT, as_operator, as_text, is_refused, refuse, refusing
from tests.console.support.person import PHONE, Person

type Visit = Callable[..., Person]


class FakeProviders:
    """Answers as the API does to an operator; `sent` are the bodies without the name."""

    def __init__(self) -> None:
        self.stored: dict[str, dict[str, Any]] = {}
        self.sent: list[dict[str, Any]] = []

    def __call__(self, route: Route) -> None:
        path = route.request.url.partition("/v1/")[2]
        name, method = path.partition("/")[2], route.request.method
        if not path.startswith("providers"):
            as_operator(route)
        elif method == "GET":
            route.fulfill(json={"items": list(self.stored.values()), "next": None})
        elif method == "DELETE":
            del self.stored[name]
            route.fulfill(status=204)
        else:
            body = route.request.post_data_json
            self.sent.append(body)
            secret = {"client_secret": None, "metadata": None}
            usual = {"tenant": "", "email_claim": "email"}
            whole = {"name": name} | usual | body
            self.stored[name] = {key: whole[key] for key in whole if key not in secret}
            route.fulfill(json=self.stored[name])


def test_an_operator_adds_changes_and_removes_a_provider(visit: Visit) -> None:
    api = FakeProviders()
    ada = visit(path="#/people", api=api)
    row = ada.page.get_by_role("row").filter(has_text="anytown-google")

    ada.press(ada.link("Sign-in providers"))
    ada.sees(ada.heading("There are no sign-in providers yet"))
    ada.check()
    ada.press(ada.button("Add a provider"))
    ada.write(ada.field("Name"), "anytown-google")
    ada.write(ada.field("Issuer"), "https://accounts.google.com")
    ada.write(ada.field("Client ID"), "123.example")
    ada.write(ada.field("Client secret"), "s3cret")
    ada.write(ada.field("Districts"), "anytown, othertown")
    ada.write(ada.page.get_by_label("Claim with a person's groups"), "groups")
    ada.write(ada.page.get_by_label("Groups with Full Access"), "Registrars, IT")
    ada.write(ada.page.get_by_label("Claim with the organization"), "hd")
    ada.write(ada.page.get_by_label("Organization (optional)", exact=True), "anytown.org")
    ada.check()
    with refusing(ada, "/providers/anytown-google", "PUT"):
        ada.press(ada.button("Save"))
        is_refused(ada, ada.page.get_by_role("dialog"))
    ada.press(ada.button("Save"))

    expect(row).to_contain_text("OpenID Connect")
    expect(row).to_contain_text("anytown, othertown")
    expect(row).to_contain_text(re.compile(r"/console\?provider=anytown-google"))
    ada.check()
    first = {
        "type": "oidc",
        "is_operator": False,
        "local_accounts": True,
        "issuer": "https://accounts.google.com",
        "client_id": "123.example",
        "groups_claim": "groups",
        "tenant_claim": "hd",
        "tenant": "anytown.org",
        "districts": ["anytown", "othertown"],
        "role": None,
        "group_roles": {"Registrars": "full_access", "IT": "full_access"},
    }
    assert api.sent == [first | {"client_secret": "s3cret"}]

    ada.press_entry(ada.button("Actions for anytown-google"), "Change")
    ada.press(ada.page.get_by_role("radio", name="Limited Access"))
    ada.press(ada.button("Save"))
    expect(row).to_contain_text("Limited Access")
    assert api.sent[1] == first | {"role": "limited_access", "email_claim": "email"}

    ada.press_entry(ada.button("Actions for anytown-google"), "Remove")
    ada.press(ada.button("Remove"))
    expect(row).to_have_count(0)


def test_others_have_no_page_and_texts_stay_texts(visit: Visit) -> None:
    lin = visit("limited_access", path="#/providers", viewport=PHONE)
    lin.sees(lin.heading("Only operators manage sign-in providers"))
    lin.check()

    api = FakeProviders()
    named = {"name": f"a{SCRIPT}", "type": f"x{SCRIPT}", "districts": [SCRIPT]}
    api.stored["a"] = named | {"is_operator": False, "role": None, "group_roles": {}}
    ada = visit(path="#/providers", api=api, viewport=PHONE)
    expect(ada.page.get_by_role("rowheader")).to_contain_text(SCRIPT)
    assert as_text(ada) > 2
    ada.check()
    ada.page.route("**/v1/providers", refuse)
    ada.page.reload()
    ada.sign_in()
    is_refused(ada)
    ada.page.unroute_all(behavior="wait")
