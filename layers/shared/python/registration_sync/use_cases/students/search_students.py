"""Searches synced students by name, id or the SIS's number."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from registration_sync.domain.connections.name_fields import name_of
from registration_sync.domain.registrations.registration import STUDENT_ID, decode_snapshot
from registration_sync.domain.registrations.search_words import SearchWords
from registration_sync.ports.registrations import Snapshots
from registration_sync.use_cases.students.registration_sample import Position, RegistrationSample
from registration_sync.use_cases.students.student_numbers import StudentNumbers

MAX_FOUND = 20

MIN_NUMBER = 3
"""From so many characters on, the whole sample is searched for a student with exactly this number,
although others have it in theirs."""


@dataclass(frozen=True, slots=True)
class FoundStudent:
    """A student, in the latest school year that has a registration of the student. `number` is what
    the mapping writes as the student's number for the SIS."""

    student_id: str
    school_year: int
    name: str
    number: str


class Naming(NamedTuple):
    """What a connection calls its students: the fields of their names, and their numbers."""

    name_fields: Sequence[str]
    numbers: StudentNumbers

    def student(self, registration: Mapping[str, Any]) -> FoundStudent:
        return FoundStudent(
            registration["student_id"],
            int(registration["school_year"]),
            " ".join(filter(None, name_of(registration, self.name_fields))),
            self.numbers.of(registration),
        )


class FoundPage(NamedTuple):
    """Some of the found students; the search continues after `following`, None at its end."""

    students: list[FoundStudent]
    following: Position | None


def search_students(
    connection_id: str,
    search: str,
    sample: RegistrationSample,
    *,
    snapshots: Snapshots,
    naming: Naming,
) -> FoundPage:
    """The students whose ids and name have every word of `search`, 20 of the sample; without words
    its first 20. Students with exactly this id or number come first; leading zeros do not count.
    Raises Unavailable."""
    words = SearchWords(search)
    ids = [] if sample.after else words.possible_ids
    exact = list(find_students(connection_id, ids, snapshots=snapshots, naming=naming))
    others: list[FoundStudent] = []
    known = {student.student_id for student in exact}
    following = None
    for registration in sample:
        student = naming.student(registration)
        if student.student_id in known:
            continue
        if words.number and words.is_number(student.number):
            exact.append(student)
        elif following or not words.are_in((student.student_id, student.number, student.name)):
            continue
        else:
            others.append(student)
        known.add(student.student_id)
        if len(others) + len(exact) >= MAX_FOUND and following is None:
            following = sample.position
            if len(words.number) < MIN_NUMBER:
                break
    return FoundPage(exact + others, following or (None if sample.complete else sample.position))


def find_students(
    connection_id: str, student_ids: Iterable[str], *, snapshots: Snapshots, naming: Naming
) -> list[FoundStudent]:
    """The students with these ids in the given order, without those that do not exist, with one
    read for each school year. Raises Unavailable."""
    wanted = list(dict.fromkeys(filter(STUDENT_ID.fullmatch, student_ids)))
    found: dict[str, FoundStudent] = {}
    for year in sorted(snapshots.marker(connection_id).years, reverse=True) if wanted else ():
        left = (student_id for student_id in wanted if student_id not in found)
        for student_id, current in snapshots.current(connection_id, year, iter(list(left))):
            if current is not None and current.snapshot is not None:
                found[student_id] = naming.student(decode_snapshot(current.snapshot))
    return [found[student_id] for student_id in wanted if student_id in found]
