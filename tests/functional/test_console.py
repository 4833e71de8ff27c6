"""The console function: headers, versions, caching, and the structure of its modules."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable
from graphlib import TopologicalSorter
from posixpath import basename, dirname, normpath
from typing import Any

import pytest

from functions.console import app

STAGE = {"signInUrl": "https://sign-in.example.org", "clientId": "client-1", "idleMinutes": "30"}
VENDOR = app.STATIC / "vendor"
MODULES = [path for path in app.FILES if path.endswith(".js") and not path.startswith("vendor/")]
LAYERS = ["lib", "components", "shared", "frame", "pages"]


def get(path: str = "", **headers: str) -> dict[str, Any]:
    event = {
        "path": f"/console{'/' + path if path else ''}",
        "pathParameters": {"proxy": path} if path else None,
        "headers": headers or None,
        "stageVariables": STAGE,
    }
    return app.handler(event, None)


def test_only_its_own_files_run_in_the_page() -> None:
    headers = get()["headers"]

    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self' https://sign-in.example.org; form-action 'none'; base-uri 'none'; "
        "frame-ancestors 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["", "config.json", f"{app.VERSION}/app.js", "nowhere"])
def test_every_response_has_the_security_headers(path: str) -> None:
    protect = {"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"}

    assert protect <= {*get(path)["headers"]}


def test_an_unexpected_error_is_plain_text_too() -> None:
    answer = app.handler({}, None)

    assert answer["statusCode"] == 500
    assert answer["headers"] == {
        "Content-Type": "text/plain; charset=utf-8",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }


def test_the_page_contains_the_sign_in_address() -> None:
    answer = get("config.json")

    assert json.loads(answer["body"]) == {
        "sign_in_url": "https://sign-in.example.org",
        "client_id": "client-1",
        "idle_minutes": 30,
    }


@pytest.mark.parametrize("path", ["app.js", "000000000000/app.js", f"{app.VERSION}/../app.py"])
def test_files_are_served_under_their_version_only(path: str) -> None:
    assert get(path)["statusCode"] == 404


def test_an_unchanged_page_is_not_sent_again() -> None:
    tag = get()["headers"]["ETag"]

    answer = get("", **{"if-none-match": f"W/{tag}"})

    assert (answer["statusCode"], answer["body"]) == (304, "")


def imports(path: str) -> set[str]:
    """The static imports of a module, as paths below static/."""
    found = re.findall(r'(?:from|import)\s*"(\.[^"]+)"', app.FILES[path].body)
    return {normpath(f"{dirname(path)}/{one}").lstrip("/") for one in found}


def loaded(path: str) -> set[str]:
    """The pages that a module imports dynamically."""
    found = re.findall(r'import\("(\.[^"]+)"\)', app.FILES[path].body)
    return {normpath(f"{dirname(path)}/{one}").lstrip("/") for one in found}


def reached_by(next_modules: Callable[[str], set[str]]) -> set[str]:
    """The entry module and all modules that it imports, directly or not."""
    reached, waiting = set[str](), ["app.js"]
    while waiting:
        path = waiting.pop()
        if path not in reached:
            reached.add(path)
            waiting += next_modules(path)
    return reached


def test_the_page_names_the_files_of_the_first_view_and_no_others() -> None:
    page = app.FILES["index.html"].body

    preloaded = set(re.findall(r'modulepreload" href="console/([^"]+)"', page))
    assert preloaded == reached_by(imports) - {"app.js"}


def test_every_module_is_part_of_a_page() -> None:
    reached = reached_by(lambda path: imports(path) | loaded(path))

    assert reached >= {*MODULES}


def test_the_modules_have_no_import_cycle() -> None:
    TopologicalSorter({path: imports(path) | loaded(path) for path in MODULES}).prepare()


def test_only_the_entry_module_knows_the_pages() -> None:
    assert [path for path in MODULES if "pages.js" in imports(path)] == ["app.js"]
    assert [path for path in MODULES if loaded(path)] == ["frame/shell.js", "pages.js"]


@pytest.mark.parametrize("layer", range(len(LAYERS)))
def test_folders_import_from_the_folders_below_only(layer: int) -> None:
    allowed = {*LAYERS[: layer + 1], "vendor"}
    own = [path for path in MODULES if path.partition("/")[0] == LAYERS[layer]]

    imported = {one.partition("/")[0] for path in own for one in imports(path)}
    assert own
    assert imported <= allowed


def test_modules_are_short_and_folders_have_few_of_them() -> None:
    long = {path: lines for path in MODULES if (lines := app.FILES[path].body.count("\n")) > 350}
    full = {
        folder: modules
        for folder, modules in Counter(
            dirname(path) for path in MODULES if basename(path) != "words.js"
        ).items()
        if modules > 17
    }

    assert (long, full) == ({}, {})


def test_no_template_contains_a_script_or_style() -> None:
    for path, file in app.FILES.items():
        if not path.startswith("vendor/"):
            assert not re.search(
                r"<script(?! type=\"module\" src)|<style|\sstyle=|innerHTML", file.body
            )


def test_the_libraries_are_the_recorded_files() -> None:
    listed = json.loads((VENDOR / "versions.json").read_text())

    expected = {name: digest for files in listed.values() for name, digest in files.items()}
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.iterdir()
        if path.name != "versions.json"
    }
    assert found == expected
