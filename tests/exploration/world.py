"""The table and one SFTP server, as an immutable value that use cases act on.

`apply` performs one operation as DynamoDB or the server would: atomically and consistently. It also
checks promises: `World.fault` is the first one that was broken.
"""

import datetime as dt
from copy import replace
from dataclasses import dataclass
from typing import Any

from registration_sync.domain.errors import (
    AlreadyRunning,
    LeaseLost,
    NotFound,
    TerminalDeliveryError,
)
from registration_sync.domain.registrations.batches import (
    NO_BATCH,
    Current,
    DueMark,
    Stored,
    arrived_at,
)
from registration_sync.domain.registrations.ledger import LedgerEntry
from registration_sync.domain.runs.uploads import LastUpload
from registration_sync.use_cases.ledger.last_outcomes import with_outcome

YEAR = 2025
FIRST_ARRIVAL = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)

type Operation = tuple[Any, ...]
"""A name and its arguments."""

type Settled = tuple[tuple[str, str], ...]
"""The content of an index: students and their outcomes."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The result of an operation that raises this error in its caller."""

    error: type[Exception]
    message: str = ""


@dataclass(frozen=True, slots=True)
class World:
    """`open` is 0 before the year exists. Maps are sorted tuples, so equal worlds compare equal.

    To keep worlds few, marks of exported batches are dropped at once, and ledger
    entries and indexes (by batch) once they are no longer read; with `keeps_first`, the entry of
    the first export stays, which exports with removals read.

    For the checks: the newest label of each student that was `delivered`, that was `acknowledged`,
    and that was acknowledged and is `owed` a delivery, unlike a removal. A label is the number in
    the snapshot of a sync.

    With `carries`, exports carry over: `last` has the recorded upload of each path, and `imported`
    the newest label of each student that the importer has collected. With `only_new`, a file has
    only students that were never delivered, so only the first label of each is owed; `sent` has the
    students in files, and whether the export of the last such file has moved the marker since.
    """

    lease: tuple[str, bool] | None = None  # token, expired
    open: int = 0
    exported: int = 0
    retired: int = 0
    settled_to: str = ""
    ledger: tuple[tuple[int, LedgerEntry], ...] = ()
    indexes: tuple[tuple[int, Settled], ...] = ()
    current: tuple[tuple[str, Current], ...] = ()
    marks: tuple[tuple[tuple[int, str], DueMark], ...] = ()
    files: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = ()
    delivered: tuple[tuple[str, int], ...] = ()
    acknowledged: tuple[tuple[str, int], ...] = ()
    owed: tuple[tuple[str, int], ...] = ()
    fault: str = ""
    keeps_first: bool = False
    carries: bool = False
    only_new: bool = False
    last: tuple[tuple[str, LastUpload], ...] = ()
    imported: tuple[tuple[str, int], ...] = ()
    sent: tuple[tuple[str, bool], ...] = ()


FINAL_PATH = "f/students.csv"


def put(items: tuple[tuple[Any, Any], ...], key: Any, value: Any) -> tuple[tuple[Any, Any], ...]:
    return tuple(sorted({**dict(items), key: value}.items(), key=lambda item: item[0]))


def drop(items: tuple[tuple[Any, Any], ...], key: Any) -> tuple[tuple[Any, Any], ...]:
    return tuple(item for item in items if item[0] != key)


def time_of(label: int) -> dt.datetime:
    """The arrival of the request with this label."""
    return FIRST_ARRIVAL + dt.timedelta(milliseconds=label)


def label_at(time: dt.datetime) -> int:
    return (time - FIRST_ARRIVAL) // dt.timedelta(milliseconds=1)


def label_of(current: Current) -> int:
    return label_at(arrived_at(current.version))


def lost_students(world: World, left_out: frozenset[int]) -> list[str]:
    """The students with an acknowledged sync that was neither delivered nor replaced, and who are
    not due, removed or left out. If exports carry over, a file counts as delivered only once the
    importer has collected it, or while it can."""
    delivered = _collectable(world) if world.carries else dict(world.delivered)
    due = {student for (batch, student), _ in world.marks if batch > world.exported}
    return [
        student
        for student, label in world.owed
        if is_behind(world, delivered, student, label)
        and student not in due
        and not needs_no_row(world, student, label, left_out)
    ]


def _collectable(world: World) -> dict[str, int]:
    """The newest label of each student at the SIS, or in the file that it may still collect."""
    lying = dict(dict(world.files).get(FINAL_PATH, ()))
    imported = dict(world.imported)
    return {
        student: max(lying.get(student, -1), imported.get(student, -1))
        for student in lying.keys() | imported.keys()
    }


