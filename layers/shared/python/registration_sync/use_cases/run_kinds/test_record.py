"""Test record: sends one student through the real connection, beside the real files.

This changes no state: the student is exported as usual.
"""

import datetime as dt
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path

from registration_sync.domain.connections.connection import Connection, DeliveryMethod
from registration_sync.domain.connections.destinations import account_name, destinations
from registration_sync.domain.errors import (
    Conflict,
    DeliveryError,
    InvalidRequest,
    NotFound,
    RegistrationSyncError,
    SignInRefused,
)
from registration_sync.domain.mapping.compiled.mapping import (
    CompiledMapping,
    RunContext,
    compile_mapping,
)
from registration_sync.domain.mapping.definition.own_names import TEST_FOLDER
from registration_sync.domain.mapping.values.csv_format import CODECS
from registration_sync.domain.registrations.batches import Current, DueMark
from registration_sync.domain.runs.run import ReplacedFile, Run, RunStatus, YearOutcome
from registration_sync.domain.runs.uploads import Collected
from registration_sync.ports.archive import Archive
from registration_sync.ports.connections import Connections, Mappings
from registration_sync.ports.registrations import Snapshots
from registration_sync.ports.runs import CheckAttempts
from registration_sync.ports.sftp import Deliveries, SftpSession
from registration_sync.ports.sign_ins import SignIns
from registration_sync.use_cases.delivery.deliver_files import after_sign_in
from registration_sync.use_cases.delivery.importer import CollectionCheck
from registration_sync.use_cases.delivery.one_file import put_in_place, upload_file
from registration_sync.use_cases.exporting.output_file import WrittenFile
from registration_sync.use_cases.exporting.package_files import package_files
from registration_sync.use_cases.exporting.plan import ready_mapping
from registration_sync.use_cases.exporting.write_files import WrittenYear, write_files
from registration_sync.use_cases.exporting.year import failed_year
from registration_sync.use_cases.run_kinds.lifecycle import Attempt
from registration_sync.use_cases.students.find_student import find_current

_HELD = "Nothing was sent: this student needs attention, for the reasons given."
_NO_ROW = "Nothing was sent: the conditions of the mapping filter this student out."
_SENT = "Sent as a test. The real files are unchanged; exports include the student as usual."


def run_test_record(
    attempt: Attempt,
    *,
    connections: Connections,
    mappings: Mappings,
    table: Snapshots,
    archive: Archive,
    sign_in: Callable[[Connection], SftpSession],
    sign_ins: SignIns,
    now: Callable[[], dt.datetime],
    new_token: Callable[[], str],
    check_attempts: CheckAttempts,
    deliveries: Deliveries,
) -> Run:
    """Maps the student as an export does, and sends each file to the folder `test` in the year's
    folder. Takes no lease. Raises InvalidRequest, NotFound, MarkerLost and Unavailable."""
    connection = attempt.connection
    saved, mapping = ready_mapping(connection, mappings, sends=True)
    school_year, current = _find(attempt.run, table)
    run = replace(
        attempt.run,
        mapping_version=saved.version,
        request=replace(attempt.run.request, school_years=(school_year,)),
    )
    compiled = compile_mapping(mapping, RunContext(now(), connection.zone, school_year))
    written, files = _write(current, compiled, attempt.workspace / str(school_year))
    if written.held_count or not files:
        return _finished(run, _not_sent(school_year, written), now())
    folder = f"{connection.folder_for(school_year)}/{TEST_FOLDER}"
    collection = CollectionCheck(connection, run, deliveries)
    replaces: tuple[ReplacedFile, ...] = ()
    refuse_live = partial(_refuse_live, connection, folder, files, connections, now().date())
    try:
        refuse_live()
        if connection.delivery is DeliveryMethod.SFTP:
            session = sign_in(connection)
            check_attempts.forget_refused(run.connection_id)
            after_sign_in(session, partial(refuse_live, of_others=sign_ins))
            replaces = _replaced(files, folder, collection, session)
            replaced_by = _send_all(files, folder, session, new_token)
        else:
            for file in files:
                name = f"{school_year}/files/{file.name}"
                archive.store(run.connection_id, run.run_id, name, file.source)
            replaced_by = ["download"] * len(files)
    except RegistrationSyncError as error:
        if isinstance(error, SignInRefused):
            check_attempts.note_refused(run.connection_id, now())
        return _finished(run, failed_year(school_year, error), now())
    outcome = replace(_sent(school_year, folder, written, files, replaced_by), replaces=replaces)
    if collection.is_enabled:
        for delivered in outcome.files:
            collection.record(delivered, None, lease_token=None)
    return _finished(run, outcome, now())


