"""Reads and writes the archived files of a run's school year."""

from dataclasses import dataclass
from pathlib import Path

from registration_sync.domain.errors import NotFound
from registration_sync.ports.archive import Archive


@dataclass(frozen=True, slots=True)
class ArchivedYear:
    """Every method raises Unavailable. Files are fetched into `workspace`."""

    archive: Archive
    connection_id: str
    run_id: str
    school_year: int
    workspace: Path

    def fetch(self, name: str) -> Path:
        """The local copy; raises NotFound if the file is no longer kept."""
        self.workspace.mkdir(parents=True, exist_ok=True)
        target = self.workspace / f"fetched-{self.school_year}-{name.replace('/', '-')}"
        self.archive.fetch(self.connection_id, self.run_id, self._path(name), target)
        return target

    def find(self, name: str) -> Path | None:
        """The local copy, None if the file is no longer kept."""
        try:
            return self.fetch(name)
        except NotFound:
            return None

    def store(self, name: str, source: Path) -> None:
        self.archive.store(self.connection_id, self.run_id, self._path(name), source)

    def remove(self, name: str) -> None:
        self.archive.remove(self.connection_id, self.run_id, self._path(name))

    def _path(self, name: str) -> str:
        return f"{self.school_year}/{name}"