def is_behind(world: World, delivered: dict[str, int], student: str, label: int) -> bool:
    """Whether what is delivered lacks this label of the student."""
    if world.only_new:
        return student not in delivered
    return delivered.get(student, -1) < label


def needs_no_row(world: World, student: str, label: int, left_out: frozenset[int]) -> bool:
    """Whether the student was removed, or a mapping leaves out the label or its replacement."""
    current = dict(world.current).get(student)
    if current is None:
        return label in left_out
    return current.snapshot is None or bool({label, label_of(current)} & left_out)


def apply(world: World, operation: Operation) -> tuple[World, Any]:
    name, *arguments = operation
    return _OPERATIONS[name](world, *arguments)


def _marker(world: World) -> tuple[World, Any]:
    return world, (world.open, world.exported, world.retired, world.settled_to)


def _open(world: World) -> tuple[World, Any]:
    return world, world.open


def _add_year(world: World) -> tuple[World, Any]:
    return (world if world.open else replace(world, open=1)), None


def _put_mark(world: World, batch: int, mark: DueMark) -> tuple[World, Any]:
    if batch <= world.exported:
        return world, True
    return replace(world, marks=put(world.marks, (batch, mark.student_id), mark)), True


def _put_current(world: World, new: Current) -> tuple[World, Any]:
    old = dict(world.current).get(new.student_id)
    if old and (old.version, old.batch) > (new.version, new.batch):
        same = old.version == new.version
        return world, Stored.WRITTEN if same else Stored.SUPERSEDED
    if old:
        new = replace(
            new,
            outcome=old.outcome,
            settled_in=old.settled_in,
            exported_in=old.exported_in,
            carried_in=old.carried_in,
        )
    return replace(world, current=put(world.current, new.student_id, new)), Stored.WRITTEN


def _put_unknown(world: World, new: Current) -> tuple[World, Any]:
    old = dict(world.current).get(new.student_id)
    if old and old.batch != NO_BATCH:
        return world, False
    if old and old.version > new.version:
        return world, True
    return replace(world, current=put(world.current, new.student_id, new)), True


def _forget_current(world: World, new: Current) -> tuple[World, Any]:
    """As a mutant does it: replaces the whole item."""
    after, stored = _put_current(world, new)
    if after.current == world.current:
        return after, stored
    return replace(after, current=put(after.current, new.student_id, new)), stored


def _delete_current(world: World, student: str) -> tuple[World, Any]:
    return replace(world, current=drop(world.current, student)), Stored.WRITTEN


def _take_lease(world: World, token: str) -> tuple[World, Any]:
    if world.lease and world.lease[0] != token and not world.lease[1]:
        return world, Refused(AlreadyRunning)
    return replace(world, lease=(token, False)), None


def _renew_lease(world: World, token: str) -> tuple[World, Any]:
    if not _ours(world, token):
        return world, Refused(LeaseLost)
    return replace(world, lease=(token, False)), None


def _ours(world: World, token: str) -> bool:
    return world.lease is not None and world.lease[0] == token


def _release_lease(world: World, token: str) -> tuple[World, Any]:
    return (replace(world, lease=None) if _ours(world, token) else world), None


def _close_batch(world: World, batch: int, token: str) -> tuple[World, Any]:
    if not _ours(world, token) or world.open not in (batch, batch + 1):
        return world, Refused(LeaseLost)
    return replace(world, open=batch + 1), None


def _commit(world: World, batch: int, token: str | None) -> tuple[World, Any]:
    if world.exported >= batch:
        return world, None
    if token is not None and not _ours(world, token):
        return world, Refused(LeaseLost)
    due = tuple(item for item in world.marks if item[0][0] > batch)
    sent = tuple((student, True) for student, _ in world.sent)
    return _without_the_past(replace(world, exported=batch, marks=due, sent=sent)), None


def _put_ledger(world: World, entry: LedgerEntry) -> tuple[World, Any]:
    return _without_the_past(replace(world, ledger=put(world.ledger, entry.last, entry))), None


def _ledger(world: World, batch: int) -> tuple[World, Any]:
    return world, _covering(world, batch)


def _covering(world: World, batch: int) -> LedgerEntry | None:
    covering = [entry for last, entry in world.ledger if entry.first <= batch <= last]
    return covering[-1] if covering else None


def _store_index(world: World, batch: int, content: Settled) -> tuple[World, Any]:
    return _without_the_past(replace(world, indexes=put(world.indexes, batch, content))), None


