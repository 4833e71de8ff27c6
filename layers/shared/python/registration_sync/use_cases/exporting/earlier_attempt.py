"""What an earlier attempt of the same run has done with a year, before it died.

A year that it committed is over for this run: once more, and it would write over the archived
files, which receipts and people read.
"""

import json
from itertools import islice
from pathlib import Path
from typing import Any

from registration_sync.domain.errors import NotFound
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

WARNING = (
    "An earlier attempt of this run delivered this year and was then cut short: what it warned of "
    "is lost. Who was synced since then is due for the next export."
)


def find_earlier_attempt(
    year: YearToExport, *, snapshots: Snapshots, archive: Archive, workspace: Path
) -> YearOutcome | None:
    """The outcome, by the archive; None if no attempt has committed the year and archived it.
    Raises Unavailable."""
    if not year.attempted_before:
        return None
    workspace.mkdir(parents=True, exist_ok=True)

    def fetch(name: str) -> str:
        target = workspace / f"earlier-{name}"
        archive.fetch(year.connection_id, year.run_id, f"{year.school_year}/{name}", target)
        return target.read_text(encoding="utf-8")

    try:
        manifest = json.loads(fetch("manifest.json"))
        held = fetch("held.jsonl")
    except NotFound:
        return None
    last = manifest["batches"][1]
    entry = snapshots.ledger(year.connection_id, year.school_year, last)
    told = (entry.run_id, entry.last) if entry and last <= year.marker.exported else None
    if told != (year.run_id, last):
        return None
    return _outcome(year.school_year, manifest, held)


def _delivered(file: dict[str, Any]) -> dict[str, Any]:
    """As it was before an erasure cut rows out of it."""
    return {**file, **file.get("delivered", {})}


def _outcome(school_year: int, manifest: dict[str, Any], held_list: str) -> YearOutcome:
    packages = [file for file in manifest["files"] if file["number"] is None]
    files = tuple(
        DeliveredFile(
            name=file["name"],
            path=f"{manifest['folder']}/{file['name']}",
            rows=file["rows"],
            bytes=file["bytes"],
            sha256=file["sha256"],
        )
        for file in map(_delivered, packages or manifest["files"])
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
