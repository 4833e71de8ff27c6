"""Find students among those synced, by id or name, as somebody does who looks for an example."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from registration_sync.domain.errors import InvalidRequest, Problem
from registration_sync.ports.registrations import Snapshots
from registration_sync.use_cases.students.find_student import find_student
from registration_sync.use_cases.students.registration_sample import RegistrationSample

STUDENTS_SHOWN = 20
SEARCH_CHARACTERS = 100
NAMES = ("fname", "mname", "lname")
"""Of `students`, as Enroll calls them."""


def search_students(
    connection_id: str,
    query: Mapping[str, str],
    *,
    snapshots: Snapshots,
    clock: Callable[[], float],
) -> dict[str, Any]:
    """Answers `{"items": [{"student_id", "school_year", "name"}], "next": None, "looked_at",
    "complete"}`: up to 20 students whose id or name has every word of `search`, the one of that
    very id first; without it the first 20. `complete` says whether there are no others. With `ids`
    (up to 20, commas between) those of them that are there. Raises InvalidRequest and Unavailable.
    """
    _refuse_wrong(query)
    search, ids = query.get("search", "").strip(), query.get("ids")
    looked = RegistrationSample(connection_id, snapshots, clock)
    wanted = [search] if ids is None else ids.split(",")
    named = [
        found[1]
        for student_id in wanted
        if student_id
        and (found := find_student(connection_id, student_id, None, snapshots=snapshots))
    ]
    if ids is not None:
        items = list(map(_item, named))
        return {"items": items, "next": None, "looked_at": len(items), "complete": True}
    items = _first(_found(named, looked, search.casefold().split()))
    return {
        "items": items,
        "next": None,
        "looked_at": looked.looked_at,
        "complete": looked.complete,
    }


def _refuse_wrong(query: Mapping[str, str]) -> None:
    problems = [
        Problem(name, "There is no such parameter: there are ids, search.")
        for name in query
        if name not in {"ids", "search"}
    ]
    if len(query.get("search", "").strip()) > SEARCH_CHARACTERS:
        problems.append(Problem("search", f"Write at most {SEARCH_CHARACTERS} characters."))
    ids = query.get("ids", "").split(",")
    if len(ids) > STUDENTS_SHOWN or max(map(len, ids)) > SEARCH_CHARACTERS:
        problems.append(Problem("ids", f"Write up to {STUDENTS_SHOWN} student ids."))
    if problems:
        raise InvalidRequest("Nothing was searched for.", problems=problems)


def _first(found: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each student once, in the latest year."""
    items: dict[str, dict[str, Any]] = {}
    for item in found:
        items.setdefault(item["student_id"], item)
        if len(items) == STUDENTS_SHOWN:
            break
    return list(items.values())


def _found(
    exact: Iterable[dict[str, Any]], others: Iterable[dict[str, Any]], words: list[str]
) -> Iterator[dict[str, Any]]:
    yield from map(_item, exact)
    for item in map(_item, others):
        text = f"{item['student_id']} {item['name']}".casefold()
        if all(word in text for word in words):
            yield item


def _item(registration: Mapping[str, Any]) -> dict[str, Any]:
    group = registration["data"].get("students")
    names = [group.get(name) for name in NAMES] if isinstance(group, dict) else []
    return {
        "student_id": registration["student_id"],
        "school_year": int(registration["school_year"]),
        "name": " ".join(name.strip() for name in names if isinstance(name, str) and name.strip()),
    }
