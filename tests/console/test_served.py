"""The size of the first view, and its delivery by the gateway."""

import gzip
from collections.abc import Callable

from local.http_client import send
from local.stack import LocalStack
from tests.console.support.person import Person
from tests.stack.support.district import District

MODULES = """() => [
    performance.getEntriesByType("resource").map(({ name }) => name)
        .filter((name) => name.endsWith(".js")),
    [...document.querySelectorAll("link[rel=modulepreload]")].map(({ href }) => href),
]"""
"""The modules that were loaded, and those that the page had listed."""


def test_the_first_view_is_under_100_kb_as_the_gateway_sends_it(
    visit: Callable[..., Person], district: District
) -> None:
    ada = visit()
    asked: set[str] = set()
    ada.on("request", lambda request: asked.add(request.url.split("?code=")[0]))

    ada.page.goto(ada.stack.console_url)
    ada.sign_in()
    ada.sees(ada.card.get_by_text("Next export"))

    ours = [url for url in asked if url.startswith(ada.stack.api_url)]
    assert {url.rsplit("/", 1)[1] for url in ours} >= {"app.js", "me", "overview"}
    headers = {"Authorization": f"Bearer {ada.stack.tokens['full_access']}"}
    bodies = [send("GET", url, headers=headers).body.encode() for url in ours]
    api = ada.stack.client("apigateway").get_rest_api(restApiId=ada.stack.outputs["ApiId"])
    at_least = api["minimumCompressionSize"]  # not done by the emulator
    sizes = [len(gzip.compress(body) if len(body) >= at_least else body) for body in bodies]
    assert 10_000 < sum(sizes) < 100_000

    # A page's modules are requested side by side: the browser does not find any by itself.
    ada.go(f"#{district.path}/mapping")
    ada.sees(ada.page.get_by_role("tab", name="Field Mapping"))
    loaded, listed = ada.page.evaluate(MODULES)
    assert len(loaded) > 100
    assert {*loaded} - {*listed} == {url for url in loaded if url.endswith("/app.js")}


def test_the_page_is_public_and_its_files_are_cached_for_a_year(stack: LocalStack) -> None:
    page = send("GET", stack.console_url)

    script = page.body.split('src="console/')[1].split('"')[0]
    file = send("GET", f"{stack.console_url}/{script}")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert page.headers["cache-control"] == "no-cache"
    assert (file.status, file.headers["content-type"]) == (200, "text/javascript; charset=utf-8")
    assert "immutable" in file.headers["cache-control"]
    unchanged = send("GET", stack.console_url, headers={"If-None-Match": page.headers["etag"]})
    assert (unchanged.status, unchanged.body) == (304, "")


def test_a_trailing_slash_redirects_to_the_page(stack: LocalStack) -> None:
    answer = send("GET", f"{stack.console_url}/")

    assert (answer.status, answer.headers["location"]) == (301, "../console")
