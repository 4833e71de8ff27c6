"""Searches synced students by id or name, for instance to preview a mapping."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registration_sync.domain.connections.name_fields import name_of
from registration_sync.ports.registrations import Snapshots
from registration_sync.use_cases.students.find_student import find_student
from registration_sync.use_cases.students.registration_sample import RegistrationSample

MAX_FOUND = 20


@dataclass(frozen=True, slots=True)
class FoundStudent:
    """A student, in the latest school year that has a registration of the student."""

    student_id: str
    school_year: int
    name: str


def search_students(
    connection_id: str,
    search: str,
    sample: RegistrationSample,
    *,
    snapshots: Snapshots,
    name_fields: Sequence[str],
) -> list[FoundStudent]:
    """The first 20 students whose id or name has every word of `search`, the student with exactly
    this id first; without words the first 20. Raises Unavailable."""
    words = search.casefold().split()
    students_of_sample = (_student(one, name_fields) for one in sample)
    matching = (student for student in students_of_sample if _has(student, words))
    with_id = find_students(connection_id, [search], snapshots=snapshots, name_fields=name_fields)
    found: dict[str, FoundStudent] = {}
    for students in (with_id, matching):
        for student in students:
            found.setdefault(student.student_id, student)
            if len(found) == MAX_FOUND:
                return list(found.values())
    return list(found.values())


def find_students(
    connection_id: str,
    student_ids: Iterable[str],
    *,
    snapshots: Snapshots,
    name_fields: Sequence[str],
) -> Iterator[FoundStudent]:
    """The students with these ids, without those that do not exist. Raises Unavailable."""
    for student_id in filter(None, student_ids):
        found = find_student(connection_id, student_id, None, snapshots=snapshots)
        if found:
            yield _student(found[1], name_fields)


def _has(student: FoundStudent, words: list[str]) -> bool:
    text = f"{student.student_id} {student.name}".casefold()
    return all(word in text for word in words)


def _student(registration: Mapping[str, Any], name_fields: Sequence[str]) -> FoundStudent:
    return FoundStudent(
        registration["student_id"],
        int(registration["school_year"]),
        " ".join(filter(None, name_of(registration, name_fields))),
    )
