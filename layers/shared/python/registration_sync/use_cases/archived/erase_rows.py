"""Removes a student's rows from the archived files of a run's school year.

An interrupted erasure continues when it is repeated: sizes and checksums show what is done. The
manifest is stored first, because it describes the result; the index last, because only the old
index has the positions of the rows.
"""

import json
import shutil
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from registration_sync.domain.runs.redaction import without_name
from registration_sync.domain.runs.run import Erased
from registration_sync.ports.archive import Archive
from registration_sync.use_cases.exporting.output_file import sha256_of
from registration_sync.use_cases.exporting.package_files import CHUNK_BYTES, zip_entry
from registration_sync.use_cases.ledger.archived_year import ArchivedYear
from registration_sync.use_cases.ledger.run_index import index_lines

MANIFEST, HELD, FILES = "manifest.json", "held.jsonl", "files/"


@dataclass(frozen=True, slots=True)
class KeptYear(ArchivedYear):
    """An archived year with the name and size of every file that is kept of it."""

    sizes: Mapping[str, int]

    def copy(self, name: str) -> Path | None:
        """The local copy, None if the file is not kept."""
        return self.find(name) if name in self.sizes else None


@dataclass(slots=True)
class RowSpans:
    """The positions of a student's rows in the files of a year, by the number of the file.

    `spans` has the offset and length of each row, `ends` the size of each file with these rows,
    `rows` the row counts of other students. `named`: the index has the student, with a row or
    without. `students` counts the other students with a row. `shown` are the files with the student
    in the first rows, which a dry run shows.
    """

    manifest: dict[str, Any]
    index: Path
    spans: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    ends: dict[int, int] = field(default_factory=dict)
    rows: Counter[int] = field(default_factory=Counter)
    named: bool = False
    students: int = 0
    shown: set[str] = field(default_factory=set)


def kept_years(archive: Archive, connection_id: str, workspace: Path) -> dict[str, list[KeptYear]]:
    """The archived years of the connection, by run. Raises Unavailable."""
    sizes: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    for run_id, path, size in archive.kept(connection_id):
        year, _, name = path.partition("/")
        sizes[run_id, int(year)][name] = size
    found: dict[str, list[KeptYear]] = defaultdict(list)
    for (run_id, school_year), kept in sizes.items():
        folder = workspace / run_id / str(school_year)
        found[run_id].append(
            KeptYear(archive, connection_id, run_id, school_year, folder, sizes=kept)
        )
    return found


def find_rows(year: KeptYear, student_id: str, rows_shown: int) -> RowSpans | None:
    """The positions of the rows; None without an index, for instance if the run was interrupted
    before it stored one."""
    path = year.copy(MANIFEST)
    manifest = json.loads(path.read_bytes()) if path else {}
    index = year.copy(manifest.get("index", ""))
    if index is None:
        return None
    found = RowSpans(manifest, index)
    names = {entry["number"]: entry["name"] for entry in manifest["files"]}
    seen: Counter[int] = Counter()
    before = ""
    for line in index_lines(index):
        is_this = line.student_id == student_id
        found.named |= is_this
        if not line.length:
            continue
        found.ends[line.number] = line.offset + line.length
        if is_this:
            found.spans[line.number].append((line.offset, line.length))
            if seen[line.number] < rows_shown and line.number in names:
                found.shown.add(names[line.number])
        else:
            found.rows[line.number] += 1
            found.students += line.student_id != before
            before = line.student_id
        seen[line.number] += 1
    return found


def erase_rows(year: KeptYear, found: RowSpans | None, student_id: str) -> Erased:
    """Removes the rows from the files, the index and the held students.

    Files whose rows cannot be attributed are deleted: all of them without `found`, else those that
    differ from the manifest, for instance of an interrupted attempt. Raises Unavailable.
    """
    if found is None:
        erased = _delete(year, {name for name in year.sizes if name.startswith(FILES)})
    elif found.named:
        erased = _cut_files(year, found)
    else:
        erased = _delete_unknown(year, found, _unknown_files(year, found))
    for name in year.sizes:
        if name.startswith("index") and (found is None or name != found.manifest["index"]):
            _rewrite(year, name, lambda line: "" if line.startswith(f"{student_id}\t") else line)
    _rewrite(year, HELD, lambda line: _held_without(line, student_id))
    if found and found.named:
        year.store(found.manifest["index"], _index_without(found, student_id))
    return erased


def _delete(year: KeptYear, names: set[str]) -> Erased:
    for name in names:
        year.remove(name)
    return Erased(files=len(names))


def _unknown_files(year: KeptYear, found: RowSpans) -> set[str]:
    """The kept files whose size differs from the manifest, except files with rows of the student
    and their package, which are checked when they are cut."""
    entries = found.manifest["files"]
    cut = {*found.spans, *([None] if found.spans else [])}
    sizes = {FILES + entry["name"]: entry["bytes"] for entry in entries}
    checked_later = {FILES + entry["name"] for entry in entries if entry["number"] in cut}
    return {
        name.removeprefix(FILES)
        for name, size in year.sizes.items()
        if name.startswith(FILES) and name not in checked_later and size != sizes.get(name)
    }


def _delete_unknown(year: KeptYear, found: RowSpans, unknown: set[str]) -> Erased:
    """Deletes the files, and with any of them the package."""
    packages = {entry["name"] for entry in found.manifest["files"] if entry["number"] is None}
    names = {FILES + name for name in (unknown | packages if unknown else unknown)}
    return _delete(year, names & year.sizes.keys())


