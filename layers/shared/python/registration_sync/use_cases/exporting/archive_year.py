"""Archives the files of a school year, before any of them is sent."""

import json
from dataclasses import asdict

from registration_sync.ports.archive import Archive
from registration_sync.use_cases.exporting.output_file import WrittenFile
from registration_sync.use_cases.exporting.write_files import WrittenYear
from registration_sync.use_cases.exporting.year import YearToExport
from registration_sync.use_cases.ledger.archived_year import ArchivedYear
from registration_sync.use_cases.ledger.run_index import index_name


def archive_year(
    year: YearToExport, written: WrittenYear, sent: tuple[WrittenFile, ...], archive: Archive
) -> None:
    """Archives the written files and their package (`sent`), then the index, the held students and
    the manifest."""
    files = tuple(dict.fromkeys((*written.files, *sent)))
    batches = year.marker.due_batches
    index = index_name(batches[-1])
    manifest = {
        "connection_id": year.connection_id,
        "run_id": year.run_id,
        "school_year": year.school_year,
        "mapping_version": year.mapping_version,
        "batches": [batches[0], batches[-1]],
        "index": index,
        "folder": year.folder,
        "students": written.students,
        "held": written.held_count,
        "files": [_entry(year, file, is_package=file not in written.files) for file in files],
    }
    folder = written.index.parent
    manifest_path = folder / "manifest.json"
    manifest_path.write_text(json.dumps(manifest, indent=1), encoding="utf-8")
    archived = ArchivedYear(archive, year.connection_id, year.run_id, year.school_year, folder)
    for file in files:
        archived.store(f"files/{file.name}", file.source)
    archived.store(index, written.index)
    archived.store("held.jsonl", written.held_list)
    archived.store("manifest.json", manifest_path)


def _entry(year: YearToExport, file: WrittenFile, *, is_package: bool) -> dict[str, object]:
    number = None if is_package else file.number
    is_full = number is not None and year.compiled.files[number].is_full
    return {**asdict(file), "source": None, "number": number, "all_students": is_full}
