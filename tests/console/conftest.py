"""One Chromium for all tests of the console, and people that visit it."""

import dataclasses
import itertools
import re
from collections.abc import Callable, Iterator, Sequence

import pytest
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from local import sign_in
from local.chromium import CHROMIUM, chromium
from local.stack import LocalStack
from tests.console.support.mapping_page import open_mapping
from tests.console.support.person import LAPTOP, PATIENCE_MS, Person, new_page
from tests.stack.support.district import District, new_district
from tests.stack.support.people import token_of

expect.set_options(timeout=PATIENCE_MS)
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def browser(stack: LocalStack) -> Iterator[Browser]:  # closed before the stack is
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed: the console is not tried in a browser.")
    with chromium() as running:
        yield running


@pytest.fixture(scope="session")
def pages(browser: Browser) -> list[Page]:
    """The pages that no person has now. Each has its own cache of the console's two hundred files,
    and its own process, so that a new one for each person would take most of the time."""
    return []


@pytest.fixture
def district(stack: LocalStack) -> District:
    """The test's own district with its people and one connection, the only card they see."""
    name = f"town-{next(_numbers)}"
    own = _with_people_of(stack, name)
    return new_district(own, district=name, name=f"{name}, SFTP")


def _with_people_of(stack: LocalStack, district: str) -> LocalStack:
    """The stack with the people of this district only."""
    users = sign_in.people(district)
    sign_in.create_people(stack.client("cognito-idp"), stack.outputs["UserPoolId"], users)
    own = dataclasses.replace(stack, users=users)
    return dataclasses.replace(own, tokens=_Tokens(own))


class _Tokens(dict[str, str]):
    """Signs a person in when a test first needs their token: few need the one of each person."""

    def __init__(self, stack: LocalStack) -> None:
        super().__init__({role: stack.tokens[role] for role in stack.tokens.keys() - stack.users})
        self._stack = stack

    def __missing__(self, role: str) -> str:
        self[role] = token_of(self._stack, self._stack.users[role])
        return self[role]


@pytest.fixture
def visit(
    browser: Browser, pages: list[Page], district: District
) -> Iterator[Callable[..., Person]]:
    """Opens the console as a role of the district, signed in: `visit("full_access")`.

    `by_pages`: through the sign-in pages, as people do. `locale`: the browser's, such as en-GB.

    At the end, the page must have sent no request to another origin, and the browser must have
    reported no script error and no violation of the Content-Security-Policy.
    """
    people: list[Person] = []
    own: list[Page] = []

    def come(
        role: str = "full_access",
        path: str = "#/",
        api: Callable[[Route], None] | None = None,
        viewport: ViewportSize = LAPTOP,
        permissions: Sequence[str] = (),
        by_pages: bool = False,
        locale: str | None = None,
    ) -> Person:
        page = pages.pop() if pages and not locale else new_page(browser, locale)
        if locale:
            own.append(page)
        if permissions:
            page.context.grant_permissions(permissions)
        page.set_viewport_size(viewport)
        person = Person(page, district.stack, role)
        people.append(person)
        if api:  # intercepts the API from the first call on
            person.page.route(re.compile(r"/v1/(?!console)"), api)
        if by_pages:
            person.open(path)
        else:
            person.return_to(path)
        return person

    yield come

    faults = [fault for person in people for fault in person.faults]
    for person in people:
        if person.page in own:
            person.page.context.close()
        else:
            person.leave()
            pages.append(person.page)
    assert faults == []


@pytest.fixture
def ada(visit: Callable[..., Person], district: District) -> Person:
    """Full Access, on the tab Field Mapping."""
    person = visit()
    open_mapping(person, district, "?tab=fields")
    return person