def _fetch_index(world: World, batch: int) -> tuple[World, Any]:
    return world, dict(world.indexes).get(batch, Refused(NotFound, "gone"))


def _settle(world: World, batch: int, student: str, outcome: str) -> tuple[World, Any]:
    old = dict(world.current).get(student)
    if old is None or old.settled_in >= batch:
        return world, None
    settled = with_outcome(old, outcome, batch)
    new = settled
    if not world.only_new:  # exports read only whether
        new = replace(settled, exported_in=min(settled.exported_in, 1))
    return replace(world, current=put(world.current, student, new)), None


def _set_settled(world: World, batch: int, student: str) -> tuple[World, Any]:
    if world.retired >= batch:
        return world, None
    return replace(world, settled_to=student), None


def _set_retired(world: World, batch: int) -> tuple[World, Any]:
    if world.retired >= batch:
        return world, None
    return _without_the_past(replace(world, retired=batch, settled_to="")), None


def _without_the_past(world: World) -> World:
    """Drops ledger entries and indexes that are never read: those of retired batches, except the
    entry of the last exported one, and those of runs killed before their commit."""
    read = {
        entry.last
        for batch in range(min(world.exported, world.retired + 1), world.exported + 1)
        if (entry := _covering(world, batch))
    }
    if world.keeps_first and (first := _covering(world, 1)):
        read.add(first.last)
    ledger = tuple(item for item in world.ledger if item[0] > world.exported or item[0] in read)
    carried = {upload.own_rows.batch for _, upload in world.last}
    indexes = tuple(
        item
        for item in world.indexes
        if item[0] > world.exported
        or (item[0] in read and item[0] > world.retired)
        or item[0] in carried
    )
    return replace(world, ledger=ledger, indexes=indexes)


def _marks(world: World, batch: int) -> tuple[World, Any]:
    return world, tuple(mark for (number, _), mark in world.marks if number == batch)


def _marked(world: World, batch: int) -> tuple[World, Any]:
    """The marked students, without the reasons, which exports do not read."""
    return world, tuple(student for (number, student), _ in world.marks if number == batch)


def _current(world: World, student: str) -> tuple[World, Any]:
    return world, dict(world.current).get(student)


def _next_current(world: World, after: str) -> tuple[World, Any]:
    """A page of one student: the first after this id."""
    return world, next((current for student, current in world.current if student > after), None)


def _next_marked(world: World, batch: int, after: str) -> tuple[World, Any]:
    marked = (student for (number, student), _ in world.marks if number == batch)
    return world, next((student for student in marked if student > after), None)


def _everyone(world: World) -> tuple[World, Any]:
    return world, tuple(current for _, current in world.current)


def _raise_batch(world: World, batch: int, student: str, version: str) -> tuple[World, Any]:
    old = dict(world.current).get(student)
    if old is None or old.version != version or old.batch >= batch:
        return world, None
    return replace(world, current=put(world.current, student, replace(old, batch=batch))), None


def _set_carried(world: World, batch: int, student: str) -> tuple[World, Any]:
    old = dict(world.current).get(student)
    if old is None or old.carried_in >= batch:
        return world, None
    new = replace(old, carried_in=batch)
    sent = drop(world.sent, student)
    return replace(world, current=put(world.current, student, new), sent=sent), None


def _last(world: World, path: str) -> tuple[World, Any]:
    return world, dict(world.last).get(path)


def _remember(world: World, upload: LastUpload, token: str | None) -> tuple[World, Any]:
    if token is not None and not _ours(world, token):
        return world, Refused(LeaseLost)
    return _without_the_past(replace(world, last=put(world.last, upload.path, upload))), None


def _collect(world: World) -> tuple[World, Any]:
    rows = dict(world.files).get(FINAL_PATH)
    if rows is None:
        return world, None
    imported = dict(world.imported)
    imported |= {student: max(label, imported.get(student, -1)) for student, label in rows}
    files = drop(world.files, FINAL_PATH)
    return replace(world, files=files, imported=tuple(sorted(imported.items()))), None


def without_uncommitted_accounting(world: World) -> World:
    return replace(
        world,
        ledger=tuple(item for item in world.ledger if item[0] <= world.exported),
        indexes=tuple(item for item in world.indexes if item[0] <= world.exported),
    )


def _upload(world: World, path: str, rows: Any) -> tuple[World, Any]:
    return replace(world, files=put(world.files, path, rows)), None


