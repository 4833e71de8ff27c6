"""Checks a connection step by step: would files arrive, and what must be corrected?"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from registration_sync.domain.connections.connection import Connection
from registration_sync.domain.connections.key_pairs import fingerprint_of
from registration_sync.domain.connections.sftp import (
    NO_TEMPORARY_NAMES,
    REMOVES_NOT,
    FolderEntry,
    ReplacedBy,
    ServerTraits,
    SftpAccount,
)
from registration_sync.domain.errors import (
    DeliveryError,
    FolderMissing,
    HostKeyMismatch,
    PermissionRefused,
    ReplaceUnsupported,
    UploadIncomplete,
)
from registration_sync.domain.mapping.definition.own_names import PROBE, done_name
from registration_sync.domain.runs.check import STEPS, CheckStep, StepResult
from registration_sync.domain.temporary_names import NameForm, upload_token
from registration_sync.ports.sftp import NEW_KEY_ACCEPTED, NEW_KEY_REFUSED, SftpServers, SftpSession
from registration_sync.use_cases.delivery.folder_warnings import (
    created_folder,
    link_warnings,
    permission_warnings,
)
from registration_sync.use_cases.delivery.one_file import (
    Upload,
    put_in_place,
    remove_done_file,
    upload_file,
)

CONTENTS = (
    b"Written by a connection check, which also removes it.\r\n",
    b"Written by a connection check to replace its first file.\r\n",
)

UNTRIED = (
    "The server refuses the name of the test file, so writing was not tried: only a delivery shows "
    "whether the server accepts the names of the files."
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
        self.is_in_place = False
        self.of_new_key = ("", StepResult.OK)
        """The sentence about a generated key that has not signed in before."""
        """Whether the server refuses every name but, perhaps, those of the files to deliver."""
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
    on_sign_in: Callable[[], None] = lambda: None,
) -> tuple[tuple[CheckStep, ...], ServerTraits]:
    """Returns every step, and what the check has learned of the server; `names` are those of the
    files to deliver, if known. `on_sign_in` may raise DeliveryError.

    Signs in at most once, and only if the server shows a pinned host key. Leaves nothing behind
    but the folder, if it was missing: the step of the folder has that as a warning. Raises
    Unavailable if the secrets cannot be read.
    """
    findings = _Findings(now, show)
    session: SftpSession | None = None
    try:
        signing_in_as = account()
        session = servers.connect(
            replace(signing_in_as, traits=ServerTraits()),
            lambda step, detail: _add_finished(findings, step, detail),
            at_most_seconds=CHECK_SECONDS,
        )
        sentence, result = findings.of_new_key
        findings.add(f"Signed in as {signing_in_as.username}.{sentence}", result)
        on_sign_in()
        probe = _Probe(findings, session, signing_in_as, folder, names, token, workspace)
        probe.run(done_file=connection.done_file)
    except DeliveryError as error:
        findings.add(_failure_message(error, findings, connection), StepResult.FAILED)
    finally:
        if session:
            findings.traits = session.traits
            if findings.is_in_place:
                findings.traits = replace(session.traits, replaced_by=ReplacedBy.IN_PLACE)
            session.close()
    findings.skip_the_rest()
    return tuple(findings.steps), findings.traits


def _add_finished(findings: _Findings, step: str, detail: str) -> None:
    """Adds a finished step of connecting."""
    if step == "algorithms":
        findings.host_key = detail
        findings.add("The connection is encrypted with SSH 2.0 and safe algorithms.")
    elif step == "host_key":
        findings.add(
            f"The server has the saved host key, {fingerprint_of(findings.host_key or detail)}."
        )
    elif step == NEW_KEY_ACCEPTED:
        findings.of_new_key = (f" {detail}", StepResult.OK)
    elif step == NEW_KEY_REFUSED:
        findings.of_new_key = (f" {detail}", StepResult.WARNING)
    else:
        findings.add(detail)


def _failure_message(error: DeliveryError, findings: _Findings, connection: Connection) -> str:
    if isinstance(error, HostKeyMismatch) and not connection.host_keys and findings.host_key:
        return (
            "First connection: confirm that this is your server. Ask its administrator whether its "
            f"fingerprint is {fingerprint_of(findings.host_key)}. No password has been sent yet."
        )
    return error.message


class _Probe:
    """Delivers two test files, as a delivery does; the second replaces the first.

    Their name has the extension of the first file to deliver; with a dot before it, which importers
    skip, if the server allows that. It is always the same: an account that may not delete leaves
    one file behind, not one per check.
    """

    def __init__(
        self,
        findings: _Findings,
        session: SftpSession,
        account: SftpAccount,
        folder: str,
        names: Sequence[str],
        token: str,
        workspace: Path,
    ) -> None:
        self._findings = findings
        self._session = session
        self._account = account
        self._folder = folder
        self._names = names
        self._token = upload_token(folder, token)
        self._workspace = workspace
        self._name = PROBE + (Path(names[0]).suffix if names else ".csv")
        self._paths: set[str] = set()
        """On the server."""

    def run(self, *, done_file: bool) -> None:
        findings, session = self._findings, self._session
        created = session.make_folder(self._folder)
        if created:
            findings.add(created_folder(self._folder, created, session), StepResult.WARNING)
        else:
            findings.add(f"Found the folder {self._folder}.")
        entries = session.entries(self._folder)
        old = [entry for entry in entries if not self._names or entry.name in self._names]
        try:
            first, second = (self._source(content) for content in CONTENTS)
            upload = self._upload(first)
            final = _final_path(self._folder, self._name, session.traits.name_form)
            if not upload.path and not self._may_write(first, final):
                self._add_refused_names()
                return
            session.names(self._folder)  # to find out whether the list shows the new file
            written = "Wrote a small test file. It is complete."
            findings.add(*_result(written, session.traits.write_warnings()))
            self._require_no_folder(old)
            self._put(first, upload, final)
            self._put(second, self._upload(second), final)
            self._require_files()
            if done_file:
                self._try_done_file(final)
            replaced = "A new file replaced the old one in one step."
            findings.add(*_result(replaced, self._replace_warnings(old, final)))
            is_removed = session.remove(final)
        except DeliveryError:
            for path in self._paths:
                with suppress(DeliveryError):
                    session.remove(path)
            raise
        findings.add(*_result("Deleted the test file.", [] if is_removed else [REMOVES_NOT]))

    def _source(self, content: bytes) -> Path:
        source = self._workspace / f"probe-{len(content)}"
        source.write_bytes(content)
        return source

    def _upload(self, source: Path, name: str = "") -> Upload:
        upload = upload_file(source, self._folder, name or self._name, self._token, self._session)
        self._paths |= {upload.path} - {""}
        return upload

    def _put(self, source: Path, upload: Upload, final: str) -> None:
        self._paths.add(final)
        way = put_in_place(source, upload, final, self._session)
        if way is not ReplacedBy.IN_PLACE:  # what is written in place was just verified
            _require_replaced(source, final, self._session)

    def _may_write(self, source: Path, final: str) -> bool:
        """Whether the server accepts the name of the test file. If not, raises the refusal if a
        file to deliver cannot be written either."""
        try:
            self._session.write(source, final)
        except (PermissionRefused, FolderMissing):
            paths = [f"{self._folder}/{name}" for name in self._names]
            if not paths or any(self._session.is_writable(path) is None for path in paths):
                raise
            return False
        self._paths.add(final)
        return True

    def _add_refused_names(self) -> None:
        self._findings.is_in_place = True
        self._findings.add(UNTRIED, StepResult.WARNING)
        self._findings.add(NO_TEMPORARY_NAMES, StepResult.WARNING)
        self._findings.add("There was no test file to delete.")

    def _require_no_folder(self, old: Sequence[FolderEntry]) -> None:
        for entry in old:
            if self._names and entry.is_folder:
                raise ReplaceUnsupported(
                    f"{self._folder}/{entry.name} is a folder, so no file of this name can be "
                    "delivered. Remove or rename the folder, or change the file name in the "
                    "mapping."
                )

    def _require_files(self) -> None:
        """A delivery moves nothing aside that may be a folder."""
        traits = self._session.traits
        if traits.shows_files is not False or traits.replaced_by is not ReplacedBy.ASIDE_AND_RENAME:
            return
        for name in self._names:
            if self._session.is_writable(f"{self._folder}/{name}") is None:
                raise ReplaceUnsupported(
                    f"The server does not show whether {self._folder}/{name} is a file or a "
                    "folder, so the file cannot be delivered. Its administrator must allow the "
                    "account to list the folder, or offer posix-rename."
                )

    def _try_done_file(self, final: str) -> None:
        """Puts a done file in place, and removes it as the next delivery does."""
        empty = self._source(b"")
        upload = self._upload(empty, done_name(self._name))
        self._put(empty, upload, done_name(final))
        remove_done_file(done_name(final), upload, self._session)

    def _replace_warnings(self, old: Sequence[FolderEntry], final: str) -> Iterator[str]:
        yield from self._session.traits.replace_warnings()
        yield from link_warnings(old, keep_links=self._account.keep_links)
        yield from permission_warnings(old if self._names else [], final, self._session)


def _final_path(folder: str, name: str, form: NameForm | None) -> str:
    return f"{folder}/{'.' if form and form.startswith('hidden') else ''}{name}"


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
