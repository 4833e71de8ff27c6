"""Plans a run: compiles the mapping for each school year, and finds years that share a file."""

from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass

from registration_sync.domain.connections.connection import (
    Connection,
    DeliveryMethod,
    SavedMapping,
    require_host_key,
)
from registration_sync.domain.connections.destinations import path_key
from registration_sync.domain.errors import Conflict, InvalidRequest
from registration_sync.domain.mapping.compiled.mapping import RunContext, compile_mapping
from registration_sync.domain.mapping.definition.mapping import Mapping, parse_mapping
from registration_sync.domain.registrations.batches import YearMarker
from registration_sync.domain.runs.run import Contents, Run, RunStatus, YearOutcome
from registration_sync.domain.school_year import retained_until
from registration_sync.ports.connections import Mappings
from registration_sync.ports.registrations import RegistrationsTable
from registration_sync.use_cases.connections.shared_destinations import reject_done_files
from registration_sync.use_cases.exporting.year import YearToExport


@dataclass(frozen=True, slots=True)
class Plan:
    """The years to export in order, and the outcomes of requested years that never had a sync.

    `shared` has the path of each year's file that another year with due students would overwrite.
    `taken` has the year of each path (by `path_key`) that this run has written, also in an earlier
    attempt: a year may become due while another one is delivered.
    """

    years: tuple[YearToExport, ...]
    unknown: tuple[YearOutcome, ...]
    shared: MappingOf[int, str]
    taken: dict[str, int]

    def refuse_shared(self, year: YearToExport) -> None:
        """Raises Conflict for a year whose file another year would overwrite."""
        if year.school_year in self.shared:
            raise Conflict(
                "Several school years with students to send would write the same file "
                f"{self.shared[year.school_year]}: put {{school_year}} into the connection's "
                "folder, or export one year at a time."
            )

    def is_free(self, year: YearToExport, path: str) -> bool:
        """Whether no other year of this run has a file at the path."""
        return self.taken.get(path_key(path), year.school_year) == year.school_year

    def take_paths(self, year: YearToExport, paths: Iterable[str]) -> None:
        """Reserves the paths of the year's files. Raises Conflict if another file of this run has
        one of them."""
        by_key = {path_key(path): path for path in paths}
        for key, path in by_key.items():
            owner = self.taken.setdefault(key, year.school_year)
            if owner != year.school_year:
                raise Conflict(
                    f"School year {owner} has the same file {path} in this run: put "
                    "{school_year} into the connection's folder, or export one year at a time."
                )


def ready_mapping(
    connection: Connection, mappings: Mappings, *, sends: bool
) -> tuple[SavedMapping, Mapping]:
    """Raises InvalidRequest with what must be set up or corrected first."""
    saved = mappings.latest(connection.connection_id)
    if saved is None:
        raise InvalidRequest("This connection has no mapping yet: save one, then export.")
    require_host_key(connection, sends=sends)
    mapping = parse_mapping(saved.definition)
    reject_done_files(connection, mapping.delivered_names, at="files[{}].name")
    return saved, mapping


def plan_years(
    run: Run,
    connection: Connection,
    mapping: Mapping,
    table: RegistrationsTable,
    retention_days: int,
) -> Plan:
    """Reads the marker, and the due marks of years whose files would have the same path. Leaves out
    the years that an earlier attempt delivered."""
    markers = table.marker(connection.connection_id).years
    requested = run.years_to_export
    done = {year.school_year: year for year in run.delivered_years}
    wanted = {*(markers if requested is None else requested)} - done.keys()
    years = [
        _year_to_export(run, connection, mapping, year, markers[year], retention_days)
        for year in sorted(wanted & markers.keys())
    ]
    # One year may use up the time of a run, so each run begins with another one.
    years.sort(key=lambda year: year.marker.first_at_ms)
    unknown = [YearOutcome(year, RunStatus.NOTHING_TO_EXPORT) for year in wanted - markers.keys()]
    taken = {
        path_key(file.path): school_year for school_year, one in done.items() for file in one.files
    }
    return Plan(tuple(years), tuple(unknown), _shared_paths(years, table), taken)


def _year_to_export(
    run: Run,
    connection: Connection,
    mapping: Mapping,
    school_year: int,
    marker: YearMarker,
    retention_days: int,
) -> YearToExport:
    started_at = run.started_at or run.requested_at
    request = run.request
    requester = run.requested_by or "An operator"
    context = RunContext(started_at=started_at, time_zone=connection.zone, school_year=school_year)
    return YearToExport(
        connection_id=connection.connection_id,
        run_id=run.run_id,
        school_year=school_year,
        marker=marker,
        compiled=compile_mapping(mapping, context, is_full=request.contents is Contents.ALL),
        mapping_version=run.mapping_version or 0,
        folder=connection.folder_for(school_year),
        send=connection.delivery is DeliveryMethod.SFTP,
        expires_at=int(retained_until(school_year, started_at, retention_days).timestamp()),
        done_file=connection.done_file,
        held_overridden_by=requester if request.override_held else None,
        guards=connection.guards,
        guards_overridden_by=run.confirmed_by or (requester if request.override_guards else None),
        attempted_before=run.attempt > 1,
    )


def _shared_paths(years: Sequence[YearToExport], table: RegistrationsTable) -> dict[int, str]:
    """The years with due students that would write the same path, and that path."""
    by_path: dict[str, list[YearToExport]] = {}
    for year in years:
        for path in year.paths:
            by_path.setdefault(path, []).append(year)
    shared: dict[int, str] = {}
    for path, candidates in by_path.items():
        if len(candidates) > 1:
            due = [year for year in candidates if year.compiled.is_full or _has_due(year, table)]
            if len(due) > 1:
                shared |= {year.school_year: path for year in due}
    return shared


def _has_due(year: YearToExport, table: RegistrationsTable) -> bool:
    marks = table.marks(year.connection_id, year.school_year, year.marker.due_batches)
    return next(marks, None) is not None
