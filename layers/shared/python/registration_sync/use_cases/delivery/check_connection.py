"""Checks a connection step by step: would files arrive, and what must be corrected?"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.sftp import (
    REMOVES_NOT,
    FolderEntry,
    ReplacedBy,
    ServerTraits,
    SftpAccount,
)
from registration_sync.domain.connections.temporary_names import NameForm, upload_token
from registration_sync.domain.errors import DeliveryError, HostKeyMismatch, UploadIncomplete
from registration_sync.domain.runs.check import STEPS, CheckStep, StepResult, fingerprint_of
from registration_sync.ports.sftp import SftpServers, SftpSession
from registration_sync.use_cases.delivery.one_file import Upload, put_in_place, upload_file

PROBE = "registration-sync-check.csv"
"""The name of the test file; with a dot before it, which importers skip, if the server allows that.
It is always the same: an account that may not delete leaves one file behind, not one per check."""
CONTENTS = (
    b"Written by a connection check, which also removes it.\r\n",
    b"Written by a connection check to replace its first file.\r\n",
)

CHECK_SECONDS = 120.0
"""The longest that a check may take."""

type Show = Callable[[Sequence[CheckStep]], None]
"""Called after each step with all steps so far."""


class _Findings:
    """The finished steps, each with its duration."""

    def __init__(self, now: Callable[[], dt.datetime], show: Show) -> None:
        self.steps: list[CheckStep] = []
        self.host_key: str | None = None
        self.traits = ServerTraits()
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
    names: Sequence[str] = (),
    token: str,
    workspace: Path,
    servers: SftpServers,
    now: Callable[[], dt.datetime],
    show: Show = lambda _steps: None,
) -> tuple[tuple[CheckStep, ...], ServerTraits]:
    """Returns every step, and what the check has learned of the server; `names` are those of the
    files to deliver, if known.

    Signs in at most once, and only if the server shows a pinned host key. Leaves nothing behind
    but the folder, if it was missing. Raises Unavailable if the secrets cannot be read.
    """
    findings = _Findings(now, show)
    session: SftpSession | None = None
    signing_in_as = account()
    try:
        session = servers.connect(
            replace(signing_in_as, traits=ServerTraits()),
            lambda step, detail: _add_finished(findings, step, detail),
            at_most_seconds=CHECK_SECONDS,
        )
        findings.add(f"Signed in as {signing_in_as.username}.")
        _try_folder(findings, session, signing_in_as, folder, names, token, workspace)
    except DeliveryError as error:
        findings.add(_failure_message(error, findings, connection), StepResult.FAILED)
    finally:
        if session:
            findings.traits = session.traits
            session.close()
    findings.skip_the_rest()
    return tuple(findings.steps), findings.traits


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
    findings: _Findings,
    session: SftpSession,
    account: SftpAccount,
    folder: str,
    names: Sequence[str],
    token: str,
    workspace: Path,
) -> None:
    """Delivers two test files, as a delivery does; the second replaces the first."""
    session.make_folder(folder)
    findings.add(f"The folder {folder} exists.")
    sources = [workspace / f"probe-{number}" for number in range(len(CONTENTS))]
    for source, content in zip(sources, CONTENTS, strict=True):
        source.write_bytes(content)
    old = [entry for entry in session.entries(folder) if not names or entry.name in names]
    token = upload_token(folder, token)
    uploads: list[Upload] = []
    final = ""
    try:
        for number, source in enumerate(sources):
            uploads.append(upload_file(source, folder, PROBE, token, session))
            if number == 0:
                session.names(folder)  # to find out whether the list shows the new file
                written = "A small test file was written and is complete."
                findings.add(*_result(written, session.traits.write_warnings()))
                final = _final_path(folder, session.traits.name_form)
            put_in_place(source, uploads[number], final, session)
        _require_replaced(sources[1], final, session)
        replaced = "A new file replaces the old one in one step."
        findings.add(
            *_result(
                replaced,
                [
                    *session.traits.replace_warnings(),
                    *_link_warnings(old, keep_links=account.keep_links),
                    *_permission_warnings(old if names else [], final, session),
                ],
            )
        )
        is_removed = session.remove(final)
    except DeliveryError:
        for path in (*(upload.path for upload in uploads), final):
            with suppress(DeliveryError):
                _ = path and session.remove(path)
        raise
    findings.add(*_result("The test file was removed.", [] if is_removed else [REMOVES_NOT]))


def _link_warnings(old: Sequence[FolderEntry], *, keep_links: bool) -> Iterator[str]:
    links = [entry.name for entry in old if entry.is_link]
    if links and not keep_links:
        yield (
            f"The folder has symbolic links: {', '.join(links[:3])}. A delivery under such a name "
            "replaces the link with a file, unless the connection has keep_links."
        )


def _permission_warnings(
    old: Sequence[FolderEntry], final: str, session: SftpSession
) -> Iterator[str]:
    """A sentence for each file whose permissions or group a rename replaces by those of `final`."""
    if session.traits.replaced_by is ReplacedBy.IN_PLACE or not old:
        return
    folder, _, probe = final.rpartition("/")
    new = next((entry for entry in session.entries(folder) if entry.name == probe), None)
    for entry in old:
        if new and not entry.is_link and _access(entry) != _access(new):
            yield (
                f"{entry.name} has {_access(entry)} on the server, and a new file gets "
                f"{_access(new)}. If the importer cannot read it then, ask the server's "
                "administrator to change what new files get."
            )


def _access(entry: FolderEntry) -> str:
    permissions = (
        "no known permissions"
        if entry.permissions is None
        else (f"the permissions {entry.permissions:04o}")
    )
    return permissions if entry.group is None else f"{permissions} and the group {entry.group}"


def _final_path(folder: str, form: NameForm | None) -> str:
    return f"{folder}/{'.' if form and form.startswith('hidden') else ''}{PROBE}"


def _require_replaced(source: Path, final: str, session: SftpSession) -> None:
    """The importer may have collected the file, and the server may hide it."""
    if session.find(final) and session.holds(source, final, None) is False:
        raise UploadIncomplete(
            f"The server accepted a new {final} but kept the old file, so a delivery would change "
            "nothing. Ask its administrator to allow renaming over existing files."
        )


def _result(message: str, warnings: Iterable[str]) -> tuple[str, StepResult]:
    found = " ".join(warnings)
    return (found, StepResult.WARNING) if found else (message, StepResult.OK)
