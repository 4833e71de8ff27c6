"""Writes the parts of docs, mappings and the console that come from the code.

    python -m local.docs.generate [--check]

A page holds `<!-- generated: NAME -->` and `<!-- end -->`; what is between them comes from here.
"""

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from local.docs import enroll_page
from local.docs.access_table import access_table
from local.docs.console_modules import modules
from local.docs.costs import costs
from local.docs.incomplete import Incomplete
from local.docs.mapping_pages import pages
from local.docs.mapping_vocabulary import vocabulary
from local.docs.openapi_document import ROUTES, openapi_document
from registration_sync.domain.access import ROLES, scope_of
from registration_sync.domain.mapping.definition.checks import (
    MAX_FILES,
    MAX_MAPPING_CHARACTERS,
    MAX_PATTERNS,
)
from registration_sync.domain.mapping.definition.file import FileSettings
from registration_sync.domain.mapping.definition.mapping import DirectField, MatchCodesField
from registration_sync.domain.mapping.definition.mapping import Mapping as MappingDefinition
from registration_sync.domain.mapping.definition.package import Manifest, ManifestRow, Package
from registration_sync.domain.mapping.definition.rows import Rows
from registration_sync.domain.mapping.transformations.date_formats import MEANINGS
from registration_sync.domain.mapping.transformations.registry import TRANSFORMATIONS
from registration_sync.domain.mapping.values import sources
from registration_sync.domain.mapping.values.budget import (
    MAX_LINE_CHARACTERS,
    MAX_ROWS_BYTES,
    MAX_SEARCHED_CHARACTERS,
    MAX_STUDENT_SECONDS,
    MAX_VALUE_CHARACTERS,
    VALUE_BYTES,
)
from registration_sync.domain.mapping.values.conditions import Condition
from registration_sync.domain.registrations.registration import MAX_SNAPSHOT_BYTES
from tests.servers.table import steps_table
from tests.servers.table import table as servers_table

