"""Uploads one file and puts it in place, for deliveries, test records and checks alike."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from registration_sync.domain.connections.sftp import ReplacedBy
from registration_sync.domain.errors import (
    DeliveryError,
    FolderMissing,
    NameRefused,
    NotUploadedHere,
    PermissionRefused,
    TerminalDeliveryError,
)
from registration_sync.domain.temporary_names import NameForm, retired_name, temporary_name
from registration_sync.ports.sftp import SftpSession


@dataclass(slots=True)
class Upload:
    """A file that is on the server under a temporary path, and the server's time of it.

    The path is empty if the server accepts no temporary name and the file is written in place.
    """

    path: str
    modified: int | None = None


def upload_file(source: Path, folder: str, name: str, token: str, session: SftpSession) -> Upload:
    """Uploads the file under a temporary name of a form that the server accepts and shows.

    If the server accepts none, raises the error of the first form, or leaves the file to be written
    in place, if the connection allows that.
    """
    if session.writes_in_place and session.traits.leaves_temporary_files:
        return Upload("")
    known = session.traits.name_form
    forms = sorted(NameForm, key=lambda form: form is not known)
    paths = [f"{folder}/{temporary_name(name, token, form)}" for form in forms]
    refused: list[NameRefused] = []
    for path in paths:
        try:
            return Upload(path, session.upload(source, path))
        except NameRefused as error:
            refused.append(error)
            if error.is_hidden:
                session.remove(path)
        except TerminalDeliveryError:
            with suppress(DeliveryError):
                session.remove(path)
            raise
    if all(error.is_hidden for error in refused) and not session.traits.shows_files:
        return Upload(paths[0], session.upload(source, paths[0], unseen=True))
    return _without_temporary_file(refused[0].reason, session)


def put_in_place(source: Path, upload: Upload, final: str, session: SftpSession) -> ReplacedBy:
    """Replaces the file `final`. Raises DeliveryError."""
    if not upload.path:
        session.write(source, final)
        return ReplacedBy.IN_PLACE
    try:
        return session.replace(upload.path, final)
    except NotUploadedHere:
        upload.modified = session.upload(source, upload.path)
        return session.replace(upload.path, final)


def remove_done_file(path: str, upload: Upload, session: SftpSession) -> None:
    """Removes the done file of the last run, or renames it. Raises DeliveryError."""
    if session.remove(path) or (upload.path and _retire_done_file(path, upload, session)):
        return
    found = session.find(path)
    if found and not found.is_hidden:
        raise PermissionRefused(
            f"The server does not permit removing {path}. An importer would take the old file for "
            "a sign that the new files are complete: the server's administrator must allow the "
            "account to delete files."
        )


def _retire_done_file(path: str, upload: Upload, session: SftpSession) -> bool:
    """Renames a file that cannot be removed; over the one of the last run, if possible."""
    names = retired_name(upload.path, of=path), retired_name(upload.path)
    return any(session.move(path, name) for name in names)


def _without_temporary_file(reason: DeliveryError, session: SftpSession) -> Upload:
    if session.writes_in_place and isinstance(reason, PermissionRefused | FolderMissing):
        return Upload("")
    raise reason
