"""Finds the result of an earlier attempt of the same run that was interrupted.

A year that it committed is not exported again in this run: that would replace the archived files,
which receipts and people read.
"""

import json
from itertools import islice
from pathlib import Path
from typing import Any

from registration_sync.domain.runs.run import (
    MAX_HELD_LISTED,
    DeliveredFile,
    HeldRow,
    RunStatus,
    YearOutcome,
)
from registration_sync.ports.archive import Archive
from registration_sync.ports.registrations import Snapshots
from registration_sync.use_cases.exporting.year import YearToExport
from registration_sync.use_cases.ledger.archived_year import ArchivedYear

WARNING = (
    "An earlier attempt of this run delivered this school year and was then interrupted: its "
    "warnings are lost. Students synced since then wait for the next export."
)


def find_earlier_attempt(
    year: YearToExport, *, snapshots: Snapshots, archive: Archive, workspace: Path
) -> YearOutcome | None:
    """The outcome from the archive; None if no attempt has archived and committed the year. Raises
    Unavailable."""
    if not year.attempted_before:
        return None
    archived = ArchivedYear(archive, year.connection_id, year.run_id, year.school_year, workspace)
    manifest_path, held_list = archived.find("manifest.json"), archived.find("held.jsonl")
    if manifest_path is None or held_list is None:
        return None
    manifest = json.loads(manifest_path.read_bytes())
    last = manifest["batches"][1]
    if last > year.marker.exported:
        return None
    entry = snapshots.ledger(year.connection_id, year.school_year, last)
    if entry is None or (entry.run_id, entry.last) != (year.run_id, last):
        return None
    return _outcome(year.school_year, manifest, held_list.read_text(encoding="utf-8"))


def _outcome(school_year: int, manifest: dict[str, Any], held_list: str) -> YearOutcome:
    packages = [file for file in manifest["files"] if file["number"] is None]
    # `delivered` has the original values of a file from which an erasure has removed rows.
    entries = [file | file.get("delivered", {}) for file in packages or manifest["files"]]
    files = tuple(
        DeliveredFile(
            name=file["name"],
            path=f"{manifest['folder']}/{file['name']}",
            rows=file["rows"],
            bytes=file["bytes"],
            sha256=file["sha256"],
        )
        for file in entries
    )
    held = (
        HeldRow(entry["student_id"], **reason)
        for entry in map(json.loads, held_list.splitlines())
        for reason in entry["reasons"]
    )
    status = RunStatus.SUCCEEDED if files else RunStatus.NOTHING_TO_EXPORT
    return YearOutcome(
        school_year=school_year,
        status=RunStatus.PARTIAL if manifest["held"] else status,
        rows=manifest["students"],
        held_count=manifest["held"],
        held=tuple(islice(held, MAX_HELD_LISTED)),
        files=files,
        warnings=(WARNING,),
    )
