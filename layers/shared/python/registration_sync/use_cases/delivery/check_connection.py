"""Check connection: looks step by step whether files would arrive, and says what to mend."""

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
"""With a dot before it, so that importers overlook it, and an end that no delivery takes for a
temporary file of its own."""
_CONTENT = b"Written by a check of the connection, and removed again.\r\n"

type Show = Callable[[Sequence[CheckStep]], None]
"""Is given the steps so far, after each."""


class _Findings:
    """The steps so far, each with its time."""

    def __init__(self, now: Callable[[], dt.datetime], show: Show) -> None:
        self.steps: list[CheckStep] = []
        self.host_key: str | None = None
        self.replaced_by: ReplacedBy | None = None
        self._now = now
        self._show = show
        self._since = now()

    @property
    def current(self) -> str:
        """The step that is being tried."""
        return STEPS[len(self.steps)]

    def add(self, message: str, result: StepResult = StepResult.OK) -> None:
        now = self._now()
        seconds = round((now - self._since).total_seconds(), 2)
        shown = self.host_key if self.current == "host_key" else None
        self.steps.append(CheckStep(self.current, result, seconds, message, shown))
        self._show(self.steps)
        self._since = self._now()  # what showing took is no step's

    def skip_the_rest(self) -> None:
        while len(self.steps) < len(STEPS):
            message = "Not tried, as the step before failed."
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
    """Every step, and the way in which the server puts a file in place, if that was found out.

    Signs in once at most, and only where a pinned host key was seen. Leaves nothing behind but
    the folder, where it was missing. Raises Unavailable if the secrets cannot be read.
    """
    findings = _Findings(now, show)
    session: SftpSession | None = None
    signing_in = account()
    try:
        session = servers.connect(signing_in, lambda step, detail: _tell(findings, step, detail))
        findings.add(f"Signed in as {signing_in.username}.")
        _try_folder(findings, session, folder, token, workspace)
    except DeliveryError as error:
        findings.add(_sentence(error, findings, connection), StepResult.FAILED)
    finally:
        if session:
            session.close()
    findings.skip_the_rest()
    return tuple(findings.steps), findings.replaced_by


def _tell(findings: _Findings, step: str, detail: str) -> None:
    """What the connecting has got past."""
    if step == "algorithms":
        findings.host_key = detail
        findings.add("The server speaks SSH 2.0, with algorithms that are safe.")
    elif step == "host_key":
        findings.add(f"It is the pinned key, {fingerprint_of(findings.host_key or detail)}.")
    else:
        findings.add(detail)


def _sentence(error: DeliveryError, findings: _Findings, connection: Connection) -> str:
    if isinstance(error, HostKeyMismatch) and not connection.host_keys and findings.host_key:
        return (
            "No host key is pinned yet, so nobody signed in. The server shows "
            f"{fingerprint_of(findings.host_key)}: ask its administrator whether that is right, "
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
        findings.add(f"The folder {folder} is there.")
        session.upload(source, final)
        session.upload(source, temporary)
        findings.add("A small file was written and looked at: it is whole.")
        findings.replaced_by = session.replace(temporary, final)
        findings.add(*_way(findings.replaced_by))
        session.remove(final)
        findings.add("The small file was removed again.")
    except DeliveryError:
        for path in (temporary, final):
            with suppress(DeliveryError):
                session.remove(path)
        raise


_IN_PLACE = (
    "The server cannot rename, so files are written in place: an importer may see half of one. Its "
    "administrator should allow renaming."
)
_ASIDE = (
    "The server does not rename over a file, so the old one is put aside first: for an instant "
    "there is none."
)


def _way(replaced_by: ReplacedBy) -> tuple[str, StepResult]:
    if replaced_by is ReplacedBy.IN_PLACE:
        return _IN_PLACE, StepResult.WARNING
    if replaced_by is ReplacedBy.ASIDE_AND_RENAME:
        return _ASIDE, StepResult.WARNING
    return "A new file takes the place of the old one at once.", StepResult.OK
