"""Checks a connection step by step: would files arrive, and what must be corrected?"""

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.sftp import ReplacedBy, SftpAccount
from registration_sync.domain.errors import DeliveryError, HostKeyMismatch
from registration_sync.domain.runs.check import STEPS, CheckStep, StepResult, fingerprint_of
from registration_sync.ports.sftp import SftpServers, SftpSession

_PROBE = ".registration-sync-check"
"""Starts with a dot, which importers skip; no delivery takes it for a temporary file of its own."""
_CONTENT = b"Written by a connection check, which also removes it.\r\n"

type Show = Callable[[Sequence[CheckStep]], None]
"""Called after each step with all steps so far."""


class _Findings:
    """The finished steps, each with its duration."""

    def __init__(self, now: Callable[[], dt.datetime], show: Show) -> None:
        self.steps: list[CheckStep] = []
        self.host_key: str | None = None
        self.replaced_by: ReplacedBy | None = None
        self._now = now
        self._show = show
        self._since = now()

    @property
    def current(self) -> str:
        """The step in progress."""
        return STEPS[len(self.steps)]

    def add(self, message: str, result: StepResult = StepResult.OK) -> None:
        now = self._now()
        seconds = round((now - self._since).total_seconds(), 2)
        shown = self.host_key if self.current == "host_key" else None
        self.steps.append(CheckStep(self.current, result, seconds, message, shown))
        self._show(self.steps)
        self._since = self._now()  # the time for showing belongs to no step

    def skip_the_rest(self) -> None:
        while len(self.steps) < len(STEPS):
            message = "Not tried because an earlier step failed."
            self.steps.append(CheckStep(self.current, StepResult.SKIPPED, 0.0, message))


def check_connection(
    connection: Connection,
    account: Callable[[], SftpAccount],
    *,
    folder: str,
    token: str,
    workspace: Path,
    servers: SftpServers,
    now: Callable[[], dt.datetime],
    show: Show = lambda _steps: None,
) -> tuple[tuple[CheckStep, ...], ReplacedBy | None]:
    """Returns every step, and how the server replaces a file, if that was found.

    Signs in at most once, and only if the server shows a pinned host key. Leaves nothing behind
    but the folder, if it was missing. Raises Unavailable if the secrets cannot be read.
    """
    findings = _Findings(now, show)
    session: SftpSession | None = None
    signing_in_as = account()
    try:
        session = servers.connect(
            signing_in_as, lambda step, detail: _add_finished(findings, step, detail)
        )
        findings.add(f"Signed in as {signing_in_as.username}.")
        _try_folder(findings, session, folder, token, workspace)
    except DeliveryError as error:
        findings.add(_failure_message(error, findings, connection), StepResult.FAILED)
    finally:
        if session:
            session.close()
    findings.skip_the_rest()
    return tuple(findings.steps), findings.replaced_by


def _add_finished(findings: _Findings, step: str, detail: str) -> None:
    """Adds a finished step of connecting."""
    if step == "algorithms":
        findings.host_key = detail
        findings.add("The server speaks SSH 2.0 with safe algorithms.")
    elif step == "host_key":
        findings.add(
            f"The server shows the pinned key, {fingerprint_of(findings.host_key or detail)}."
        )
    else:
        findings.add(detail)


def _failure_message(error: DeliveryError, findings: _Findings, connection: Connection) -> str:
    if isinstance(error, HostKeyMismatch) and not connection.host_keys and findings.host_key:
        return (
            "No host key is pinned yet, so the service did not sign in. The server shows "
            f"{fingerprint_of(findings.host_key)}: ask its administrator whether that is correct, "
            "then confirm it: the key belongs in host_keys."
        )
    return error.message


def _try_folder(
    findings: _Findings, session: SftpSession, folder: str, token: str, workspace: Path
) -> None:
    source = workspace / "probe"
    source.write_bytes(_CONTENT)
    final = f"{folder}/{_PROBE}.{token}.probe"
    temporary = f"{final}.new"
    try:
        session.make_folder(folder)
        findings.add(f"The folder {folder} exists.")
        session.upload(source, final)
        session.upload(source, temporary)
        findings.add("A small test file was written and is complete.")
        findings.replaced_by = session.replace(temporary, final)
        findings.add(*_replacement_finding(findings.replaced_by))
        session.remove(final)
        findings.add("The test file was removed.")
    except DeliveryError:
        for path in (temporary, final):
            with suppress(DeliveryError):
                session.remove(path)
        raise


_IN_PLACE = (
    "The server cannot rename, so files are written in place: an importer may read an incomplete "
    "file. The server's administrator should allow renaming."
)
_ASIDE = (
    "The server does not rename over an existing file, so the old file is moved aside first: for "
    "an instant there is no file."
)


def _replacement_finding(replaced_by: ReplacedBy) -> tuple[str, StepResult]:
    if replaced_by is ReplacedBy.IN_PLACE:
        return _IN_PLACE, StepResult.WARNING
    if replaced_by is ReplacedBy.ASIDE_AND_RENAME:
        return _ASIDE, StepResult.WARNING
    return "A new file replaces the old one in one step.", StepResult.OK
