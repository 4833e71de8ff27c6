"""Breaks a good example in one place, for the tests of the checkers."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.formats.table import Finding

GOOD = Path(__file__).parent / "good"

type Location = tuple[str, int, str]
"""File, line (0: the whole file) and column."""


@dataclass(frozen=True, slots=True)
class Breakage:
    """Replaces `old` by `new` once in `file`; without `old`, appends `new`; without `new`, removes
    the file. `found` lists all expected findings.
    """

    file: str
    old: str
    new: str | bytes | None
    found: tuple[Location, ...]


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


def locations(check: Callable[[Path], list[Finding]], path: Path) -> list[Location]:
    """The locations of the checker's findings; each finding has two sentences."""
    findings = check(path)
    for finding in findings:
        assert finding.wrong.endswith(".")
        assert finding.remedy.endswith(".")
    return sorted((finding.file, finding.line, finding.column) for finding in findings)
