"""Watches whether the importer took what we delivered, where it removes what it takes."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from registration_sync.domain.connections.connection import Connection, DeliveryMethod, Importer
from registration_sync.domain.connections.guard_settings import GuardAction
from registration_sync.domain.connections.sftp import RemoteFile
from registration_sync.domain.errors import ConnectionFailed, DeliveryError, Unavailable
from registration_sync.domain.runs.findings import LastUpload, not_collected_finding
from registration_sync.domain.runs.run import DeliveredFile, Finding, Run
from registration_sync.ports.sftp import Deliveries, SftpSession
from registration_sync.use_cases.delivery.deliver_files import RunConnection, with_retries
from registration_sync.use_cases.runs.lease import HeldLease

_UNSEEN = RemoteFile("", -1)
"""What the server does not let us look at: there, and never the same as ours."""


@dataclass(frozen=True, slots=True)
class Watch:
    """The importer of a connection, as this run sees it."""

    connection: Connection
    run: Run
    deliveries: Deliveries

    @property
    def is_on(self) -> bool:
        """Nothing is read or remembered otherwise: an importer that leaves files tells nothing by
        them, and downloads are fetched by people."""
        return (
            self.connection.delivery is DeliveryMethod.SFTP
            and self.connection.importer is not Importer.LEAVES
            and self.connection.guards.not_collected.action is not GuardAction.OFF
        )

    def find_uncollected(
        self,
        of_all: Mapping[str, bool],
        *,
        server: RunConnection,
        lease: HeldLease,
        pause: Callable[[float], None],
    ) -> list[Finding]:
        """The files to be replaced that the importer should have taken, and has not; `of_all` has
        for each path whether the new file has all students in it.

        Nothing is asked of the server where we put nothing before. Learns from a file that is
        gone that this importer removes. Raises DeliveryError, LeaseLost, Unavailable.
        """
        if not self.is_on:
            return []
        connection_id, account = self.connection.connection_id, self.run.sent_to
        known = [self.deliveries.last(connection_id, account, path) for path in of_all]
        lasts = [last for last in known if last]
        if not lasts:
            return []
        seen = with_retries(
            lambda session: [_look(last.path, session) for last in lasts],
            server=server,
            lease=lease,
            pause=pause,
        )
        told = self.connection.importer is Importer.REMOVES
        if not told and not self._has_learned(one_is_gone=None in seen):
            return []
        return [
            not_collected_finding(
                self.connection.guards.not_collected,
                last,
                replaced_by_all=of_all[last.path],
                learned=not told,
            )
            for last, found in zip(lasts, seen, strict=True)
            if found and last.lies_unchanged(found)
        ]

    def _has_learned(self, *, one_is_gone: bool) -> bool:
        connection_id, account = self.connection.connection_id, self.run.sent_to
        if self.deliveries.was_one_taken(connection_id, account):
            return True
        if one_is_gone:
            self.deliveries.note_taken(connection_id, account)
        return one_is_gone

    def remember(self, files: Sequence[DeliveredFile]) -> None:
        """Remembers what was put where, for the next export; losing it costs a warning only."""
        if not self.is_on:
            return
        moment = (self.run.started_at or self.run.requested_at).astimezone(self.connection.zone)
        with suppress(Unavailable):
            for file in files:
                self.deliveries.remember(
                    self.connection.connection_id,
                    self.run.sent_to,
                    LastUpload(
                        path=file.path,
                        run_id=self.run.run_id,
                        of_export=self.run.again.run_id or self.run.run_id,
                        delivered_at=f"{moment:%Y-%m-%d %H:%M}",
                        size=file.bytes,
                        sha256=file.sha256,
                        modified=file.modified,
                    ),
                )


def _look(path: str, session: SftpSession) -> RemoteFile | None:
    """What lies at the path; a server that refuses to say so is not asked again, and the delivery
    goes on."""
    try:
        return session.find(path)
    except ConnectionFailed:
        raise
    except DeliveryError:
        return _UNSEEN
