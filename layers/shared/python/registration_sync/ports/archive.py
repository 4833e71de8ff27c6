"""The archive of exported files."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol


class Archive(Protocol):
    """Exported files by connection and run; a name starts with the school year."""

    def store(self, connection_id: str, run_id: str, name: str, source: Path) -> None:
        """Stores the file as `name` (`2025/students.csv`). Raises Unavailable."""

    def fetch(self, connection_id: str, run_id: str, name: str, target: Path) -> None:
        """Downloads the file to `target`. Raises NotFound if it is no longer kept, Unavailable."""

    def read(
        self, connection_id: str, run_id: str, name: str, *, offset: int, length: int, size: int
    ) -> bytes:
        """Part of the file. Raises NotFound if no file of that `size` is kept any longer (an
        erasure that just removed rows has shifted the others), Unavailable."""

    def kept(self, connection_id: str) -> Iterator[tuple[str, str, int]]:
        """The run id, name and size of every file of the connection. Raises Unavailable."""

    def remove(self, connection_id: str, run_id: str, name: str) -> None:
        """Deletes the file, if there is one. Raises Unavailable."""

    def require_exists(self, connection_id: str, run_id: str, name: str) -> None:
        """Raises NotFound if the file is no longer kept, Unavailable."""

    def link(self, connection_id: str, run_id: str, name: str, *, seconds: int) -> str:
        """A URL that downloads the file without signing in, valid for `seconds`. Raises NotFound,
        Unavailable."""
