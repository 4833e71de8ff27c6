"""Send record: one student through the real connection, beside the real files, moving nothing."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

from registration_sync.domain.connections.connection import Connection, DeliveryMethod
from registration_sync.domain.connections.destinations import destinations
from registration_sync.domain.errors import (
    Conflict,
    DeliveryError,
    InvalidRequest,
    MarkerLost,
    NotFound,
    RegistrationSyncError,
)
from registration_sync.domain.mapping.compiled.mapping import RunContext, compile_mapping
from registration_sync.domain.mapping.definition.checks import TEST_FOLDER
from registration_sync.domain.mapping.values.csv_format import CODECS
from registration_sync.domain.registrations.batches import Current, DueMark
from registration_sync.domain.runs.run import (
    DeliveredFile,
    Run,
    RunRequest,
    RunStatus,
    YearOutcome,
)
from registration_sync.ports.sftp import SftpSession
from registration_sync.use_cases.delivery.one_file import put_in_place, upload_file
from registration_sync.use_cases.exporting.output_file import WrittenFile
from registration_sync.use_cases.exporting.package_files import package_files
from registration_sync.use_cases.exporting.plan import ready_mapping
from registration_sync.use_cases.exporting.write_files import WrittenYear, write_files
from registration_sync.use_cases.run_kinds.lifecycle import (
    Outside,
    account_of,
    failed_run,
    failed_year,
    saved_run,
    started_run,
)
from registration_sync.use_cases.students.find_student import find_current

_HELD = "Nothing was sent: this student is held back, for the reasons given."
_NO_ROW = "Nothing was sent: the conditions of the mapping give this student no row."
_SENT = "Sent as a test, beside the real files; the student is exported as ever."


@dataclass(frozen=True, slots=True)
class _OneStudent:
    """The part of RegistrationsTable that writing files reads, with one student in it."""

    student: Current

    def marks(self, *_: object) -> Iterator[DueMark]:
        yield DueMark(self.student.student_id)

    def current(
        self, _c: str, _y: int, student_ids: Iterator[str]
    ) -> Iterator[tuple[str, Current]]:
        return ((student_id, self.student) for student_id in student_ids)

    def all_current(self, *_: object) -> Iterator[Current]:
        yield self.student


def send_test_record(request: RunRequest, *, attempt: int, outside: Outside) -> Run:
    """Maps the student as an export does and sends each file to the folder `test` in that year's.

    Takes no lease and moves no mark. What a person must mend is in the record. Raises NotFound
    without such a connection, RunCancelled, and Unavailable.
    """
    connection = outside.connections.get(request.connection_id)
    started = started_run(request, connection, attempt, outside.now())
    outside.runs.save(started)
    wanted = request.school_years[0] if request.school_years else None
    try:
        saved, mapping = ready_mapping(connection, outside.mappings, sends=True)
        found = find_current(
            connection.connection_id, _student_of(request), wanted, snapshots=outside.table
        )
    except (InvalidRequest, NotFound, MarkerLost) as error:
        return saved_run(failed_run(started, error, outside.now()), outside.runs)
    if found is None:
        unknown = NotFound("No approved registration of this student was synced.")
        return saved_run(failed_run(started, unknown, outside.now()), outside.runs)
    school_year, current = found
    run = replace(started, mapping_version=saved.version, school_years=(school_year,))
    facts = RunContext(outside.now(), connection.zone, school_year)
    compiled = compile_mapping(mapping, facts)
    written = write_files(
        connection.connection_id,
        school_year,
        range(1, 2),
        compiled=compiled,
        table=_OneStudent(current),  # type: ignore[arg-type]  # the part that is used
        folder=outside.workspace / str(school_year),
        check=lambda: None,
    )
    sent = written.files
    if compiled.package and sent:
        folder = outside.workspace / str(school_year)
        sent = (package_files(written.files, compiled.package, folder),)
    outcome = _outcome(run, connection, school_year, written, sent, outside)
    return saved_run(_finished(run, outcome, outside), outside.runs)


def _student_of(request: RunRequest) -> str:
    if not request.student_ids:
        raise InvalidRequest("Write the id of the student to send.")
    return request.student_ids[0]


def _outcome(
    run: Run,
    connection: Connection,
    school_year: int,
    written: WrittenYear,
    sent: tuple[WrittenFile, ...],
    outside: Outside,
) -> YearOutcome:
    if written.held_count or not sent:
        status = RunStatus.PARTIAL if written.held_count else RunStatus.NOTHING_TO_EXPORT
        return YearOutcome(
            school_year,
            status,
            held_count=written.held_count,
            held=written.held,
            left_out=written.left_out,
            unmatched=written.unmatched,
        )
    folder = f"{connection.folder_for(school_year)}/{TEST_FOLDER}"
    try:
        _refuse_live(connection, folder, sent, outside)
        ways = _deliver(run, connection, folder, sent, outside)
    except RegistrationSyncError as error:
        return failed_year(school_year, error)
    lines = {file.name: _lines(file) for file in written.files}
    files = tuple(
        DeliveredFile(
            name=file.name,
            path=f"{folder}/{file.name}",
            rows=file.rows,
            bytes=file.bytes,
            sha256=file.sha256,
            replaced_by=way,
            lines=lines.get(file.name) or tuple(line for each in lines.values() for line in each),
        )
        for file, way in zip(sent, ways, strict=True)
    )
    return YearOutcome(
        school_year, RunStatus.SUCCEEDED, rows=1, files=files, unmatched=written.unmatched
    )


def _refuse_live(
    connection: Connection, folder: str, files: tuple[WrittenFile, ...], outside: Outside
) -> None:
    """Raises Conflict where the folder `test` is one that another connection delivers to."""
    names, today = [file.name for file in files], outside.now().date()
    ours = destinations(connection.model_copy(update={"folder": folder}), names, today)
    for other in outside.connections.all():
        if ours & destinations(other, names, today):
            raise Conflict(
                f'{folder} is where the connection "{other.connection_id}" delivers its live '
                "files, so no test record is sent there: give one of the two another folder."
            )


def _lines(file: WrittenFile) -> tuple[str, ...]:
    """The file as it was sent, header and all; its encoding is one of ours."""
    content = file.source.read_bytes()
    for codec in dict.fromkeys(CODECS.values()):
        with suppress(UnicodeDecodeError):
            return tuple(content.decode(codec).removeprefix("\ufeff").splitlines())
    return ()


def _deliver(
    run: Run,
    connection: Connection,
    folder: str,
    files: tuple[WrittenFile, ...],
    outside: Outside,
) -> list[str]:
    """How each got in place; a download connection's are archived instead."""
    if connection.delivery is not DeliveryMethod.SFTP:
        for file in files:
            kept = f"{run.school_years[0] if run.school_years else 0}/files/{file.name}"
            outside.archive.store(connection.connection_id, run.run_id, kept, file.source)
        return ["download"] * len(files)
    session = outside.servers.connect(account_of(connection, outside))
    try:
        session.make_folder(folder)
        return [_send(file, folder, outside.new_token(), session) for file in files]
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


def _finished(run: Run, outcome: YearOutcome, outside: Outside) -> Run:
    message = {
        RunStatus.SUCCEEDED: _SENT,
        RunStatus.PARTIAL: _HELD,
        RunStatus.NOTHING_TO_EXPORT: _NO_ROW,
    }.get(outcome.status, outcome.error.message if outcome.error else "")
    status = RunStatus.FAILED if outcome.status is RunStatus.PARTIAL else outcome.status
    return replace(
        run,
        status=status,
        years=(outcome,),
        message=message,
        error=outcome.error,
        finished_at=outside.now(),
    )