ROOT = Path(__file__).parents[2]
_NOTHING: Mapping[str, str] = {}
_BLOCK = re.compile(r"<!-- generated: (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def main() -> None:
    """Writes every file; with --check it only lists those that would change."""
    try:
        found = list(outputs())
    except Incomplete as error:
        sys.exit(str(error))
    changed = [path for path, text in found if not _has(path, text)]
    if "--check" in sys.argv[1:]:
        if changed:
            names = ", ".join(str(path.relative_to(ROOT)) for path in changed)
            sys.exit(f"Out of date: {names}. Run make docs.")
        return
    for path, text in found:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def outputs() -> Iterator[tuple[Path, str]]:
    """Every generated file with its text. Raises Incomplete."""
    yield ROOT / "mappings" / "schema.json", schema()
    yield ROOT / "docs" / "openapi.json", openapi_document()
    yield ROOT / "functions/console/static/pages/mapping/vocabulary.js", vocabulary()
    yield from modules()
    yield from pages(ROOT / "mappings", ROOT / "docs" / "mappings")
    for page in sorted((ROOT / "docs").glob("*.md")):
        yield page, _BLOCK.sub(_filled, page.read_text(encoding="utf-8"))


def _has(path: Path, text: str) -> bool:
    return path.exists() and path.read_text(encoding="utf-8") == text


def _filled(block: re.Match[str]) -> str:
    name = block[1]
    return f"<!-- generated: {name} -->\n{BLOCKS[name]().strip()}\n<!-- end -->"


def schema() -> str:
    """The JSON Schema of a mapping, for editors and other tools."""
    content = MappingDefinition.model_json_schema(by_alias=True)
    content = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Mapping",
        "description": "The export files of a connection: see docs/mapping.md.",
        **{key: value for key, value in content.items() if key not in {"title", "description"}},
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _keys(
    model: type[BaseModel], but: Iterable[str] = (), shown: Mapping[str, str] = _NOTHING
) -> str:
    """A table of a model's keys; `shown` replaces defaults that need an explanation."""
    rows = ["| key | what to write | if left out |", "| --- | --- | --- |"]
    for name, field in model.model_fields.items():
        key = field.alias or name
        if key not in but:
            left_out = "required" if field.is_required() else _default(field.get_default())
            rows.append(
                f"| `{key}` | {_cell(field.description or '')} | {shown.get(key, left_out)} |"
            )
    return "\n".join(rows)


def _default(value: Any) -> str:
    if value in (None, (), ""):
        return ""
    return f"`{value}`" if isinstance(value, str) else f"`{json.dumps(value)}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _file() -> str:
    return _keys(FileSettings, shown={"rows": "`student`"})


def _field() -> str:
    return _keys(DirectField, but=["mapping_type"])


def _match_codes() -> str:
    return _keys(MatchCodesField, but=[*DirectField.model_fields, "from"])


def _facts() -> str:
    return ", ".join(f"`{fact}`" for fact in sources.FACTS) + "."


def _condition() -> str:
    return _keys(Condition)


def _starters() -> str:
    starters = [
        f"{row.title} (with its `field`)" if row.starts == "with field" else row.title
        for row in TRANSFORMATIONS.values()
        if row.starts != "never"
    ]
    return f"Only a chain that begins with {', '.join(starters)} needs no `from`."


def _transformations() -> str:
    return "\n\n".join(_transformation(name) for name in TRANSFORMATIONS)


def _transformation(name: str) -> str:
    row = TRANSFORMATIONS[name]
    parts = [f"### {row.title}: `{name}`", row.summary]
    if len(row.parameters.model_fields) > 1:
        parts.append(_keys(row.parameters, but=["type"], shown=_SHOWN.get(name, _NOTHING)))
    examples = ["| step | value | becomes |", "| --- | --- | --- |"]
    for example in row.examples:
        step = json.dumps({"type": name, **example.parameters}, ensure_ascii=False)
        value = "; ".join(
            [*([_code(example.value)] if example.value else []), *_others(example.fields)]
        )
        examples.append(f"| {_code(step)} | {value or 'blank'} | {_code(example.result)} |")
    return "\n\n".join([*parts, "\n".join(examples)])


def _others(fields: Mapping[str, str]) -> list[str]:
    return [
        f"`{path}` {_code(value) if value.strip() else 'blank'}" for path, value in fields.items()
    ]


def _code(text: str) -> str:
    return f"`{_cell(text)}`".replace("\t", " ")


def _dates() -> str:
    rows = ["| write | for |", "| --- | --- |"]
    return "\n".join(
        [*rows, *(f"| `{token}` | {meaning} |" for token, meaning in MEANINGS.items())]
    )


def _limits() -> str:
    return (
        f"A mapping holds at most {MAX_MAPPING_CHARACTERS:,} characters, {MAX_FILES} files, and "
        f"{MAX_PATTERNS} different patterns. A registration has at most "
        f"{MAX_SNAPSHOT_BYTES // 1000} kB.\n\n"
        "A student is held with the rule `too_large` if a value would become longer than "
        f"{MAX_VALUE_CHARACTERS:,} characters, a line longer than {MAX_LINE_CHARACTERS:,} "
        f"characters, or the student's rows in all files larger than {MAX_ROWS_BYTES:,} bytes "
        f"(each value counts as {VALUE_BYTES} bytes more); if a "
        f"pattern gets more than {MAX_SEARCHED_CHARACTERS:,} characters; or if the patterns "
        f"take longer than {MAX_STUDENT_SECONDS:g} seconds for the student."
    )


def _routes() -> str:
    """The permission of each route, and the roles and the scope that have it."""
    rows = [
        "| method and path (below `/v1`) | permission | Full Access | Limited Access | scope |",
        "| --- | --- | --- | --- | --- |",
    ]
    for route in ROUTES:
        if route.permission is None:
            who, scope = ("none: public", "none") if route.public else ("any valid token", "any")
            rows.append(f"| `{route.method} {route.resource}` | {who} | yes | yes | {scope} |")
            continue
        needed = scope_of(route.permission)
        is_for_some = route.programs_only or route.operators_only
        full, limited = (
            "yes" if route.permission in ROLES[role] and not is_for_some else "no"
            for role in ("full-access", "limited-access")
        )
        who = f"{route.permission}{', as an operator' if route.operators_only else ''}"
        has_scope = needed and not route.operators_only
        scope = f"`{needed}`" if has_scope else "no scope"
        rows.append(f"| `{route.method} {route.resource}` | {who} | {full} | {limited} | {scope} |")
    return "\n".join(rows)


def decisions_index(page: str) -> str:
    """A link to each decision of the page, by subject. Raises Incomplete."""
    by_subject: dict[str, list[str]] = {subject: [] for subject in _SUBJECTS}
    for heading in re.findall("^## (.*)", page, re.MULTILINE):
        parts = heading.split(" · ", 2)
        subject, title = parts[1:] if len(parts) == 3 else ("", "")
        if subject not in by_subject:
            raise Incomplete(
                f"docs/decisions.md: write the heading “{heading}” as day · subject · decision; "
                f"the subjects are {', '.join(_SUBJECTS)}."
            )
        anchor = re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        by_subject[subject].append(f"- [{title}](#{anchor})")
    return "\n\n".join(
        f"**{subject}**\n\n" + "\n".join(links) for subject, links in by_subject.items()
    )


_SUBJECTS = (
    "Storage",
    "Runs",
    "Delivery",
    "Guards",
    "Announcements",
    "Erasure and recovery",
    "Mappings",
    "Connections",
    "API",
    "Console",
    "Project",
)
_SHOWN = {"if_then_else": {"then": "the value so far", "else": "the value so far"}}

BLOCKS: dict[str, Callable[[], str]] = {
    "file": _file,
    "rows": lambda: _keys(Rows),
    "package": lambda: _keys(Package),
    "manifest": lambda: _keys(Manifest),
    "manifest_row": lambda: _keys(ManifestRow),
    "field": _field,
    "match_codes": _match_codes,
    "facts": _facts,
    "condition": _condition,
    "starters": _starters,
    "transformations": _transformations,
    "dates": _dates,
    "limits": _limits,
    "routes": _routes,
    "access": lambda: access_table(list(ROUTES)),
    "servers": servers_table,
    "costs": costs,
    "enroll_curl": lambda: enroll_page.included("first_sync.sh", "sh"),
    "enroll_client": lambda: enroll_page.included("client.py", "python"),
    "enroll_event": lambda: enroll_page.included("run_event.json", "json"),
    "enroll_outcomes": enroll_page.outcomes,
    "enroll_results": enroll_page.results,
    "enroll_answers": enroll_page.answers,
    "enroll_limits": enroll_page.limits,
    "server_steps": steps_table,
    "decisions": lambda: decisions_index((ROOT / "docs/decisions.md").read_text(encoding="utf-8")),
}


if __name__ == "__main__":
    main()
