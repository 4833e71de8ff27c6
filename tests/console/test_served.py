"""What the first view costs, and how the gateway serves it."""

import gzip
from collections.abc import Callable

from local.http_client import send
from local.stack import LocalStack
from tests.console.person import Person


def test_the_first_view_is_under_100_kb_compressed(visit: Callable[..., Person]) -> None:
    ada = visit()
    asked: set[str] = set()
    ada.page.on("request", lambda request: asked.add(request.url))

    ada.page.goto(ada.stack.console_url)
    ada.sign_in()
    ada.sees(ada.card)

    files = {url.split("?")[0] for url in asked if url.startswith(ada.stack.console_url)}
    size = sum(len(gzip.compress(send("GET", url).body.encode())) for url in files)
    assert 10_000 < size < 100_000


def test_the_page_is_served_to_everyone_and_its_files_for_ever(stack: LocalStack) -> None:
    page = send("GET", stack.console_url)

    script = page.body.split('src="console/')[1].split('"')[0]
    file = send("GET", f"{stack.console_url}/{script}")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["cache-control"] == "no-cache"
    assert (file.status, file.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert "immutable" in file.headers["cache-control"]
    unchanged = send("GET", stack.console_url, headers={"If-None-Match": page.headers["etag"]})
    assert (unchanged.status, unchanged.body) == (304, "")


def test_with_a_slash_at_the_end_one_is_led_to_the_page(stack: LocalStack) -> None:
    answer = send("GET", f"{stack.console_url}/")

    assert (answer.status, answer.headers["location"]) == (301, "../console")
