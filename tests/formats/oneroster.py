"""Shared by the checkers of OneRoster 1.1 and 1.2: the set of files and its manifest.

The rules, from the CSV binding of either version:

- a folder, or a zip with the files at its top; manifest.csv names every file of the version as
  absent, bulk or delta, correctly;
- RFC 4180, lines ending in CR LF, no line break in a value; UTF-8, with or without a byte order
  mark; the header in the given order, further columns as metadata.NAME at the end; a file
  without data rows is forbidden;
- bulk: status and dateLastModified are blank; delta: both are filled, status active or tobedeleted,
  and a record to be deleted needs only its sourcedId;
- a sourcedId has up to 255 letters, digits and . - _ / @, and is once in its file;
- dates YYYY-MM-DD, times 2012-04-23T18:25:43.511Z, booleans true and false, lists separated
  by commas in one cell;
- references in bulk files are in the set; a delta may refer to records sent before.
"""

import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from tests.formats.rules import Rule, as_day, date, each, matches, one_of
from tests.formats.table import WHOLE_FILE, Finding, Row, Table, read

MANIFEST = "manifest.csv"
COMMON = ("sourcedId", "status", "dateLastModified")
GRADES = ("IT", "PR", "PK", "TK", "KG", *(f"{n:02}" for n in range(1, 14)), "PS", "UG")

BOOLEAN = one_of("true", "false")
DATE = date("YYYY-MM-DD")
GRADE_LIST = each(one_of(*GRADES))  # the codes of CEDS: 06, not 6
USER_IDS = each(matches(r"\{[^{}:,]+:[^{},]+\}", "Write {type:id}."))
SOURCED_ID = matches(r"[\w.\-/@]{1,255}", "Write up to 255 letters, digits and . - _ / @.")
_DATETIME = matches(
    r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z",
    "Write a time as 2012-04-23T18:25:43.511Z.",
)


@dataclass(frozen=True, slots=True)
class File:
    """A file of the set: the rules of its columns, and the files that their ids refer to."""

    columns: tuple[str, ...]
    required: tuple[str, ...] = ()
    rules: Mapping[str, Rule] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Version:
    """A version of OneRoster: the names in its manifest, and the files that are checked."""

    number: str
    names: tuple[str, ...]
    files: Mapping[str, File]


type Tables = dict[str, Table]


def read_set(path: Path, version: Version) -> tuple[Tables, dict[str, str], list[Finding]]:
    """The set's tables by name, the manifest's properties, and all findings except references."""
    contents, findings = _contents(path)
    known = {MANIFEST, *(f"{name}.csv" for name in version.names)}
    for name in contents.keys() - known:
        findings.append(Finding(name, WHOLE_FILE, "", "is not a OneRoster file.", "Leave it out."))
    if MANIFEST not in contents:
        remedy = "The set needs one, with a lowercase name."
        return {}, {}, [*findings, Finding(MANIFEST, WHOLE_FILE, "", "is missing.", remedy)]
    manifest = read(MANIFEST, contents[MANIFEST], line_ends=("\r\n",), bom=True)
    properties = _check_manifest(manifest, version, contents)
    findings += manifest.findings
    tables = {}
    for name in version.names:
        if f"{name}.csv" in contents:
            table = read(f"{name}.csv", contents[f"{name}.csv"], line_ends=("\r\n",), bom=True)
            tables[name] = table
            if table.columns:
                _check_file(table, version.files.get(name), properties.get(f"file.{name}", ""))
    return tables, properties, findings


def check_references(tables: Tables, modes: Mapping[str, str], version: Version) -> None:
    """Ids in bulk files refer to rows of the set, unless they refer to a delta file."""
    for name, table in tables.items():
        file = version.files.get(name)
        if file is None or modes.get(f"file.{name}") != "bulk":
            continue
        for column, target in file.references.items():
            if target in tables and modes.get(f"file.{target}") == "bulk":
                table.check_references(column, tables[target], "sourcedId")
            elif target not in tables and table.values(column):
                wrong = f"refers to {target}.csv, which is absent."
                table.report(WHOLE_FILE, column, wrong, f"Add {target}.csv to the set.")


