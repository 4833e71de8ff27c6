"""The zip of a mapping's files: its contents, and the same bytes for the same files."""

import datetime as dt
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from registration_sync.domain.mapping.compiled.mapping import (
    CompiledPackage,
    RunContext,
    compile_mapping,
)
from registration_sync.domain.mapping.definition.mapping import parse_mapping
from registration_sync.use_cases.exporting.output_file import WrittenFile
from registration_sync.use_cases.exporting.package_files import package_files

ROWS: list[dict[str, Any]] = [
    {"property": "manifest.version", "value": "1.0"},
    {"property": "file.users", "value": "delta", "file": "users {date}", "otherwise": "absent"},
    {"property": "file.orgs", "value": "delta", "file": "orgs", "otherwise": "absent"},
    {"property": "only.with.orgs", "value": "a,b", "file": "orgs"},
]


def package(**manifest: Any) -> CompiledPackage:
    fields = [{"from": "a", "mapping_type": "direct", "to": "A"}]
    files = [{"name": "users {date}", "fields": fields}, {"name": "orgs", "fields": fields}]
    definition = {"files": files, "package": {"name": "set_{school_year}", "manifest": manifest}}
    run = RunContext(dt.datetime(2026, 8, 1, 12, tzinfo=dt.UTC), ZoneInfo("UTC"), 2025)
    compiled = compile_mapping(parse_mapping(definition), run).package
    assert compiled is not None
    return compiled


def written(folder: Path, number: int, name: str, content: bytes) -> WrittenFile:
    path = folder / f"{number}.part"
    path.write_bytes(content)
    return WrittenFile(name, path, 2, len(content), "")


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_zip_has_the_files_and_a_manifest_of_those_that_are_there(tmp_path: Path) -> None:
    users = written(tmp_path, 0, "users 2026-08-01.csv", b"A\r\n1\r\n2\r\n")

    packed = package_files([users], package(rows=ROWS), tmp_path)

    assert (packed.name, packed.rows, packed.bytes) == (
        "set_2025.zip",
        2,
        packed.source.stat().st_size,
    )
    assert contents(packed.source) == {
        "users 2026-08-01.csv": b"A\r\n1\r\n2\r\n",
        "manifest.csv": b"propertyName,value\r\nmanifest.version,1.0\r\n"
        b"file.users,delta\r\nfile.orgs,absent\r\n",
    }


def test_a_row_about_a_file_is_there_only_with_the_file(tmp_path: Path) -> None:
    orgs = written(tmp_path, 1, "orgs.csv", b"A\r\n")

    packed = package_files([orgs], package(rows=ROWS, name="m", header=["k", "v"]), tmp_path)

    assert contents(packed.source)["m.csv"] == (
        b"k,v\r\nmanifest.version,1.0\r\nfile.users,absent\r\nfile.orgs,delta\r\n"
        b'only.with.orgs,"a,b"\r\n'
    )


def test_the_same_files_make_the_same_bytes(tmp_path: Path) -> None:
    packed = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        file = written(folder, 0, "x.csv", b"A\r\n")
        packed.append(package_files([file], package(rows=ROWS), folder))

    assert packed[0].sha256 == packed[1].sha256


def test_a_file_without_rows_is_not_in_the_zip(tmp_path: Path) -> None:
    users = written(tmp_path, 0, "users 2026-08-01.csv", b"A\r\n1\r\n2\r\n")
    orgs = replace(written(tmp_path, 1, "orgs.csv", b"A\r\n"), rows=0)

    packed = package_files([users, orgs], package(rows=ROWS), tmp_path)

    there = contents(packed.source)
    assert there.keys() == {"users 2026-08-01.csv", "manifest.csv"}
    assert b"file.orgs,absent\r\n" in there["manifest.csv"]


def test_the_manifests_name_is_filled_in_as_any(tmp_path: Path) -> None:
    packed = package_files([], package(rows=ROWS, name="m_{school_year}"), tmp_path)

    assert contents(packed.source).keys() == {"m_2025.csv"}
