"""The fields that a connection's registrations have, for the warnings about a mapping."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from registration_sync.domain.errors import MarkerLost, Unavailable
from registration_sync.domain.mapping.definition.warnings import KnownFields, unknown_paths
from registration_sync.domain.runs.run import YearOutcome
from registration_sync.ports.registrations import Snapshots
from registration_sync.use_cases.students.registration_sample import RegistrationSample

MAX_SECONDS = 3.0
MAX_WARNINGS = 20
KEPT_SECONDS = 60.0
"""The console requests a preview at each pause in typing."""


class RecentFields:
    """Keeps the known fields of one connection for a minute.

    `monotonic` returns seconds, as time.monotonic does.
    """

    def __init__(self, snapshots: Snapshots, monotonic: Callable[[], float]):
        self._snapshots = snapshots
        self._monotonic = monotonic
        self._connection_id = ""
        self._known = KnownFields()
        self._end = 0.0

    def of(self, connection_id: str) -> KnownFields:
        """The fields of a sample of the registrations; none if these cannot be read now."""
        now = self._monotonic()
        if connection_id != self._connection_id or now >= self._end or not self._known.paths:
            self._connection_id, self._end = connection_id, now + KEPT_SECONDS
            self._known = self._read(connection_id)
        return self._known

    def _read(self, connection_id: str) -> KnownFields:
        known = KnownFields()
        sample = RegistrationSample(
            connection_id, self._snapshots, self._monotonic, max_seconds=MAX_SECONDS
        )
        try:
            for registration in sample:
                known.add(registration["data"])
        except (MarkerLost, Unavailable):
            return KnownFields()
        return known


def with_path_warnings(
    years: Iterable[YearOutcome], definition: Mapping[str, Any], known: Callable[[], KnownFields]
) -> list[YearOutcome]:
    """The outcomes; those of years with mapped students have a warning for each path of the mapping
    that no registration has, without repetition."""
    outcomes = list(years)
    if not any(year.rows or year.held_count for year in outcomes):
        return outcomes
    found = dict.fromkeys(one.message for one in unknown_paths(dict(definition), known()))
    warnings = tuple(islice(found, MAX_WARNINGS))
    return [
        replace(year, warnings=(*year.warnings, *warnings))
        if year.rows or year.held_count
        else year
        for year in outcomes
    ]
