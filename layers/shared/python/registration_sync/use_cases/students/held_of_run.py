"""The held students of a run, with their names and the values at fault."""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import NamedTuple

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.name_fields import name_of
from registration_sync.domain.registrations.registration import decode_snapshot
from registration_sync.domain.runs.run import HeldRow
from registration_sync.ports.registrations import Snapshots
from registration_sync.use_cases.students.student_details import DetailsReader


class HeldStudent(NamedTuple):
    """A reason why a student was held. `name` is empty for a student who is gone; `value`
    is the field's value by the latest mapping, None without the student or the field, and where
    the value has no problem any more."""

    row: HeldRow
    name: str
    value: str | None


def held_students(
    connection: Connection,
    school_year: int,
    held: Sequence[HeldRow],
    *,
    snapshots: Snapshots,
    reader: DetailsReader,
    go_on: Callable[[], bool],
) -> list[HeldStudent]:
    """The rows of a run's record in their order, as many as are read while `go_on` returns True: at
    least those of the first student. Raises Unavailable."""
    students = [list(rows) for _, rows in groupby(held, key=lambda row: row.student_id)]
    ids = (rows[0].student_id for rows in students)
    found: list[HeldStudent] = []
    stored = snapshots.current(connection.connection_id, school_year, ids)
    for rows, (_, current) in zip(students, stored, strict=True):
        if found and not go_on():
            break
        if current is None or current.snapshot is None:
            found += [HeldStudent(row, "", None) for row in rows]
            continue
        names = name_of(decode_snapshot(current.snapshot), connection.name_fields)
        values = reader.at_fault(current, rows)
        name = " ".join(filter(None, names))
        found += [HeldStudent(row, name, value) for row, value in zip(rows, values, strict=True)]
    return found
