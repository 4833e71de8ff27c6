"""Remembers, for the files of a run, whose a value is that may stand in a file only once."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from registration_sync.domain.mapping.compiled.file import duplicate_message
from registration_sync.domain.mapping.compiled.mapping import Claim, RowProblem

_WHOLE_ROW = ""
"""Stands for the header of a claim on a whole row: no header is empty."""


class UniqueValueIndex:
    """Kept in a database on our disk: memory does not grow with the file.

    Students come in order of their id, so that of several with one value the first goes.
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
                "BEGIN"  # never ended: nobody reads it but us, and each commit takes 30 us
            )
        return self._opened

    def claim(
        self, student_id: str, claims: Sequence[Claim], names: Sequence[str]
    ) -> tuple[list[RowProblem], set[int]]:
        """What holds the student, naming the first with the value; and the files whose distinct
        row is there already. `names` are the files' names. A student who is held claims nothing.
        """
        made: list[Claim] = []
        problems: list[RowProblem] = []
        there: set[int] = set()
        for claim in claims:
            if claim.file in there:
                continue  # of a row that is not written again
            if self._insert(claim, student_id):
                made.append(claim)
            elif claim.field is None:
                there.add(claim.file)
            else:
                problems.append(self._taken(claim, student_id, names[claim.file]))
        if problems:
            for claim in made:
                self._database.execute(
                    "DELETE FROM claims WHERE file = ? AND field = ? AND value = ?", _key(claim)
                )
        return problems, there

    def _insert(self, claim: Claim, student_id: str) -> bool:
        done = self._database.execute(
            "INSERT OR IGNORE INTO claims VALUES (?, ?, ?, ?)", (*_key(claim), student_id)
        )
        return done.rowcount == 1

    def _taken(self, claim: Claim, student_id: str, file: str) -> RowProblem:
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
        """Closes the file; whoever made its folder removes it."""
        if self._opened:
            self._opened.close()


def _key(claim: Claim) -> tuple[int, str, str]:
    return claim.file, claim.field or _WHOLE_ROW, claim.value
