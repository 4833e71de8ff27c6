"""A local file of an export, written line by line with its size and checksum."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from registration_sync.domain.runs.run import DeliveredFile

BUFFER_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A local file; `rows` excludes the header."""

    name: str
    source: Path
    rows: int
    bytes: int
    sha256: str

    @property
    def number(self) -> int:
        """The index in the mapping, which the run index refers to; a package has none."""
        return int(self.source.stem)

    def delivered(
        self,
        path: str,
        replaced_by: str | None = None,
        *,
        lines: tuple[str, ...] = (),
        modified: int | None = None,
    ) -> DeliveredFile:
        """The file in a run record; `path` is the remote path."""
        return DeliveredFile(
            self.name, path, self.rows, self.bytes, self.sha256, replaced_by, lines, modified
        )


class OutputFile:
    """A file being written; lines are collected into large writes."""

    def __init__(self, name: str, path: Path, header: bytes) -> None:
        self.name = name
        self.path = path
        self.rows = 0
        self.size = 0
        self._file: BinaryIO = path.open("wb")
        self._sha = hashlib.sha256()
        self._buffer: list[bytes] = []
        self._buffered_bytes = 0
        self._add(header)

    def add_row(self, line: bytes) -> int:
        """Returns the offset of the line."""
        offset = self.size
        self._add(line)
        self.rows += 1
        return offset

    def _add(self, content: bytes) -> None:
        self._buffer.append(content)
        self._buffered_bytes += len(content)
        self.size += len(content)
        if self._buffered_bytes >= BUFFER_BYTES:
            self._flush()

    def _flush(self) -> None:
        content = b"".join(self._buffer)
        self._buffer, self._buffered_bytes = [], 0
        self._sha.update(content)
        self._file.write(content)

    def finish(self) -> WrittenFile:
        self.close()
        return WrittenFile(self.name, self.path, self.rows, self.size, self._sha.hexdigest())

    def close(self) -> None:
        if not self._file.closed:
            with self._file:
                self._flush()


def sha256_of(source: Path) -> str:
    """The checksum of a local file, read in chunks."""
    with source.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
