"""Remembers which student first used each value that must be unique in a file."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from registration_sync.domain.mapping.compiled.file import duplicate_message
from registration_sync.domain.mapping.compiled.mapping import Claim, RowProblem

_WHOLE_ROW = ""
"""The field of a claim on a whole row; no header is empty."""


class UniqueValueIndex:
    """Claims of values in a local database, so that memory does not grow with the file.

    Of several students with the same value, the first in order of student id gets it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._opened: sqlite3.Connection | None = None

    @property
    def _database(self) -> sqlite3.Connection:
        if self._opened is None:
            self._opened = sqlite3.connect(self._path, isolation_level=None)
            self._opened.executescript(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
                "CREATE TABLE claims (file INTEGER, field TEXT, value TEXT, student TEXT,"
                " PRIMARY KEY (file, field, value)) WITHOUT ROWID;"
                "BEGIN"  # never committed: no other process reads it, and each commit takes 30 us
            )
        return self._opened

    def claim(
        self, student_id: str, claims: Sequence[Claim], names: Sequence[str]
    ) -> tuple[list[RowProblem], set[int]]:
        """The problems that hold the student, and the files that already have the student's
        distinct row. `names` are the files' names. A held student claims nothing."""
        inserted: list[Claim] = []
        problems: list[RowProblem] = []
        present: set[int] = set()
        for claim in claims:
            if claim.file in present:
                continue  # the row is not written
            if self._insert(claim, student_id):
                inserted.append(claim)
            elif claim.field is None:
                present.add(claim.file)
            else:
                problems.append(self._duplicate(claim, student_id, names[claim.file]))
        if problems:
            for claim in inserted:
                self._database.execute(
                    "DELETE FROM claims WHERE file = ? AND field = ? AND value = ?", _key(claim)
                )
        return problems, present

    def _insert(self, claim: Claim, student_id: str) -> bool:
        done = self._database.execute(
            "INSERT OR IGNORE INTO claims VALUES (?, ?, ?, ?)", (*_key(claim), student_id)
        )
        return done.rowcount == 1

    def _duplicate(self, claim: Claim, student_id: str, file: str) -> RowProblem:
        ((first,),) = self._database.execute(
            "SELECT student FROM claims WHERE file = ? AND field = ? AND value = ?", _key(claim)
        )
        message = (
            "Two rows of this student have the same value, but it must be unique in the file. "
            "Correct it in Enroll."
            if first == student_id
            else duplicate_message(f"Student {first}")
        )
        return RowProblem(file, claim.field or _WHOLE_ROW, "unique", message)

    def close(self) -> None:
        if self._opened:
            self._opened.close()


def _key(claim: Claim) -> tuple[int, str, str]:
    return claim.file, claim.field or _WHOLE_ROW, claim.value