def _replaced(
    files: tuple[WrittenFile, ...],
    folder: str,
    collection: CollectionCheck,
    session: SftpSession,
) -> tuple[ReplacedFile, ...]:
    """The files of earlier test records that are still there. No importer is to collect them."""
    paths = [f"{folder}/{file.name}" for file in files]
    try:
        found = collection.look(paths, lambda known: [session.find(path) for path in known])
    except DeliveryError:
        session.close()
        raise
    there = (one for one in found if one.collected is not Collected.YES)
    return collection.replaced(replace(one, collected=Collected.UNKNOWN) for one in there)


def _find(run: Run, table: Snapshots) -> tuple[int, Current]:
    student_id, years = run.request.student_id, run.request.school_years
    if student_id is None:
        raise InvalidRequest("Enter the id of the student to send.")
    school_year = years[0] if years else None
    found = find_current(run.connection_id, student_id, school_year, snapshots=table)
    if found is None:
        raise NotFound("No approved registration of this student was synced.")
    return found


def _write(
    current: Current, compiled: CompiledMapping, folder: Path
) -> tuple[WrittenYear, tuple[WrittenFile, ...]]:
    """The written files, and the files to send: the same ones, or their package."""
    student = (DueMark(current.student_id), current)
    written = write_files([student], compiled=compiled, folder=folder, check=lambda: None)
    if compiled.package and written.files:
        return written, (package_files(written.files, compiled.package, folder),)
    return written, written.files


def _not_sent(school_year: int, written: WrittenYear) -> YearOutcome:
    return YearOutcome(
        school_year,
        RunStatus.PARTIAL if written.held_count else RunStatus.NOTHING_TO_EXPORT,
        held_count=written.held_count,
        held=written.held,
        held_groups=written.held_groups,
        left_out=written.left_out,
        unmatched=written.unmatched,
    )


def _sent(
    school_year: int,
    folder: str,
    written: WrittenYear,
    files: tuple[WrittenFile, ...],
    replaced_by: list[str],
) -> YearOutcome:
    lines = {file.name: _lines(file) for file in written.files}
    delivered = tuple(
        file.delivered(
            f"{folder}/{file.name}",
            way,
            lines=lines.get(file.name) or tuple(chain.from_iterable(lines.values())),
        )
        for file, way in zip(files, replaced_by, strict=True)
    )
    return YearOutcome(
        school_year, RunStatus.SUCCEEDED, rows=1, files=delivered, unmatched=written.unmatched
    )


def _refuse_live(
    connection: Connection,
    folder: str,
    files: tuple[WrittenFile, ...],
    connections: Connections,
    today: dt.date,
    *,
    of_others: SignIns | None = None,
) -> None:
    """Raises Conflict if another connection delivers to the folder `test`: one of this district,
    or with `of_others` one of another district that has signed in to the account."""
    names = [file.name for file in files]
    ours = destinations(connection.model_copy(update={"folder": folder}), names, today)
    for other in connections.all():
        if not ours.keys() & destinations(other, names, today).keys():
            continue
        who = f'The connection "{other.connection_id}"'
        if other.district != connection.district:
            account = account_name(connection)
            if of_others is None or not of_others.has(other.connection_id, account):
                continue
            who = "Another connection of this service"
        raise Conflict(
            f"{who} delivers its live files to {folder}, so no test record was sent there. Change "
            "the folder of one of the two connections."
        )


def _lines(file: WrittenFile) -> tuple[str, ...]:
    """The lines of the file, with its header, in the first of our encodings that fits."""
    content = file.source.read_bytes()
    for codec in dict.fromkeys(CODECS.values()):
        with suppress(UnicodeDecodeError):
            return tuple(content.decode(codec).removeprefix("\ufeff").splitlines())
    return ()


def _send_all(
    files: tuple[WrittenFile, ...],
    folder: str,
    session: SftpSession,
    new_token: Callable[[], str],
) -> list[str]:
    """Returns how each file replaced the old one."""
    try:
        session.make_folder(folder)
        return [_send(file, folder, new_token(), session) for file in files]
    finally:
        session.close()


def _send(file: WrittenFile, folder: str, token: str, session: SftpSession) -> str:
    upload = upload_file(file.source, folder, file.name, token, session)
    try:
        return put_in_place(file.source, upload, f"{folder}/{file.name}", session).value
    except DeliveryError:
        with suppress(DeliveryError):
            _ = upload.path and session.remove(upload.path)
        raise


def _finished(run: Run, outcome: YearOutcome, now: dt.datetime) -> Run:
    messages = {
        RunStatus.SUCCEEDED: _SENT,
        RunStatus.PARTIAL: _HELD,
        RunStatus.NOTHING_TO_EXPORT: _NO_ROW,
    }
    message = outcome.error.message if outcome.error else messages[outcome.status]
    status = RunStatus.FAILED if outcome.status is RunStatus.PARTIAL else outcome.status
    return replace(
        run,
        status=status,
        years=(outcome,),
        message=message,
        error=outcome.error,
        finished_at=now,
    )
