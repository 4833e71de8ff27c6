"""Exported files that are kept."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol


class Archive(Protocol):
    """Where every exported file is kept, by connection, run and school year."""

    def store(self, connection_id: str, run_id: str, name: str, source: Path) -> None:
        """Keeps the file as `name` (`2025/students.csv`); raises Unavailable."""

    def fetch(self, connection_id: str, run_id: str, name: str, target: Path) -> None:
        """Copies the file to our disk; raises NotFound if it is no longer kept, Unavailable."""

    def read(
        self, connection_id: str, run_id: str, name: str, *, offset: int, length: int, size: int
    ) -> bytes:
        """A passage of the file; raises NotFound if it is no longer kept with that size (rows
        were just cut out of it: it is another passage now), Unavailable."""

    def kept(self, connection_id: str) -> Iterator[tuple[str, str, int]]:
        """The run, the name and the bytes of every file that is kept; raises Unavailable."""

    def remove(self, connection_id: str, run_id: str, name: str) -> None:
        """Deletes the file; none there is no error. Raises Unavailable."""

    def require_exists(self, connection_id: str, run_id: str, name: str) -> None:
        """Raises NotFound if the file is no longer kept, and nothing if it is."""

    def link(self, connection_id: str, run_id: str, name: str, *, seconds: int) -> str:
        """An address from which whoever has it can download the file for so long. Raises
        NotFound."""