def _cut_files(year: KeptYear, found: RowSpans) -> Erased:
    entries = {entry["number"]: entry for entry in found.manifest["files"]}
    packages = [entry for entry in found.manifest["files"] if entry["number"] is None]
    package = packages[0]["name"] if packages else ""
    zipped = year.copy(FILES + package)
    lines, kept, unknown = 0, dict[str, Path](), _unknown_files(year, found)
    for number, spans in found.spans.items():
        entry = entries[number]
        name = str(entry["name"])
        whole = year.copy(FILES + name) or _unzipped(zipped, name, year.workspace)
        if whole is None:
            continue
        cut = _cut(whole, spans, found.ends[number], entry["sha256"])
        if cut is None:
            unknown.add(name)
            continue
        lines += len(spans) * (cut != whole)
        kept[name] = cut
        _describe(entry, cut, found.rows[number])
    if zipped and kept and not unknown:
        kept[package] = _repackaged(zipped, kept, year.workspace)
        rows = sum(entry["rows"] for number, entry in entries.items() if number is not None)
        _describe(packages[0], kept[package], rows)
    found.manifest["students"] = found.students
    manifest = year.workspace / "manifest.cut"
    manifest.write_text(json.dumps(found.manifest, indent=1), encoding="utf-8")
    year.store(MANIFEST, manifest)
    changed = {
        name: path
        for name, path in kept.items()
        if FILES + name in year.sizes and path.suffix == ".cut"
    }
    for name, path in changed.items():
        year.store(FILES + name, path)
    deleted = _delete_unknown(year, found, unknown)
    return Erased(lines=lines, files=len(changed) + deleted.files)


def _cut(whole: Path, spans: list[tuple[int, int]], end: int, sha256: str) -> Path | None:
    """The file without the spans: `whole` itself if they are cut already, None if it is neither the
    file that the manifest describes nor the result of cutting it."""
    size, removed = whole.stat().st_size, sum(length for _, length in spans)
    if size == end - removed and sha256_of(whole) == sha256:
        return whole
    if size != end:
        return None
    cut = _beside(whole)
    with whole.open("rb") as source, cut.open("wb") as target:
        position = 0
        for offset, length in [*spans, (end, 0)]:
            _copy(source, target, offset - position)
            position = offset + length
            source.seek(position)
    return cut if sha256 in {sha256_of(whole), sha256_of(cut)} else None


def _beside(source: Path) -> Path:
    return source.with_name(f"{source.name}.cut")


def _copy(source: BinaryIO, target: BinaryIO, length: int) -> None:
    while length:
        content = source.read(min(length, CHUNK_BYTES))
        target.write(content)
        length -= len(content)


def _describe(entry: dict[str, Any], kept: Path, rows: int) -> None:
    """Describes the kept file, and keeps what was delivered: receipts of other students name it."""
    entry.setdefault("delivered", {name: entry[name] for name in ("rows", "bytes", "sha256")})
    entry |= {"rows": rows, "bytes": kept.stat().st_size, "sha256": sha256_of(kept)}


def _unzipped(zipped: Path | None, name: str, workspace: Path) -> Path | None:
    """A file that is kept only in its package, as resends keep them."""
    if zipped is None:
        return None
    target = workspace / f"unzipped-{name}"
    with zipfile.ZipFile(zipped) as package:
        if name not in package.namelist():
            return None
        with package.open(name) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy, CHUNK_BYTES)
    return target


def _repackaged(zipped: Path, kept: Mapping[str, Path], workspace: Path) -> Path:
    target = workspace / "package.cut"
    with (
        zipfile.ZipFile(zipped) as before,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as after,
    ):
        for info in before.infolist():
            name = info.filename
            size = kept[name].stat().st_size if name in kept else info.file_size
            with (
                kept[name].open("rb") if name in kept else before.open(name) as source,
                after.open(zip_entry(name, size), "w") as copy,
            ):
                shutil.copyfileobj(source, copy, CHUNK_BYTES)
    return target


def _index_without(found: RowSpans, student_id: str) -> Path:
    """Row numbers stay those of the delivered file; offsets become those of the kept file."""
    target = _beside(found.index)
    shift: Counter[int] = Counter()
    with target.open("w", encoding="utf-8", newline="\n") as lines:
        for line in index_lines(found.index):
            if line.student_id == student_id:
                shift[line.number] += line.length
            elif line.length:
                lines.write(line._replace(offset=line.offset - shift[line.number]).text())
            else:
                lines.write(line.text())
    return target


def _rewrite(year: KeptYear, name: str, change: Callable[[str], str]) -> None:
    """Stores the file again if `change` changes or empties one of its lines."""
    source = year.copy(name)
    if source is None:
        return
    target = _beside(source)
    changed = False
    with (
        source.open(encoding="utf-8", newline="\n") as before,
        target.open("w", encoding="utf-8", newline="\n") as after,
    ):
        for line in before:
            new = change(line)
            changed |= new != line
            after.write(new)
    if changed:
        year.store(name, target)


def _held_without(line: str, student_id: str) -> str:
    held = json.loads(line)
    if held["student_id"] == student_id:
        return ""
    reasons = without_name(held["reasons"], student_id)
    if reasons == held["reasons"]:
        return line
    return json.dumps({**held, "reasons": reasons}, ensure_ascii=False) + "\n"
