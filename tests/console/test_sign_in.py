"""Sign-in and sign-out: the hosted pages, an ended session, and permissions."""

import re
from collections.abc import Callable

from playwright.sync_api import Dialog, Route, expect

from tests.console.support.answers import refusing
from tests.console.support.mapping_page import TO, row
from tests.console.support.person import Person
from tests.stack.support.district import District

type Visit = Callable[..., Person]


def test_sign_in_returns_to_the_requested_page_and_keeps_tokens_in_memory_only(
    visit: Visit,
) -> None:
    ada = visit(path="#/nowhere/at/all", by_pages=True)

    ada.sees(ada.heading("Page not found"))
    expect(ada.page).to_have_url(re.compile(r"/console#/nowhere/at/all$"))
    ada.check()
    kept = ada.page.evaluate("() => [sessionStorage.length, document.cookie]")
    assert kept == [0, ""]
    assert set(ada.page.evaluate("() => Object.keys(localStorage)")) <= {"active at", "ended at"}


def test_signing_out_by_keyboard_uses_the_hosted_pages_and_lasts(
    visit: Visit,
) -> None:
    ada = visit()
    left, press = [], ada.page.keyboard.press
    ada.on("request", lambda request: left.append(request.url))

    ada.tab_to(ada.button(ada.user.username))
    press("Enter")
    expect(ada.page.get_by_role("menuitem", name="Sign out")).to_be_focused()
    press("Enter")

    ada.sees(ada.heading("You've been signed out"))
    assert any("/logout?client_id=" in url for url in left)
    ada.check()
    ada.tab_to(ada.button("Sign in"))
    press("Enter")
    ada.page.get_by_label("Username").focus()  # the hosted pages are not ours
    ada.page.keyboard.type(ada.user.username)
    press("Tab")
    ada.page.keyboard.type(ada.user.password)
    press("Enter")
    ada.sees(ada.heading("Connections"))


BROUGHT_BACK = """() => {
    window.kept = true;
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
}"""


def test_a_page_in_the_browser_cache_is_hidden_after_signing_out(visit: Visit) -> None:
    ada = visit()
    ada.page.evaluate(BROUGHT_BACK)
    assert ada.page.evaluate("new Promise((wait) => setTimeout(() => wait(window.kept), 200))")
    ada.press_entry(ada.button(ada.user.username), "Sign out")
    ada.sees(ada.heading("You've been signed out"))

    ada.page.evaluate(BROUGHT_BACK)

    ada.sees(ada.page.get_by_label("Username"))


def test_a_sign_in_started_elsewhere_is_refused(visit: Visit) -> None:
    ada = visit()

    ada.page.goto(f"{ada.stack.console_url}?code=stolen&state=guessed")

    ada.sees(ada.heading("You are not signed in"))
    ada.sees(ada.page.get_by_text("was started in another window"))
    assert "stolen" not in ada.page.url
    ada.check()
    ada.page.route("**/config.json", lambda route: route.abort(), times=1)
    ada.press(ada.button("Sign in"))
    ada.sees(ada.page.get_by_text("The console couldn't start."))
    ada.check()
    ada.press(ada.button("Sign in"))
    ada.sees(ada.page.get_by_label("Username"))


def test_an_ended_session_resumes_on_the_same_page(visit: Visit, district: District) -> None:
    ada = visit()
    ada.press_entry(ada.menu, "Delete")
    name = district.connection["name"]
    ada.write(ada.field(f"Type {name} to confirm"), name)
    refused: list[str] = []

    def refuse_once(route: Route) -> None:
        refused.append(route.request.url)
        if len(refused) == 1:
            route.fulfill(status=401, json={"error": {"code": "not_signed_in", "message": "No."}})
        else:
            route.continue_()

    ada.page.route(f"**{district.path}?*", refuse_once)
    ada.page.route("**/oauth2/token", lambda route: route.fulfill(status=400, json={}), times=2)
    ada.press(ada.button("Delete"))
    ada.sees(ada.dialog("Your session has ended"))
    expect(ada.dialog("Your session has ended").get_by_role("button")).to_have_count(1)
    ada.check()
    with ada.page.expect_popup() as opened:
        ada.press(ada.button("Sign in again"))
    ada.sign_in(opened.value)
    ada.sees(ada.page.get_by_text("Sign-in didn't work. Sign in again."))
    ada.check()
    with ada.page.expect_popup() as opened:
        ada.press(ada.button("Sign in again"))
    ada.sign_in(opened.value)

    expect(ada.dialog("Your session has ended")).to_be_hidden()
    ada.sees(ada.card.get_by_text("Being deleted"))
    assert len(refused) == 2


