"""A good example with one thing broken, for the tests of the checkers."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.formats.table import Finding

GOOD = Path(__file__).parent / "good"

type Place = tuple[str, int, str]
"""File, line (0: the whole file) and column."""


@dataclass(frozen=True, slots=True)
class Breakage:
    """In `file`, `old` becomes `new`, once; no `new` removes the file, no `old` is put at the end.

    `found` is all that has to be found.
    """

    file: str
    old: str
    new: str | bytes | None
    found: tuple[Place, ...]


def broken(example: str, breakage: Breakage, folder: Path) -> Path:
    """A copy of the good example with the breakage."""
    copy = folder / "copy"
    shutil.copytree(GOOD / example, copy)
    file = copy / breakage.file
    if breakage.new is None:
        file.unlink()
        return copy
    new = breakage.new if isinstance(breakage.new, bytes) else breakage.new.encode()
    content = file.read_bytes() if file.exists() else b""
    if breakage.old:
        assert breakage.old.encode() in content
        file.write_bytes(content.replace(breakage.old.encode(), new, 1))
    else:
        file.write_bytes(content + new)
    return copy


def places(check: Callable[[Path], list[Finding]], path: Path) -> list[Place]:
    """Where the checker finds something; each finding is two sentences for a person."""
    findings = check(path)
    for finding in findings:
        assert finding.wrong.endswith(".")
        assert finding.wants.endswith(".")
    return sorted((finding.file, finding.line, finding.column) for finding in findings)
