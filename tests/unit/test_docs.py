"""The docs agree with the code on codes, routes, events and files."""

import ast
import datetime as dt
import importlib
import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from functions.configuration.app import SEND_WEEKLY_SUMMARIES, WATCH_SCHEDULES
from local.docs.api_shapes import SCHEMAS, Schema
from local.docs.openapi_document import version
from registration_sync.domain import errors
from registration_sync.domain.mapping.compiled.unmatched import UnmatchedValue
from registration_sync.domain.runs.check import CheckStep, StepResult
from registration_sync.domain.runs.requests import parse_event
from registration_sync.domain.runs.run import (
    Carried,
    DeliveredFile,
    Finding,
    HeldGroup,
    HeldRow,
    ReplacedFile,
    Run,
    RunError,
    RunStatus,
    RunTrigger,
    YearOutcome,
)
from registration_sync.routes.run_bodies import run_body
from registration_sync.settings import NotConfigured
from registration_sync.use_cases.exporting.year import IncompleteFullFile
from registration_sync.use_cases.run_kinds.marker_recovery import REBUILD_MARKER
from registration_sync.use_cases.run_kinds.purge import PURGE

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
PACKAGE = "layers/shared/python/registration_sync"
FOLDERS = ("layers", "functions", "local", "tests", "benchmarks", "docs", "events", "mappings")
FILES = [f"/{path.name}" for path in ROOT.iterdir()] + [
    path.as_posix() for folder in FOLDERS for path in (ROOT / folder).rglob("*.*")
]
CREATE_PERSON = "admin-create-user --user-pool-id"
EVENTS = sorted((ROOT / "events").glob("*.json"))


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_a_person_is_created_with_a_verified_address() -> None:
    """Cognito sends a code to reset a password only to a verified address.
    https://docs.aws.amazon.com/cognito/latest/developerguide/how-to-recover-a-user-account.html"""
    pages = [path.read_text(encoding="utf-8").replace("\\\n", " ") for path in PAGES]
    commands = [line for text in pages for line in text.splitlines() if CREATE_PERSON in line]
    first = [line for line in commands if "--message-action RESEND" not in line]

    assert [line for line in first if "Name=email_verified,Value=true" not in line] == []
    assert any("aws cognito-idp " in line for line in first)


def test_operations_explains_every_error_code_of_a_run() -> None:
    delivery = [
        kind.code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.DeliveryError)
    ]
    others = [
        errors.Unavailable,
        errors.DiskFull,
        errors.LeaseLost,
        errors.AlreadyRunning,
        errors.Conflict,
    ]
    codes = {
        *delivery,
        IncompleteFullFile.code,
        NotConfigured.code,
        *(kind.code for kind in others),
    }

    unexplained = {code for code in codes if f"`{code}`" not in page("docs/operations.md")}

    assert unexplained == set()


@pytest.mark.parametrize("function", ["sync", "configuration"])
def test_the_architecture_table_has_every_route(function: str) -> None:
    routes = importlib.import_module(f"functions.{function}.app").ROUTES
    table = page("docs/architecture.md")

    assert [
        (route.method, route.resource)
        for route in routes
        if f"| `{route.method} {route.resource}` |" not in table
    ] == []


def test_the_api_document_describes_exactly_the_fields_of_a_run() -> None:
    year = YearOutcome(
        2025,
        RunStatus.PARTIAL,
        held=(HeldRow("", "", "", "", ""),),
        held_groups=(HeldGroup("", "", "", 1),),
        files=(DeliveredFile("", "", 0, 0, ""),),
        error=RunError("", ""),
        unmatched=(UnmatchedValue("", "", "", 1, ()),),
        findings=(Finding("", "", None, ""),),
        carried_over=(Carried("", ""),),
        replaces=(ReplacedFile("", "", "", None, ""),),
    )
    run = Run(
        connection_id="north",
        run_id="run",
        trigger=RunTrigger.API,
        requested_at=dt.datetime.now(dt.UTC),
        years=(year,),
        steps=(CheckStep("name", StepResult.OK, 0.1, ""),),
        error=RunError("", ""),
    )

    shown = run_body(run) | {"resend_replaces": [asdict(ReplacedFile("", "", "", None, ""))]}

    assert names_in(shown) == names_of(SCHEMAS["Run"])


def names_in(value: Any, path: str = "") -> set[str]:
    """The paths of all keys."""
    if isinstance(value, list):
        return set().union(*(names_in(item, path) for item in value))
    if not isinstance(value, dict):
        return set()
    return {f"{path}.{key}" for key in value}.union(
        *(names_in(item, f"{path}.{key}") for key, item in value.items())
    )


def names_of(schema: Schema, path: str = "") -> set[str]:
    """The paths of all keys that the schema names."""
    inner = [schema.get("items", {}), *schema.get("anyOf", [])]
    named = schema.get("properties", {})
    return {f"{path}.{key}" for key in named}.union(
        *(names_of(each, path) for each in inner if each),
        *(names_of(each, f"{path}.{key}") for key, each in named.items()),
    )