def _contents(path: Path) -> tuple[dict[str, bytes], list[Finding]]:
    if path.is_dir():
        return {file.name: file.read_bytes() for file in path.glob("*.csv")}, []
    if not zipfile.is_zipfile(path):
        remedy = "Give a folder, or a zip of the files."
        return {}, [Finding(path.name, WHOLE_FILE, "", "is not a zip.", remedy)]
    contents, findings = {}, []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if len(PurePosixPath(name).parts) > 1:
                remedy = "Put the files at the top of the zip."
                findings.append(Finding(name, WHOLE_FILE, "", "is in a folder of the zip.", remedy))
            elif not name.endswith("/"):
                contents[name] = archive.read(name)
    return contents, findings


def _check_manifest(
    manifest: Table, version: Version, contents: Mapping[str, bytes]
) -> dict[str, str]:
    """Returns the properties; reports missing, unknown and wrong ones."""
    manifest.check_order(("propertyName", "value"), may_follow=lambda _name: False)
    manifest.check_unique("propertyName")
    fixed = {"manifest.version": "1.0", "oneroster.version": version.number}
    modes = {f"file.{name}" for name in version.names}
    found: dict[str, str] = {}
    for line, row in manifest.rows:
        name, value = row.get("propertyName", ""), row.get("value", "")
        found[name] = value
        if name in fixed and value != fixed[name]:
            manifest.report(line, "value", f"is not {name}.", f"Write {fixed[name]}.")
        elif name in modes:
            _check_mode(manifest, line, value, f"{name.removeprefix('file.')}.csv" in contents)
        elif name not in {*fixed, "source.systemName", "source.systemCode"}:
            wrong = "is not a property of the manifest."
            manifest.report(line, "propertyName", wrong, "Leave it out, or correct it.")
    for name in sorted((fixed.keys() | modes) - found.keys()):
        manifest.report(WHOLE_FILE, "propertyName", f"has no row {name}.", "Add it.")
    return found


def _check_mode(manifest: Table, line: int, value: str, present: bool) -> None:
    if value not in {"absent", "bulk", "delta"}:
        manifest.report(line, "value", "is not allowed.", "Write absent, bulk or delta.")
    elif present == (value == "absent"):
        wrong = (
            "is absent, but the set has the file."
            if present
            else "names a file that the set does not have."
        )
        manifest.report(line, "value", wrong, "List the files of the set.")


def _check_file(table: Table, file: File | None, mode: str) -> None:
    columns: Sequence[str] = file.columns if file else COMMON
    table.check_order(columns, may_follow=lambda name: file is None or name.startswith("metadata."))
    if columns[0] not in table.columns:
        return
    references = {column: each(SOURCED_ID) for column in (file.references if file else ())}
    table.check_values(
        {**references, **(file.rules if file else {}), "sourcedId": SOURCED_ID},
        file.required if file else (),
        is_active,
    )
    table.check_values({}, ("sourcedId",))
    table.check_unique("sourcedId")
    table.check_period("beginDate", "endDate", as_day("YYYY-MM-DD"))
    _check_status(table, mode)


def _check_status(table: Table, mode: str) -> None:
    rules = {"status": one_of("active", "tobedeleted"), "dateLastModified": _DATETIME}
    if mode == "delta":
        table.check_values(rules, tuple(rules))
    elif mode == "bulk":
        for line, row in table.rows:
            for column in rules:
                if row.get(column):
                    table.report(line, column, "is filled in a bulk file.", "Leave it blank.")


def findings_of(tables: Tables) -> list[Finding]:
    """All that was found in the tables."""
    return [finding for table in tables.values() for finding in table.findings]


def is_active(row: Row) -> bool:
    """Whether the row stays: it is in a bulk file, or not marked to be deleted."""
    return row.get("status") != "tobedeleted"
