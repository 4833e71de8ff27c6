"""The values of the batch protocol: versions, marks, and which batches are due."""

import datetime as dt

import pytest

from registration_sync.domain.registrations.batches import (
    Current,
    DueMark,
    YearMarker,
    arrived_at,
    request_id,
    version_of,
)


def test_a_version_has_the_arrival_and_the_request() -> None:
    version = version_of(1_772_485_200_123, "request#1", 7)

    assert version == "001772485200123#request#1#0007"
    assert arrived_at(version) == dt.datetime(2026, 3, 2, 21, 0, 0, 123_000, tzinfo=dt.UTC)
    assert request_id(version) == "request#1"


@pytest.mark.parametrize(
    ("opened", "exported", "due"), [(1, 0, [1]), (3, 2, [3]), (5, 2, [3, 4, 5])]
)
def test_every_batch_after_the_exported_one_is_due(
    opened: int, exported: int, due: list[int]
) -> None:
    assert list(YearMarker(opened, exported).due_batches) == due


@pytest.mark.parametrize(
    ("version", "reasons", "holds"),
    [("1", "[]", True), ("1", "", False), ("2", "[]", False), ("2", "", False)],
)
def test_a_mark_with_reasons_holds_its_version(version: str, reasons: str, holds: bool) -> None:
    mark = DueMark("007", version, reasons)

    assert mark.holds(Current("007", "1", 1, b"J{}")) is holds


@pytest.mark.parametrize(
    ("exported_in", "carried_in", "is_new"),
    [(0, 0, True), (0, 3, True), (1, 0, False), (1, 1, False), (1, 2, True), (3, 2, False)],
)
def test_a_student_is_new_until_delivered_to_a_file_that_was_collected(
    exported_in: int, carried_in: int, is_new: bool
) -> None:
    current = Current("007", "1", 4, b"J{}", exported_in=exported_in, carried_in=carried_in)

    assert current.is_new is is_new
