"""An importer that reads a district's folder all the while, as an SIS does."""

import csv
import hashlib
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

STUDENTS, GUARDIANS = "students.csv", "guardians.csv"
HEADERS = {STUDENTS: "ID,Version,Grade,At,Run,Removed", GUARDIANS: "ID,Version,Name,At,Run"}
DONE = [f"{name}.done" for name in HEADERS]
PAUSE_SECONDS = 0.005

type Student = tuple[int, str]
"""School year and student id."""


class Row(NamedTuple):
    """`at` is the time of the sync; `version` is None in the row of a removed student."""

    at: str
    version: int | None


@dataclass
class Importer:
    """Reads the folders YEAR below `root`, complete names only, and applies each new file: a row
    replaces the student's earlier one. An importer that `removes` files applies them when it takes
    them. Run is the start of the attempt that wrote a file.

    `steps_back` are older rows after newer ones at a path, but for files of a run that was seen
    before: these were re-sent. `mixed` are pairs of files of two attempts, both with their done
    files.
    """

    root: Path
    removes: bool = False
    rows: dict[str, dict[Student, Row]] = field(
        default_factory=lambda: {name: {} for name in HEADERS}
    )
    digests: set[str] = field(default_factory=set)
    """SHA-256 of every file that was ever seen."""
    steps_back: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    _states: dict[Path, tuple[int, int, int]] = field(default_factory=dict)
    _pairs: dict[Path, list[tuple[int, int]]] = field(default_factory=dict)
    _newest: dict[tuple[Path, str], str] = field(default_factory=dict)
    _runs: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Looks again and again, in a thread."""
        done = threading.Event()

        def watch() -> None:
            while not done.wait(PAUSE_SECONDS):
                self.look()

        thread = threading.Thread(target=watch)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
            self.look()

    def look(self) -> None:
        """Lists the folders once, and reads what is new."""
        with self._lock:
            for folder in self._folders():
                self._compare_pair(folder)
                for name in HEADERS:
                    self._read(folder / name)

    def take(self) -> None:
        """Applies every file and removes it."""
        self.look()
        for path in [folder / name for folder in self._folders() for name in HEADERS]:
            if path.exists():
                self._apply(path, path.read_bytes())
                path.unlink()

    def after_all(self) -> "Importer":
        """A copy that has applied the files that are there now."""
        copy = Importer(self.root, rows={name: dict(rows) for name, rows in self.rows.items()})
        copy.look()
        return copy

    def version(self, name: str, student: Student) -> int | None:
        """The version in the SIS; None without one, or if the student was removed."""
        row = self.rows[name].get(student)
        return row.version if row else None

    def new_steps_back(self) -> list[str]:
        """The older versions after newer ones since the last call."""
        found, self.steps_back = self.steps_back, []
        return found

    def files(self) -> dict[Path, bytes]:
        """Every file below the root, hidden ones too."""
        return {path: path.read_bytes() for path in self.root.rglob("*") if path.is_file()}

    def temporary(self) -> list[str]:
        """What is there beside files of complete names."""
        known = {*HEADERS, *DONE}
        return sorted(str(path) for path in self.files() if path.name not in known)

    def apart(self) -> list[str]:
        """The folders whose two files are of two attempts, at rest."""
        return [str(folder) for folder in self._folders() if len({*_runs_of(folder)}) > 1]

    def _folders(self) -> list[Path]:
        return sorted(path for path in self.root.rglob("[0-9]*") if path.is_dir())

    def _read(self, path: Path) -> None:
        with suppress(FileNotFoundError), path.open("rb") as file:
            about = os.fstat(file.fileno())
            state = about.st_ino, about.st_mtime_ns, about.st_size
            if self._states.get(path) == state:
                return
            self._states[path] = state
            content = file.read()
            self.digests.add(hashlib.sha256(content).hexdigest())
            if not _is_whole(path.name, content):
                self.half.append(f"{path}: {content[-60:]!r}")
                return
            self._compare(path, content)
            if not self.removes:
                self._apply(path, content)

    def _compare(self, path: Path, content: bytes) -> None:
        runs = {*_runs_in(content)}
        is_resent = runs <= self._runs
        self._runs |= runs
        if is_resent:
            return
        for student_id, row in _rows_of(content):
            newest = self._newest.get((path, student_id), "")
            if row.at < newest:
                self.steps_back.append(f"{path}: {student_id} of {row.at} after {newest}")
            self._newest[path, student_id] = max(newest, row.at)

    def _apply(self, path: Path, content: bytes) -> None:
        rows, year = self.rows[path.name], int(path.parent.name)
        for student_id, row in _rows_of(content):
            known = rows.get((year, student_id))
            rows[year, student_id] = max(known, row, key=lambda one: one.at) if known else row

    def _compare_pair(self, folder: Path) -> None:
        """As an importer that waits for done files: what both show must belong together."""
        pair, done = _states(folder, HEADERS), _states(folder, DONE)
        if not pair or not done or self._pairs.get(folder) == pair + done:
            return
        self._pairs[folder] = pair + done
        runs = {*_runs_of(folder)}
        if len(runs) > 1 and _states(folder, DONE) == done:
            self.mixed.append(f"{folder}: {runs}")


def _rows_of(content: bytes) -> Iterator[tuple[str, Row]]:
    for row in csv.DictReader(content.decode().splitlines()):
        version = int(row["Version"]) if row["Version"] else None
        yield row["ID"], Row(max(row["At"], row.get("Removed", "")), version)


def _is_whole(name: str, content: bytes) -> bool:
    lines = content.decode(errors="replace").split("\r\n")
    cells = HEADERS[name].count(",")
    return (
        lines[0] == HEADERS[name]
        and lines[-1] == ""
        and all(line.count(",") == cells for line in lines[1:-1])
    )


def _states(folder: Path, names: Iterable[str]) -> list[tuple[int, int]]:
    """What changes with each of the files; nothing if one is missing."""
    try:
        stats = [(folder / name).stat() for name in names]
    except FileNotFoundError:
        return []
    return [(one.st_ino, one.st_mtime_ns) for one in stats]


def _runs_of(folder: Path) -> Iterator[str]:
    for name in HEADERS:
        with suppress(FileNotFoundError):
            yield from _runs_in((folder / name).read_bytes())


def _runs_in(content: bytes) -> Iterator[str]:
    lines = content.decode(errors="replace").splitlines()
    yield from (row["Run"] for row in csv.DictReader(lines) if row["Run"])
