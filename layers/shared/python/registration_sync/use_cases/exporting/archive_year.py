"""Keeps what a run made of a school year, before any of it is sent."""

import json
from dataclasses import asdict

from registration_sync.ports.archive import Archive
from registration_sync.use_cases.exporting.output_file import WrittenFile
from registration_sync.use_cases.exporting.write_files import WrittenYear
from registration_sync.use_cases.exporting.year import YearToExport
from registration_sync.use_cases.ledger.run_index import index_name


def archive_year(
    year: YearToExport,
    batches: range,
    written: WrittenYear,
    sent: tuple[WrittenFile, ...],
    archive: Archive,
) -> None:
    """Keeps the files, and what is sent instead of them, with a manifest, the index from student
    to line, and the held rows."""
    manifest = {
        "connection_id": year.connection_id,
        "run_id": year.run_id,
        "school_year": year.school_year,
        "mapping_version": year.mapping_version,
        "batches": [batches.start, batches.stop - 1],
        "index": index_name(batches.stop - 1),
        "folder": year.folder,
        "students": written.students,
        "held": written.held_count,
        "files": [
            {
                **asdict(file),
                "source": None,
                "number": file.number,
                "all_students": year.is_full or year.compiled.files[file.number].is_full,
            }
            for file in written.files
        ]
        + [
            {**asdict(file), "source": None, "number": None, "all_students": False}
            for file in sent
            if file not in written.files
        ],
    }
    manifest_path = written.index.with_name("manifest.json")
    manifest_path.write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    for file in dict.fromkeys((*written.files, *sent)):
        archive.store(
            year.connection_id, year.run_id, f"{year.school_year}/files/{file.name}", file.source
        )
    for name, path in (
        (manifest["index"], written.index),
        ("held.jsonl", written.held_list),
        ("manifest.json", manifest_path),
    ):
        archive.store(year.connection_id, year.run_id, f"{year.school_year}/{name}", path)