def _names(world: World) -> tuple[World, Any]:
    names = (path.rpartition("/")[2] for path, _ in world.files)
    return world, tuple(name for name in names if name.endswith(".part"))


def _lose(world: World) -> tuple[World, Any]:
    """The server loses the first upload that is not renamed yet, by a crash or a program that
    deletes such files."""
    lost = [path for path, _ in world.files if path.endswith(".part")]
    return replace(world, files=drop(world.files, lost[0]) if lost else world.files), None


def _find(world: World, path: str) -> tuple[World, Any]:
    return world, path in dict(world.files)


def _holds(world: World, path: str, rows: Any) -> tuple[World, Any]:
    return world, dict(world.files).get(path) == rows


def _remove(world: World, path: str) -> tuple[World, Any]:
    return replace(world, files=drop(world.files, path)), None


def _replace(
    world: World, temporary: str, final: str, floor: tuple[tuple[str, int], ...]
) -> tuple[World, Any]:
    """Renames. `floor` has the newest label of each student acknowledged before the export."""
    rows = dict(world.files).get(temporary)
    if rows is None:
        return world, Refused(TerminalDeliveryError, "no such file")
    delivered, floors, fault = dict(world.delivered), dict(floor), world.fault
    for student, label in rows:
        if label < delivered.get(student, -1):
            fault = fault or f"P2: {student}'s {label} after {delivered[student]}"
        if label < floors.get(student, -1):
            fault = fault or f"P2: {student}'s {label} although {floors[student]} was acknowledged"
        delivered[student] = max(label, delivered.get(student, -1))
        if world.only_new:
            if dict(world.sent).get(student) and student in dict(world.imported):
                fault = fault or f"P: {student}, whom the SIS has, is in a file of new students"
            world = replace(world, sent=put(world.sent, student, False))
    files = put(drop(world.files, temporary), final, rows)
    return (
        replace(world, files=files, delivered=tuple(sorted(delivered.items())), fault=fault),
        None,
    )


_OPERATIONS = {
    "marker": _marker,
    "open": _open,
    "add_year": _add_year,
    "put_mark": _put_mark,
    "put_current": _put_current,
    "put_unknown": _put_unknown,
    "forget_current": _forget_current,
    "delete_current": _delete_current,
    "take_lease": _take_lease,
    "renew_lease": _renew_lease,
    "release_lease": _release_lease,
    "close_batch": _close_batch,
    "commit": _commit,
    "put_ledger": _put_ledger,
    "ledger": _ledger,
    "store_index": _store_index,
    "fetch_index": _fetch_index,
    "settle": _settle,
    "set_settled": _set_settled,
    "set_retired": _set_retired,
    "marks": _marks,
    "marked": _marked,
    "current": _current,
    "everyone": _everyone,
    "next_current": _next_current,
    "next_marked": _next_marked,
    "raise_batch": _raise_batch,
    "set_carried": _set_carried,
    "last": _last,
    "remember": _remember,
    "collect": _collect,
    "upload": _upload,
    "names": _names,
    "lose": _lose,
    "find": _find,
    "holds": _holds,
    "remove": _remove,
    "replace": _replace,
}

READS = frozenset(
    {"marker", "open", "marks", "marked", "current", "everyone", "names", "find", "holds"}
    | {"ledger", "fetch_index", "last", "next_current", "next_marked"}
)

ACCOUNTING = frozenset({"put_ledger", "store_index", "settle", "set_settled", "set_retired"})

AMONG_EXPORTS = frozenset(
    {
        "upload",
        "names",
        "find",
        "holds",
        "remove",
        "replace",
        "renew_lease",
        "ledger",
        "fetch_index",
        "last",
        "remember",
    }
    | ACCOUNTING
)
"""Operations on data that syncs neither read nor write."""

SEEN_BY_IMPORTER = frozenset({"find", "holds", "replace"})
"""Operations on the file that the importer collects."""

SEEN_BY_LOSS = frozenset({"upload", "find", "holds", "replace", "names", "remove"})
"""Operations on the files that the server may lose."""

_ONCE_OR_NEVER = frozenset(
    {"put_current", "close_batch", "commit", "release_lease", "raise_batch", "set_carried"}
    | {"remember"}
    | (ACCOUNTING - {"set_settled"})
)
"""Operations that, once without effect, stay without effect: versions and batches only grow, and a
token that lost the lease never holds it again."""


def has_effect_only_once(operation: Operation) -> bool:
    """Whether the operation, if it has no effect now, will never have one."""
    return operation[0] in _ONCE_OR_NEVER