def test_a_session_is_renewed_silently_and_a_sign_out_can_be_cancelled(
    visit: Visit, district: District
) -> None:
    ada = visit(path=f"#{district.path}/schedule")
    ada.sees(ada.field("Time of day"))
    used: list[str] = []

    def refuse_once(route: Route) -> None:
        used.append(route.request.headers["authorization"])
        if len(used) == 1:
            route.fulfill(status=401, json={"error": {"code": "not_signed_in", "message": "No."}})
        else:
            route.continue_()

    def renew(route: Route) -> None:  # the emulator forgets the groups when it renews
        assert "grant_type=refresh_token" in (route.request.post_data or "")
        token = ada.stack.tokens["full_access"]
        route.fulfill(json={"access_token": token, "expires_in": 3600})

    ada.page.route("**/schedule", refuse_once)
    ada.page.route("**/oauth2/token", renew, times=1)
    ada.write(ada.field("Time of day"), "0905PM")
    ada.press(ada.button("Save"))
    ada.sees(ada.page.get_by_text("Saved. Nothing is exported automatically.").last)
    expect(ada.field("Time of day")).to_have_value("21:05")
    expect(ada.page.get_by_role("dialog")).to_have_count(0)
    assert used[1] == f"Bearer {ada.stack.tokens['full_access']}" != used[0]

    ada.press(ada.page.get_by_role("switch"))
    ada.on("dialog", lambda dialog: dialog.dismiss())
    ada.press_entry(ada.button(ada.user.username), "Sign out")
    ada.press(ada.button("Save"))
    expect(ada.page.get_by_text("Not saved yet")).to_have_count(0)
    ada.page.reload()
    ada.sees(ada.page.get_by_label("Username").or_(ada.heading("Scheduled export")))


IDLE_MINUTES = 10

LATER = "minutes => { const now = Date.now; Date.now = () => now() + minutes * 60_000; }"
"""The page's clock goes forward; its timers look at the clock each second."""


def idle_after_ten_minutes(ada: Person) -> None:
    """The person signs in again, to a console that signs out after ten minutes."""

    def answer(route: Route) -> None:
        route.fulfill(json=route.fetch().json() | {"idle_minutes": IDLE_MINUTES})

    ada.page.context.route("**/config.json", answer)
    ada.page.reload()
    ada.sign_in()


def test_a_session_without_activity_ends_after_a_warning(visit: Visit, district: District) -> None:
    ada = visit(path=f"#{district.path}/schedule")
    idle_after_ten_minutes(ada)
    sent: list[str] = []
    ada.on("request", lambda request: sent.append(request.url))
    ada.write(ada.field("Time of day"), "0905PM")
    soon = ada.dialog("Are you still there?")

    ada.page.evaluate(LATER, 9.5)
    ada.sees(soon)
    ada.sees(soon.get_by_text("Unsaved changes will be discarded."))
    ada.page.keyboard.press("Shift")  # any activity
    expect(soon).to_have_count(0)
    expect(ada.field("Time of day")).to_have_value("21:05")
    ada.page.evaluate(LATER, 9.5)
    ada.sees(soon)
    ada.page.evaluate(LATER, 0.5)

    ada.sees(ada.heading("You've been signed out"))
    ada.sees(ada.page.get_by_text("Unsaved changes were discarded."))
    assert any("/logout?client_id=" in url for url in sent)
    assert any(url.endswith("/oauth2/revoke") for url in sent)
    ada.check()
    ada.press(ada.button("Sign in"))
    ada.sees(ada.page.get_by_label("Username"))


def test_a_draft_that_is_not_stored_does_not_keep_an_idle_page_open(
    visit: Visit, district: District
) -> None:
    ada = visit(path=f"#{district.path}/mapping?tab=fields")
    idle_after_ten_minutes(ada)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    ada.on("dialog", stay)
    with refusing(ada, "/mapping/draft", "PUT"):
        ada.write(row(ada, 1).get_by_label(TO), "Mine")
        ada.sees(ada.page.get_by_text("Draft not saved"))
        ada.page.evaluate(LATER, IDLE_MINUTES)
        ada.sees(ada.heading("You've been signed out"))
    ada.sees(ada.page.get_by_text("Unsaved changes were discarded."))
    assert asked == []


def test_activity_in_one_tab_keeps_the_others_and_all_end_together(
    visit: Visit, district: District
) -> None:
    ada = visit(path=f"#{district.path}/schedule")
    idle_after_ten_minutes(ada)
    ada.sees(ada.field("Time of day"))
    with ada.page.context.expect_page() as opened:
        ada.page.evaluate("() => void window.open(location.href, '_blank', 'noopener')")
    other = opened.value
    ada.sign_in(other)
    expect(other.get_by_label("Time of day")).to_be_visible()

    for _ in range(3):
        ada.page.evaluate(LATER, 4)
        other.evaluate(LATER, 4)
        other.keyboard.press("Shift")
        ada.page.wait_for_timeout(1500)  # each looks at the clock
    ada.sees(ada.field("Time of day"))
    ada.page.evaluate(LATER, IDLE_MINUTES)
    other.evaluate(LATER, IDLE_MINUTES)
    expect(other.get_by_role("heading", name="You've been signed out")).to_be_visible()
    ada.sees(ada.heading("You've been signed out"))


def test_limited_access_reads_and_exports_but_changes_nothing(visit: Visit) -> None:
    lin = visit("limited_access")

    lin.sees(lin.page.get_by_text("Limited Access"))
    lin.press(lin.menu)

    lin.sees(lin.page.get_by_role("menuitem", name="Export Students"))
    for forbidden in ("Edit", "Delete"):
        expect(lin.page.get_by_role("menuitem", name=forbidden)).to_have_count(0)
    lin.check()


def test_an_address_with_a_provider_signs_in_by_it_without_a_question(visit: Visit) -> None:
    ada = visit()
    asked: list[str] = []

    def keep(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(body="the provider's page", content_type="text/html")

    ada.page.route("**/oauth2/authorize?*", keep)
    ada.page.goto(f"{ada.stack.console_url}?provider=town-google#/overview")
    ada.sees(ada.page.get_by_text("the provider's page"))

    assert re.search(r"[?&]identity_provider=town-google(&|$)", asked[0])