def test_operations_names_only_existing_keys_and_outputs() -> None:
    _, _, recovery = page("docs/operations.md").partition("### A table is restored")
    adapters = [path.read_text("utf-8") for path in (ROOT / PACKAGE / "adapters").rglob("*.py")]
    keys = {key for text in adapters for key in re.findall(r'f"([A-Z]+)#\{connection_id\}', text)}
    outputs = page("template.yaml").partition("\nOutputs:")[2]

    assert {*re.findall(r"`([A-Z]+)#c[#…]*`", recovery)} == keys
    for name in re.findall(r"`([A-Z]\w+(?:Name|Url|Topic))`", page("docs/operations.md")):
        assert f"\n  {name}:" in outputs, name


@pytest.mark.lint
def test_the_changelog_and_the_api_document_have_the_version_of_the_project() -> None:
    newest = re.search(r"^## ([0-9.]+) · ", page("docs/changelog.md"), re.MULTILINE)

    assert newest
    assert newest[1] == version(), "give pyproject.toml and docs/changelog.md the same version"
    assert json.loads(page("docs/openapi.json"))["info"]["version"] == version(), "run make docs"


@pytest.mark.parametrize("event", EVENTS, ids=lambda path: path.stem)
def test_every_sample_event_can_be_read(event: Path) -> None:
    content: dict[str, Any] = json.loads(event.read_text())

    if event.stem in {"export_rebuild_marker", "export_purge"}:
        assert content["action"] == {"export_purge": PURGE}.get(event.stem, REBUILD_MARKER)
    elif event.stem.startswith("export_"):
        request = parse_event(content, dt.datetime.now(dt.UTC), "12345678")
        assert request.connection_id == content["connection_id"]
    elif event.stem == "configuration_watch_schedules":
        assert content == {"action": WATCH_SCHEDULES}
    elif event.stem == "configuration_send_weekly_summaries":
        assert content == {"action": SEND_WEEKLY_SUMMARIES}
    else:
        assert {"resource", "httpMethod", "requestContext"} <= content.keys()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_link_has_a_target(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8"))

    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_link_to_a_heading_has_one(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#\s]*)#([^)]+)\)", path.read_text(encoding="utf-8"))

    missing = []
    for page_name, anchor in links:
        target = path.parent / page_name if page_name else path
        text = target.read_text(encoding="utf-8")
        headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", one.lower()).replace(" ", "-") for one in headings}
        if anchor not in anchors:
            missing.append(f"{page_name}#{anchor}")
    assert missing == []


@pytest.mark.lint
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_file_that_a_page_names_exists(path: Path) -> None:
    pattern = r"`(\w[\w./-]*\.(?:py|js|ts|css)|\w[\w.-]*/[\w./-]*\.(?:json|yaml))`"
    named = re.findall(pattern, path.read_text(encoding="utf-8"))

    assert [name for name in named if not any(each.endswith(f"/{name}") for each in FILES)] == []


def walks() -> dict[str, list[str]]:
    """The steps of each walk of the architecture."""
    section = page("docs/architecture.md").partition("## Three walks")[2].partition("\n## ")[0]
    _, *parts = re.split(r"^### (.+)$", section, flags=re.MULTILINE)
    return {
        title: re.split(r"^\d+\. ", text, flags=re.MULTILINE)[1:]
        for title, text in zip(parts[::2], parts[1::2], strict=True)
    }


@pytest.mark.lint
@pytest.mark.parametrize("title", walks())
def test_a_walk_names_functions_that_exist(title: str) -> None:
    steps = walks()[title]

    assert 1 <= len(steps) <= 10
    for step in steps:
        modules = [module_named(name) for name in re.findall(r"`([\w/]+\.py)`", step)]
        defined = set().union(*(functions_of(module) for module in modules))
        called = re.findall(r"`([\w.]+)\(\)`", step)
        assert called, step
        assert [name for name in called if name not in defined] == [], step


def module_named(name: str) -> Path:
    return next(path for path in (ROOT / PACKAGE / name, ROOT / name) if path.exists())


def functions_of(module: Path) -> set[str]:
    """The names of all functions, methods also with the name of their class."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    methods = {
        f"{each.name}.{node.name}"
        for each in classes
        for node in each.body
        if isinstance(node, ast.FunctionDef)
    }
    return methods | {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_each_version_of_the_changelog_has_each_heading_and_entry_once_with_blank_lines() -> None:
    for text in page("docs/changelog.md").split("\n## ")[1:]:
        version, _, rest = text.partition("\n")
        blocks = rest.strip().split("\n\n")
        headings, entries = blocks[::2], "\n".join(blocks[1::2]).split("\n- ")
        assert [one for one in headings if one.startswith("-") or "\n" in one] == [], version
        assert len({*headings}) == len(headings), version
        assert all(block.startswith("- ") for block in blocks[1::2]), version
        assert len({*entries}) == len(entries), version
