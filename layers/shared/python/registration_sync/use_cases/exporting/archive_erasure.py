"""Cuts a student's rows out of what the archive keeps of a run's school year.

Whatever is killed in the middle, the same again goes on: what has been done is told by sizes and
checksums. The manifest is stored first, so that it says what each file is to become; the index
last, as only the old one tells where the rows are.
"""

import hashlib
import json
import shutil
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from registration_sync.domain.errors import NotFound
from registration_sync.domain.runs.redaction import without_name
from registration_sync.domain.runs.run import Erased
from registration_sync.ports.archive import Archive
from registration_sync.use_cases.exporting.package_files import zip_entry
from registration_sync.use_cases.ledger.run_index import index_lines

MANIFEST, HELD, FILES = "manifest.json", "held.jsonl", "files/"

_CHUNK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class KeptYear:
    """A school year of a run in the archive: name and bytes of what is kept of it, and a folder of
    our disk to work in."""

    archive: Archive
    connection_id: str
    run_id: str
    school_year: int
    sizes: Mapping[str, int]
    workspace: Path

    def fetch(self, name: str) -> Path | None:
        """A copy on our disk; None if it is not kept, or not any more."""
        if name not in self.sizes:
            return None
        self.workspace.mkdir(parents=True, exist_ok=True)
        target = self.workspace / f"fetched-{name.replace('/', '-')}"
        try:
            self.archive.fetch(self.connection_id, self.run_id, self._named(name), target)
        except NotFound:
            return None
        return target

    def store(self, name: str, source: Path) -> None:
        self.archive.store(self.connection_id, self.run_id, self._named(name), source)

    def remove(self, name: str) -> None:
        self.archive.remove(self.connection_id, self.run_id, self._named(name))

    def _named(self, name: str) -> str:
        return f"{self.school_year}/{name}"


