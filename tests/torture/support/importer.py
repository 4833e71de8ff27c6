"""An importer that reads a district's folder all the while, as an SIS does."""

import csv
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

STUDENTS, GUARDIANS = "students.csv", "guardians.csv"
HEADERS = {STUDENTS: "ID,Version,Grade,Run,Removed", GUARDIANS: "ID,Version,Name,Run"}
PAUSE_SECONDS = 0.004

type Student = tuple[int, str]
"""School year and student id."""

type Content = tuple[str, int, bytes]
"""A file's name, its school year and its bytes."""


@dataclass
class Importer:
    """Reads YEAR/NAME below `root`, complete names only, and applies each new content: a row
    replaces the student's earlier one. Version is the number of the sync; Run is the start of the
    attempt that wrote the file. One that `removes` files applies them when it takes them.

    `steps_back` are older versions after newer ones, `mixed` pairs of files of two attempts, both
    with their done files.
    """

    root: Path
    removes: bool = False
    versions: dict[str, dict[Student, int]] = field(
        default_factory=lambda: {name: {} for name in HEADERS}
    )
    seen: list[Content] = field(default_factory=list)
    steps_back: list[str] = field(default_factory=list)
    half: list[str] = field(default_factory=list)
    mixed: list[str] = field(default_factory=list)
    _states: dict[Path, tuple[int, int, int]] = field(default_factory=dict)
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
            for folder in sorted(self.root.glob("[0-9]*")):
                self._compare_pair(folder)
                for name in HEADERS:
                    self._read(folder / name)

    def take(self) -> None:
        """Applies every file and removes it."""
        self.look()
        for path in self.root.glob("[0-9]*/*.csv"):
            if path.name in HEADERS:
                self._apply(path.name, int(path.parent.name), path.read_bytes())
                path.unlink()

    def after_all(self) -> "Importer":
        """A copy that has applied the files that are there now."""
        versions = {name: dict(known) for name, known in self.versions.items()}
        copy = Importer(self.root, versions=versions)
        copy.look()
        return copy

    def files(self) -> dict[Path, bytes]:
        """Every file below the root, hidden ones too."""
        return {path: path.read_bytes() for path in self.root.rglob("*") if path.is_file()}

    def temporary(self) -> list[str]:
        """What is there beside files of complete names."""
        known = {*HEADERS, *(f"{name}.done" for name in HEADERS)}
        return sorted(str(path) for path in self.files() if path.name not in known)

    def apart(self) -> list[str]:
        """The folders whose two files are of two attempts, at rest."""
        return [
            str(folder)
            for folder in sorted(self.root.glob("[0-9]*"))
            if len({*_runs_of(folder)}) > 1
        ]

    def _read(self, path: Path) -> None:
        with suppress(FileNotFoundError), path.open("rb") as file:
            about = os.fstat(file.fileno())
            state = about.st_ino, about.st_mtime_ns, about.st_size
            if self._states.get(path) != state:
                self._states[path] = state
                name, year, content = path.name, int(path.parent.name), file.read()
                self.seen.append((name, year, content))
                if not _is_whole(name, content):
                    self.half.append(f"{year}/{name}: {content[-60:]!r}")
                elif not self.removes:
                    self._apply(name, year, content)

    def _apply(self, name: str, year: int, content: bytes) -> None:
        for row in csv.DictReader(content.decode().splitlines()):
            student = year, row["ID"]
            if not row["Version"]:
                self.versions[name].pop(student, None)
                continue
            version, known = int(row["Version"]), self.versions[name].get(student, 0)
            if version < known:
                self.steps_back.append(f"{year}/{name}: {student} {version} after {known}")
            self.versions[name][student] = version

    def _compare_pair(self, folder: Path) -> None:
        """As an importer that waits for done files: what both show must belong together."""
        done = _done(folder)
        if done is None:
            return
        runs = {*_runs_of(folder)}
        if len(runs) > 1 and _done(folder) == done:
            self.mixed.append(f"{folder}: {runs}")


def _is_whole(name: str, content: bytes) -> bool:
    lines = content.decode(errors="replace").split("\r\n")
    cells = HEADERS[name].count(",")
    return (
        lines[0] == HEADERS[name]
        and lines[-1] == ""
        and all(line.count(",") == cells for line in lines[1:-1])
    )


def _done(folder: Path) -> list[tuple[int, int]] | None:
    try:
        stats = [(folder / f"{name}.done").stat() for name in HEADERS]
    except FileNotFoundError:
        return None
    return [(one.st_ino, one.st_mtime_ns) for one in stats]


def _runs_of(folder: Path) -> Iterator[str]:
    for name in HEADERS:
        with suppress(FileNotFoundError):
            lines = (folder / name).read_bytes().decode(errors="replace").splitlines()
            yield from (row["Run"] for row in csv.DictReader(lines) if row["Run"])
