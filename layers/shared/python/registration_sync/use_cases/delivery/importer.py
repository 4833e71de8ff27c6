"""Checks whether the importer collected the last files, if it removes the files it collects."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from registration_sync.domain.connections.connection import Connection, DeliveryMethod, Importer
from registration_sync.domain.connections.guard_settings import GuardAction
from registration_sync.domain.errors import Unavailable
from registration_sync.domain.runs.findings import LastUpload, not_collected_finding
from registration_sync.domain.runs.run import DeliveredFile, Finding, Run
from registration_sync.ports.sftp import Deliveries
from registration_sync.use_cases.delivery.deliver_files import RunConnection, with_retries
from registration_sync.use_cases.runs.lease import HeldLease


@dataclass(frozen=True, slots=True)
class CollectionCheck:
    """Finds files that the importer of a connection has not collected."""

    connection: Connection
    run: Run
    deliveries: Deliveries

    @property
    def is_enabled(self) -> bool:
        """Not for importers that leave files on the server, nor for downloads."""
        return (
            self.connection.delivery is DeliveryMethod.SFTP
            and self.connection.importer is not Importer.LEAVES
            and self.connection.guards.not_collected.action is not GuardAction.OFF
        )

    def find_uncollected(
        self,
        is_full: Mapping[str, bool],
        *,
        server: RunConnection,
        lease: HeldLease,
        pause: Callable[[float], None],
    ) -> list[Finding]:
        """The files about to be replaced that the importer should have collected but has not.

        `is_full` says for each path whether the new file is a full file. Asks the server only
        about paths with an earlier upload. A missing file shows that this importer removes files.
        Raises DeliveryError, LeaseLost, Unavailable.
        """
        if not self.is_enabled:
            return []
        known = [self._last(path) for path in is_full]
        lasts = [last for last in known if last]
        if not lasts:
            return []
        found = with_retries(
            lambda session: [session.find(last.path) for last in lasts],
            server=server,
            lease=lease,
            pause=pause,
        )
        removes = self.connection.importer is Importer.REMOVES
        if not removes and not self._has_collected(one_is_gone=None in found):
            return []
        return [
            not_collected_finding(
                self.connection.guards.not_collected,
                last,
                replaced_by_full=is_full[last.path],
                learned=not removes,
            )
            for last, remote in zip(lasts, found, strict=True)
            if remote and not remote.is_hidden and last.matches(remote)
        ]

    def replaceable_by_header(
        self,
        sizes: Mapping[str, int],
        *,
        server: RunConnection,
        lease: HeldLease,
        pause: Callable[[float], None],
    ) -> list[str]:
        """The paths at which a file with only its header, of this many bytes, loses no student.

        If the importer leaves files: where one lies that is not such a file already. If it removes
        them, or may do so: where it has collected the last one. Elsewhere nothing was delivered, or
        a file lies that may not be collected yet. Raises DeliveryError, LeaseLost, Unavailable.
        """
        if not sizes or self.connection.delivery is not DeliveryMethod.SFTP:
            return []
        leaves = self.connection.importer is Importer.LEAVES
        paths = [path for path in sizes if leaves or self._last(path)]
        if not paths:
            return []
        found = with_retries(
            lambda session: [session.find(path) for path in paths],
            server=server,
            lease=lease,
            pause=pause,
        )
        if not leaves:
            return [path for path, one in zip(paths, found, strict=True) if one is None]
        return [
            path
            for path, one in zip(paths, found, strict=True)
            if one and not one.is_hidden and one.size != sizes[path]
        ]

    def _last(self, path: str) -> LastUpload | None:
        return self.deliveries.last(self.connection.connection_id, self.run.sent_to, path)

    def _has_collected(self, *, one_is_gone: bool) -> bool:
        connection_id, account = self.connection.connection_id, self.run.sent_to
        if self.deliveries.has_collected(connection_id, account):
            return True
        if one_is_gone:
            self.deliveries.record_collected(connection_id, account)
        return one_is_gone

    def record_uploads(self, files: Sequence[DeliveredFile]) -> None:
        """Records the uploads for the next run; if that fails, only a warning is missed."""
        if not self.is_enabled:
            return
        moment = (self.run.started_at or self.run.requested_at).astimezone(self.connection.zone)
        resend = self.run.request.resend
        with suppress(Unavailable):
            for file in files:
                self.deliveries.remember(
                    self.connection.connection_id,
                    self.run.sent_to,
                    LastUpload(
                        path=file.path,
                        run_id=self.run.run_id,
                        of_export=resend.run_id if resend else self.run.run_id,
                        delivered_at=f"{moment:%Y-%m-%d %H:%M}",
                        size=file.bytes,
                        sha256=file.sha256,
                        modified=file.modified,
                    ),
                )
