"""A file of an export on our disk, written line by line with its size and checksum."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

BUFFER_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file on our disk; `rows` without the header."""

    name: str
    source: Path
    rows: int
    bytes: int
    sha256: str

    @property
    def number(self) -> int:
        """Its place in the mapping, and its number in the index; a package has none."""
        return int(self.source.stem)


class OutputFile:
    """One file being written, with its checksum; lines are gathered into large writes."""

    def __init__(self, name: str, path: Path, header: bytes) -> None:
        self.name = name
        self.path = path
        self.rows = 0
        self.size = 0
        self._file: BinaryIO = path.open("wb")
        self._sha = hashlib.sha256()
        self._waiting: list[bytes] = []
        self._waiting_bytes = 0
        self._add(header)

    def add_row(self, line: bytes) -> int:
        """The offset at which the line begins."""
        offset = self.size
        self._add(line)
        self.rows += 1
        return offset

    def _add(self, content: bytes) -> None:
        self._waiting.append(content)
        self._waiting_bytes += len(content)
        self.size += len(content)
        if self._waiting_bytes >= BUFFER_BYTES:
            self._flush()

    def _flush(self) -> None:
        content = b"".join(self._waiting)
        self._waiting, self._waiting_bytes = [], 0
        self._sha.update(content)
        self._file.write(content)

    def finish(self) -> WrittenFile:
        self.close()
        return WrittenFile(self.name, self.path, self.rows, self.size, self._sha.hexdigest())

    def close(self) -> None:
        if not self._file.closed:
            self._flush()
            self._file.close()
