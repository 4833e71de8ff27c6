"""Finds what became of the files that a run replaces: whether the importer collected them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from registration_sync.domain.connections.connection import Connection, DeliveryMethod, Importer
from registration_sync.domain.connections.guard_settings import NotCollectedAction
from registration_sync.domain.connections.sftp import RemoteFile
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.runs.findings import not_collected_finding
from registration_sync.domain.runs.run import (
    Carried,
    DeliveredFile,
    Finding,
    ReplacedFile,
    Run,
    RunKind,
)
from registration_sync.domain.runs.uploads import (
    IMPORTER_HOURS,
    Collected,
    FoundUpload,
    LastUpload,
    UploadedRows,
)
from registration_sync.ports.sftp import Deliveries

type Find = Callable[[Sequence[str]], Sequence[RemoteFile | None]]
"""What the server has at each of these paths. May raise DeliveryError and LeaseLost."""


@dataclass(frozen=True, slots=True)
class CollectionCheck:
    """Finds the uploads that a run replaces, and records its own."""

    connection: Connection
    run: Run
    deliveries: Deliveries

    @property
    def is_enabled(self) -> bool:
        """Not for downloads, which replace nothing on a server."""
        return self.connection.delivery is DeliveryMethod.SFTP

    @property
    def reports(self) -> bool:
        """Whether an uncollected file is to be reported. Not for importers that leave files on the
        server."""
        return (
            self.is_enabled
            and self.connection.importer is not Importer.LEAVES
            and self._action != NotCollectedAction.OFF
        )

    @property
    def carries_over(self) -> bool:
        """Whether students of uncollected files go again."""
        asked = self.run.request.carry_over or self._action == NotCollectedAction.CARRY_OVER
        return self.is_enabled and asked

    @property
    def _action(self) -> NotCollectedAction:
        return self.connection.guards.not_collected.action

    def look(self, paths: Iterable[str], find: Find) -> list[FoundUpload]:
        """What became of the last upload to each path, for paths with one. Learns what an importer
        of unknown habits does with files. Raises Unavailable, and the errors of `find`."""
        if not self.is_enabled:
            return []
        known = [self.last(path) for path in paths]
        lasts = [last for last in known if last]
        leaves = self.connection.importer is Importer.LEAVES
        if not lasts:
            return []
        if leaves and not self.carries_over:  # the files stay, whether it has read them or not
            return [FoundUpload(last, Collected.UNKNOWN) for last in lasts]
        found = find([last.path for last in lasts])
        habit = self._habit(lasts, found)
        learned = self.connection.importer is Importer.UNKNOWN
        return [
            FoundUpload(last, _collected(last, remote, habit), learned=learned)
            for last, remote in zip(lasts, found, strict=True)
        ]

    def _habit(self, lasts: Sequence[LastUpload], found: Sequence[RemoteFile | None]) -> Importer:
        """The importer's habit, by the setting or by what became of our deliveries so far."""
        if self.connection.importer is not Importer.UNKNOWN:
            return self.connection.importer
        connection_id, account = self.connection.connection_id, self.run.sent_to
        before = self.deliveries.habits(connection_id, account)
        newest = max(last.run_id for last in lasts)
        ends = {
            remote is None
            for last, remote in zip(lasts, found, strict=True)
            if last.run_id == newest and (remote is None or self._is_left(last, remote))
        }
        if not ends:
            return before.habit
        after = before.with_delivery(newest, is_gone=True in ends)
        if after != before and self.run.holds_lease:  # a dry run changes nothing
            with suppress(Unavailable):  # the next look learns it
                self.deliveries.record_habits(connection_id, account, after)
        return after.habit

    def _is_left(self, last: LastUpload, remote: RemoteFile) -> bool:
        """Whether the file stayed although the importer must have run since."""
        return _is_unchanged(last, remote) and self._must_have_run_since(last)

    def _must_have_run_since(self, last: LastUpload) -> bool:
        now = self.run.started_at or self.run.requested_at
        return now - last.delivered_in(self.connection.zone) >= IMPORTER_HOURS

    def findings(
        self,
        found: Iterable[FoundUpload],
        is_full: Mapping[str, bool],
        carried: Iterable[Carried] = (),
    ) -> list[Finding]:
        """The files about to be replaced that the importer should have collected but has not.
        `is_full` has the paths of the new files, and whether each is a full file."""
        if not self.reports:
            return []
        # The last of a path is the upload that lies there.
        by_path = {one.path: one for one in carried if one.is_listed}
        return [
            not_collected_finding(
                self.connection.guards.not_collected,
                one,
                replaced_by_full=is_full[one.last.path],
                carried=by_path.get(one.last.path),
                carried_later=self.carries_over and self.run.kind is RunKind.RESEND,
            )
            for one in found
            if one.collected is Collected.NO and not one.is_safe and one.last.path in is_full
        ]

    def replaceable_by_header(
        self,
        sizes: Mapping[str, int],
        find: Find,
    ) -> list[str]:
        """The paths at which a file with only its header, of this many bytes, loses no student.

        If the importer leaves files, and none is carried over: where one lies that is not such a
        file already, for about a day, so that the importer has read it. If it removes them, or may
        do so: where it has collected the last one. Elsewhere nothing was delivered, or a file lies
        that may not be collected yet. Raises Unavailable, and the errors of `find`.
        """
        if not sizes or not self.is_enabled:
            return []
        leaves = self.connection.importer is Importer.LEAVES and not self.carries_over
        lasts = [(path, self.last(path)) for path in sizes]
        if leaves:
            paths = [path for path, one in lasts if not one or self._must_have_run_since(one)]
        else:
            paths = [path for path, one in lasts if one]
        if not paths:
            return []
        found = find(paths)
        if not leaves:
            return [path for path, one in zip(paths, found, strict=True) if one is None]
        return [
            path
            for path, one in zip(paths, found, strict=True)
            if one and not one.is_hidden and one.size != sizes[path]
        ]

    def last(self, path: str) -> LastUpload | None:
        """Our last upload to the path. Raises Unavailable."""
        return self.deliveries.last(self.connection.connection_id, self.run.sent_to, path)

    def replaced(
        self, found: Iterable[FoundUpload], is_full: Mapping[str, bool] | None = None
    ) -> tuple[ReplacedFile, ...]:
        """The uploads as the record of the run names them; `is_full` as for `findings`."""
        zone, full = self.connection.zone, is_full or {}
        return tuple(
            one.last.replaced(one.collected, zone, full=full.get(one.last.path, False))
            for one in found
        )

    def record(
        self,
        file: DeliveredFile,
        source: UploadedRows | None,
        *,
        lost: tuple[UploadedRows, ...] = (),
        lease_token: str | None,
    ) -> None:
        """Records an upload for the next run. Raises LeaseLost; and Unavailable if the connection
        carries over, which would lose students without the record. Otherwise only a warning is
        missed."""
        moment = (self.run.started_at or self.run.requested_at).astimezone(self.connection.zone)
        resend = self.run.request.resend
        upload = LastUpload(
            path=file.path,
            run_id=self.run.run_id,
            of_export=resend.run_id if resend else self.run.run_id,
            delivered_at=f"{moment:%Y-%m-%d %H:%M}",
            size=file.bytes,
            sha256=file.sha256,
            modified=file.modified,
            rows=file.rows,
            source=source,
            lost=lost,
        )
        connection_id = self.connection.connection_id
        is_needed = self.carries_over and lease_token is not None
        with suppress(*(() if is_needed else (Unavailable,))):
            self.deliveries.remember(connection_id, self.run.sent_to, upload, lease_token)


def _collected(last: LastUpload, remote: RemoteFile | None, habit: Importer) -> Collected:
    if remote is None:
        return Collected.YES
    is_known = habit is Importer.REMOVES and _is_unchanged(last, remote)
    return Collected.NO if is_known else Collected.UNKNOWN


def _is_unchanged(last: LastUpload, remote: RemoteFile) -> bool:
    """A file that is hidden, or that somebody has changed, says nothing about the importer."""
    return not remote.is_hidden and last.matches(remote)
