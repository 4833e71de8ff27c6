"""What the exploration otherwise takes for one step: a list of a folder that takes long, queries by
pages with writes between them, and a server that loses an upload.

Each is injected into small cases, in every order. The loss has a mutant that nothing else shows.
For lists and pages there is none: the fence needs only names that were there before its list began,
and every decision about a student needs only what is stored about this student.
"""

import random
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.exploration.actors import (
    Actor,
    Export,
    Importer,
    LabelMapping,
    Listing,
    Loss,
    OneFile,
    PagedTable,
    Removal,
    Sync,
)
from tests.exploration.code import Changes, load
from tests.exploration.explorer import Explorer, Faults
from tests.support.searches import SEED, WALKS

OF_ALL = LabelMapping(files=(OneFile(is_full=True),))
HOLDING = LabelMapping(holds=frozenset({10, 20}))
SYNCS = (Sync(10), Sync(20))
TWO_STUDENTS = Sync(10, ("007", "06520"))
PAGES = "by pages"
PARTITION = "by partition"
ONE_IS_MANY: Changes = {"students": [("MOST_REASONS = 500,", "MOST_REASONS = 1,")]}


def exports(listing: Listing) -> tuple[Export, Export]:
    return Export("aaa", listing=listing), Export("bbb", listing=listing)


LATE_CLOCK = Faults(stalls=1, late_clocks=True, done=1)
A_KILL = Faults(kills=1, done=1)
LOSS = "a server that loses an upload, a lost answer"

SMALL: dict[str, tuple[tuple[Actor, ...], Faults]] = {
    "a list with the names that come and go, a kill": (
        (*SYNCS, *exports(Listing.WITH_CHANGES)),
        A_KILL,
    ),
    "a list without the names that come and go, a kill": (
        (*SYNCS, *exports(Listing.WITHOUT_CHANGES)),
        A_KILL,
    ),
    LOSS: ((Sync(10), Export("aaa"), Loss()), Faults(losses=1, syncs_too=False, done=1)),
    "a server that loses an upload, a stalled holder": (
        (Sync(10), *exports(Listing.AT_ONCE), Loss()),
        Faults(stalls=1, syncs_too=False, done=1),
    ),
    f"all students {PAGES}, a kill": (
        (TWO_STUDENTS, Removal(20, "06520"), Export("aaa", OF_ALL)),
        Faults(kills=1, syncs_too=False, done=1),
    ),
    f"due students {PARTITION} and {PAGES}, a kill": (
        (TWO_STUDENTS, Removal(20, "06520"), Export("aaa")),
        Faults(kills=1, syncs_too=False, done=1),
    ),
}

LONG: dict[str, tuple[tuple[Actor, ...], Faults]] = {
    "a list with the names that come and go, a holder with a late clock": (
        (*SYNCS, *exports(Listing.WITH_CHANGES)),
        LATE_CLOCK,
    ),
    "a list without the names that come and go, a holder with a late clock": (
        (*SYNCS, *exports(Listing.WITHOUT_CHANGES)),
        LATE_CLOCK,
    ),
    f"due students {PAGES}, a kill": (
        (TWO_STUDENTS, Sync(20, ("06520",)), Export("aaa")),
        Faults(kills=1, syncs_too=False),
    ),
    f"two exports of all students {PAGES}, a kill": (
        (TWO_STUDENTS, Sync(20, ("06520",)), Export("aaa", OF_ALL), Export("bbb", OF_ALL)),
        A_KILL,
    ),
    "a server that loses an upload, two exports, a kill and a lost answer": (
        (Sync(10), *exports(Listing.AT_ONCE), Loss()),
        Faults(kills=1, losses=1, syncs_too=False, done=1),
    ),
}
"""Explored by `make explore`."""

CASES = SMALL | LONG


def loaded(case: str) -> SimpleNamespace:
    code = load(ONE_IS_MANY if PARTITION in case else {})
    if PAGES in case:
        code.table = PagedTable
    return code


@pytest.mark.parametrize("case", CASES if SEED else SMALL)
def test_small_cases_keep_every_promise_without_steps_that_take_no_time(
    case: str, tmp_path: Path
) -> None:
    actors, faults = CASES[case]
    explorer = Explorer(actors, loaded(case), tmp_path, faults)

    fault, states = explorer.exhaust(explorer.start())

    print(f"{case}: {states} states")  # noqa: T201
    assert fault == ""
    assert states > 100


TAKEN_FOR_RENAMED: Changes = {
    "deliver_files": [
        ("session.find(final) and session.holds(file.source, final, upload.modified)", "True")
    ]
}
"""A mutant: an upload that is gone after an interrupted rename is taken for renamed."""


def test_only_the_loss_of_an_upload_shows_that_it_is_taken_for_renamed(tmp_path: Path) -> None:
    actors, faults = SMALL[LOSS]
    without = tuple(one for one in actors if not isinstance(one, Loss))

    found = [
        explorer.exhaust(explorer.start())[0]
        for some in (actors, without)
        for explorer in [Explorer(some, load(TAKEN_FOR_RENAMED), tmp_path, faults, totals=False)]
    ]

    assert [one.partition(":")[0] for one in found] == ["P3", ""]


def test_a_list_without_temporary_names_cannot_prevent_a_late_rename(tmp_path: Path) -> None:
    """As the run and the check say (LISTS_NOT): the rename of a run that was killed."""
    actors = (*SYNCS, *exports(Listing.EMPTY))
    explorer = Explorer(actors, load(), tmp_path, A_KILL, totals=False)

    fault, _ = explorer.exhaust(explorer.start())

    assert fault.startswith("P2")


LARGE: tuple[Actor, ...] = (
    Sync(10, ("007", "06520", "1e5")),
    Sync(20, ("06520", "007")),
    Removal(25, "1e5"),
    Sync(30, ("1e5", "06520")),
    Export("aaa", HOLDING, carries=True, listing=Listing.WITH_CHANGES),
    Export("bbb", carries=True, listing=Listing.WITHOUT_CHANGES),
    Export("ccc", OF_ALL, carries=True, listing=Listing.WITH_CHANGES),
    Export("ddd", guarded=True, carries=True, listing=Listing.WITHOUT_CHANGES),
    Importer(),
    Loss(),
)


@pytest.mark.parametrize("seed", WALKS if SEED else WALKS[:1])
@pytest.mark.parametrize("late_clocks", [False, True] if SEED else [True])
def test_large_cases_keep_every_promise_at_random(
    late_clocks: bool, seed: int, tmp_path: Path
) -> None:
    code = load()
    code.table = PagedTable
    faults = Faults(kills=2, losses=2, stalls=1, late_accounting=True, late_clocks=late_clocks)
    explorer = Explorer(LARGE, code, tmp_path, faults)
    randomness = random.Random(seed)

    found = explorer.walks(100 if SEED else 10, explorer.start(), randomness)

    assert found == {""}
