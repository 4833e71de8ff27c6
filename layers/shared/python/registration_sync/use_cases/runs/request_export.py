"""Requests an export or a dry run, which runs in the background."""

from collections.abc import Collection

from registration_sync.domain.access import Permission
from registration_sync.domain.connections.connection import require_host_key
from registration_sync.domain.errors import AccessDenied, InvalidRequest
from registration_sync.domain.runs.run import Run, RunKind, RunRequest
from registration_sync.ports.connections import Connections, Mappings
from registration_sync.ports.sign_ins import SignIns
from registration_sync.use_cases.runs.check_attempts import admit_first_sign_in
from registration_sync.use_cases.runs.start_run import RunStarter


def request_export(
    connection_id: str,
    request: RunRequest,
    *,
    connections: Connections,
    mappings: Mappings,
    sign_ins: SignIns,
    starter: RunStarter,
    permissions: Collection[Permission] = (),
) -> Run:
    """The pending run.

    Raises NotFound, InvalidRequest with what must be set up first, AlreadyRunning with the id
    while a run is pending or in progress, TooManyAttempts before the connection has signed in to
    its account, Unavailable if it could not be started, and AccessDenied
    without the permission to override held students or guards.
    """
    if request.override_held and Permission.OVERRIDE not in permissions:
        raise AccessDenied("Only Full Access may send a full file while students need attention.")
    if request.override_guards and Permission.OVERRIDE not in permissions:
        raise AccessDenied(
            "Only Full Access may override the safety checks. Export without that; if "
            "the run needs approval, ask a person with Full Access."
        )
    connection = connections.get(connection_id)
    if mappings.latest(connection_id) is None:
        raise InvalidRequest("This connection has no mapping yet: save one, then export.")
    require_host_key(connection, sends=request.kind is RunKind.EXPORT)
    admit_first_sign_in(
        connection, sign_ins=sign_ins, attempts=starter.check_attempts, now=starter.now
    )
    return starter.start(connection_id, request)