@dataclass(slots=True)
class Places:
    """Where the student's rows are in the files of a year, by the number of the file: `spans` has
    offset and length of each, `ends` the size that each file has with them, `rows` those of
    others. `named`: the index has the student, with a row or without. `students` counts the
    others with a row; `shown` are the files in whose first rows the student is."""

    manifest: dict[str, Any]
    index: Path
    spans: dict[int, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    ends: dict[int, int] = field(default_factory=dict)
    rows: Counter[int] = field(default_factory=Counter)
    named: bool = False
    students: int = 0
    shown: set[str] = field(default_factory=set)


def kept_years(archive: Archive, connection_id: str, workspace: Path) -> dict[str, list[KeptYear]]:
    """What the archive keeps of the connection, by run. Raises Unavailable."""
    sizes: dict[tuple[str, int], dict[str, int]] = defaultdict(dict)
    for run_id, path, size in archive.kept(connection_id):
        of_year, _, name = path.partition("/")
        sizes[run_id, int(of_year)][name] = size
    found: dict[str, list[KeptYear]] = defaultdict(list)
    for (run_id, year), kept in sizes.items():
        found[run_id].append(
            KeptYear(
                archive,
                connection_id,
                run_id,
                year,
                kept,
                workspace / run_id / str(year),
            )
        )
    return found


def find_rows(year: KeptYear, student_id: str, rows_shown: int) -> Places | None:
    """Where the rows are; None where no index tells, as of a run that died before it was stored."""
    path = year.fetch(MANIFEST)
    manifest = json.loads(path.read_bytes()) if path else {}
    index = year.fetch(manifest.get("index", ""))
    if index is None:
        return None
    places = Places(manifest, index)
    names = {entry["number"]: entry["name"] for entry in manifest["files"]}
    seen: Counter[int] = Counter()
    before = ""
    for line in index_lines(index):
        is_this = line.student_id == student_id
        places.named |= is_this
        if not line.length:
            continue
        places.ends[line.number] = line.offset + line.length
        if is_this:
            places.spans[line.number].append((line.offset, line.length))
            if seen[line.number] < rows_shown and line.number in names:
                places.shown.add(names[line.number])
        else:
            places.rows[line.number] += 1
            places.students += line.student_id != before
            before = line.student_id
        seen[line.number] += 1
    return places


def erase_rows(year: KeptYear, places: Places | None, student_id: str) -> Erased:
    """Cuts the rows out of the files, the index and the held rows. Without `places` the files go,
    and with them those that the manifest does not describe, as of an attempt that died: nobody can
    tell whose rows they are. Raises Unavailable."""
    if places is None:
        erased = _remove(year, {name for name in year.sizes if name.startswith(FILES)})
    elif places.named:
        erased = _cut_files(year, places)
    else:
        erased = _remove_lost(year, places, _astray(year, places))
    for name in year.sizes:
        if name.startswith("index") and (places is None or name != places.manifest["index"]):
            _rewrite(year, name, lambda line: _unless(line, f"{student_id}\t"))
    _rewrite(year, HELD, lambda line: _held_without(line, student_id))
    if places and places.named:
        year.store(places.manifest["index"], _index_without(places, student_id))
    return erased


def _remove(year: KeptYear, names: set[str]) -> Erased:
    for name in names:
        year.remove(name)
    return Erased(files=len(names))


def _astray(year: KeptYear, places: Places) -> set[str]:
    """The kept files that have another size than the manifest says; but for those with rows of the
    student, and their package, which are looked at when they are cut."""
    entries = places.manifest["files"]
    cut = {*places.spans, *([None] if places.spans else [])}
    described = {FILES + entry["name"]: entry["bytes"] for entry in entries}
    looked_at = {FILES + entry["name"] for entry in entries if entry["number"] in cut}
    return {
        name.removeprefix(FILES)
        for name, size in year.sizes.items()
        if name.startswith(FILES) and name not in looked_at and size != described.get(name)
    }


def _remove_lost(year: KeptYear, places: Places, lost: set[str]) -> Erased:
    """A package goes with what is in it."""
    packages = {entry["name"] for entry in places.manifest["files"] if entry["number"] is None}
    names = {FILES + name for name in (lost | packages if lost else lost)}
    return _remove(year, names & year.sizes.keys())


def _cut_files(year: KeptYear, places: Places) -> Erased:
    entries = {entry["number"]: entry for entry in places.manifest["files"]}
    packages = [entry for entry in places.manifest["files"] if entry["number"] is None]
    package = packages[0]["name"] if packages else ""
    zipped = year.fetch(FILES + package)
    lines, kept, lost = 0, dict[str, Path](), _astray(year, places)
    for number, spans in places.spans.items():
        entry = entries[number]
        name = str(entry["name"])
        whole = year.fetch(FILES + name) or _unzipped(zipped, name, year.workspace)
        if whole is None:
            continue
        cut = _cut(whole, spans, places.ends[number], entry["sha256"])
        if cut is None:
            lost.add(name)
            continue
        lines += len(spans) * (cut != whole)
        kept[name] = cut
        _describe(entry, cut, places.rows[number])
    if zipped and kept and not lost:
        kept[package] = _packed_again(zipped, kept, year.workspace)
        rows = sum(entry["rows"] for number, entry in entries.items() if number is not None)
        _describe(packages[0], kept[package], rows)
    places.manifest["students"] = places.students
    manifest = year.workspace / "manifest.cut"
    manifest.write_text(json.dumps(places.manifest, indent=1), encoding="utf-8")
    year.store(MANIFEST, manifest)
    changed = {
        name: path
        for name, path in kept.items()
        if FILES + name in year.sizes and path.suffix == ".cut"
    }
    for name, path in changed.items():
        year.store(FILES + name, path)
    gone = _remove_lost(year, places, lost)
    return Erased(lines=lines, files=len(changed) + gone.files)


def _cut(whole: Path, spans: list[tuple[int, int]], end: int, sha256: str) -> Path | None:
    """The file without the spans: itself, if that was done already. None if it is neither the
    file that the manifest describes nor what it became: of a run that died, and unknown."""
    size, gone = whole.stat().st_size, sum(length for _, length in spans)
    if size == end - gone and _sha256(whole) == sha256:
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
    return cut if sha256 in {_sha256(whole), _sha256(cut)} else None


def _beside(source: Path) -> Path:
    return source.with_name(f"{source.name}.cut")


def _copy(source: BinaryIO, target: BinaryIO, length: int) -> None:
    while length:
        content = source.read(min(length, _CHUNK))
        target.write(content)
        length -= len(content)


def _describe(entry: dict[str, Any], kept: Path, rows: int) -> None:
    """What is kept, beside what was delivered: a receipt of another student names that."""
    entry.setdefault("delivered", {name: entry[name] for name in ("rows", "bytes", "sha256")})
    entry |= {"rows": rows, "bytes": kept.stat().st_size, "sha256": _sha256(kept)}


def _unzipped(zipped: Path | None, name: str, workspace: Path) -> Path | None:
    """A file that is kept in its package only, as of a re-send."""
    if zipped is None:
        return None
    target = workspace / f"unzipped-{name}"
    with zipfile.ZipFile(zipped) as package:
        if name not in package.namelist():
            return None
        with package.open(name) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy, _CHUNK)
    return target


def _packed_again(zipped: Path, kept: Mapping[str, Path], workspace: Path) -> Path:
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
                shutil.copyfileobj(source, copy, _CHUNK)
    return target


def _index_without(places: Places, student_id: str) -> Path:
    """Rows keep their numbers, which are those of the delivered file; offsets are of the kept."""
    target = _beside(places.index)
    shift: Counter[int] = Counter()
    with target.open("w", encoding="utf-8", newline="\n") as lines:
        for line in index_lines(places.index):
            if line.student_id == student_id:
                shift[line.number] += line.length
            elif line.length:
                moved = line._replace(offset=line.offset - shift[line.number])
                lines.write(moved.text())
            else:
                lines.write(line.text())
    return target


def _rewrite(year: KeptYear, name: str, change: Callable[[str], str]) -> None:
    """Stores the list anew if a line of it has to change or go."""
    source = year.fetch(name)
    if source is None:
        return
    target = _beside(source)
    changed = False
    with target.open("w", encoding="utf-8", newline="\n") as lines:
        for line in _lines_of(source):
            after = change(line)
            changed |= after != line
            lines.write(after)
    if changed:
        year.store(name, target)


def _lines_of(source: Path) -> Iterator[str]:
    with source.open(encoding="utf-8", newline="\n") as lines:
        yield from lines


def _unless(line: str, beginning: str) -> str:
    return "" if line.startswith(beginning) else line


def _held_without(line: str, student_id: str) -> str:
    held = json.loads(line)
    if held["student_id"] == student_id:
        return ""
    reasons = without_name(held["reasons"], student_id)
    if reasons == held["reasons"]:
        return line
    return json.dumps({**held, "reasons": reasons}, ensure_ascii=False) + "\n"


def _sha256(source: Path) -> str:
    with source.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
