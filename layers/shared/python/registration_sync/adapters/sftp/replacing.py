"""Replaces a file by an uploaded one, in the best way that the server has."""

from pathlib import Path

from registration_sync.adapters.sftp.client import (
    NO_SUCH_FILE,
    PERMISSION_DENIED,
    UNSUPPORTED,
    Attributes,
    Refusal,
)
from registration_sync.adapters.sftp.requests import Requests
from registration_sync.adapters.sftp.uploads import Uploads
from registration_sync.domain.connections.sftp import ReplacedBy
from registration_sync.domain.errors import (
    NameRefused,
    NotUploadedHere,
    ReplaceUnsupported,
    UploadIncomplete,
)
from registration_sync.domain.temporary_names import aside_name

HIDDEN = Attributes()
"""The server does not say whether there is a file."""


class Replacer:
    """Tries the ways from the best to the worst, beginning with the best that the server has."""

    def __init__(self, requests: Requests, uploads: Uploads, *, write_in_place: bool) -> None:
        self._requests = requests
        self._uploads = uploads
        self.writes_in_place = write_in_place
        self._renames = {
            ReplacedBy.POSIX_RENAME: self._posix_rename,
            ReplacedBy.RENAME: self._rename,
            ReplacedBy.ASIDE_AND_RENAME: self._move_aside_and_rename,
        }

    def replace(self, temporary: str, final: str) -> ReplacedBy:
        """Raises Refusal, ReplaceUnsupported, UploadIncomplete or NotUploadedHere."""
        ways = list(self._renames)
        known = self._requests.traits.replaced_by
        if known is ReplacedBy.IN_PLACE and self.writes_in_place and temporary in self._uploads:
            return self._overwrite(temporary, final)
        refusal = Refusal(PERMISSION_DENIED, "")
        for way in ways[ways.index(known) if known in ways else 0 :]:
            try:
                replaced_by = self._renames[way](temporary, final)
            except Refusal as error:
                self._require_present(temporary, error)
                refusal = error
            else:
                self._requests.learn(replaced_by=way)
                return replaced_by
        if refusal.code == NO_SUCH_FILE and self._requests.exists(temporary) is not True:
            raise self._gone(temporary) from refusal
        if not self.writes_in_place:
            if refusal.code == PERMISSION_DENIED:
                raise refusal
            raise self._unsupported(temporary, final, refusal) from refusal
        return self._overwrite(temporary, final)

    def _posix_rename(self, temporary: str, final: str) -> ReplacedBy:
        self._requests.ask(self._requests.client.posix_rename, temporary, final)
        return ReplacedBy.POSIX_RENAME

    def _rename(self, temporary: str, final: str) -> ReplacedBy:
        old = self._old(final)
        if old is not None and old.is_folder:
            raise self._is_folder(final)
        if old == HIDDEN:  # nothing would show whether it was replaced: it is moved aside first
            raise Refusal(UNSUPPORTED, "")
        self._requests.ask(self._requests.client.rename, temporary, final)
        if old is None:
            return ReplacedBy.NEW
        self._verify(temporary, final, old)
        return ReplacedBy.RENAME

    def _move_aside_and_rename(self, temporary: str, final: str) -> ReplacedBy:
        requests = self._requests
        old = self._old(final)
        is_file = requests.is_file(final) if old == HIDDEN else None
        if old is None or is_file is False:
            requests.ask(requests.client.rename, temporary, final)
            return ReplacedBy.NEW
        if old.is_folder or (not old.is_file and requests.is_folder(final)):
            raise self._is_folder(final)
        if old == HIDDEN and is_file is None:
            raise self._may_be_folder(final)
        if requests.exists(temporary) is False:
            raise self._gone(temporary)
        aside = aside_name(temporary)
        try:
            requests.ask(requests.client.rename, final, aside)
        except Refusal as refusal:
            if refusal.code != NO_SUCH_FILE:
                raise
            # The importer collected it in the meantime.
            requests.ask(requests.client.rename, temporary, final)
            return ReplacedBy.NEW
        self._rename_or_undo(temporary, final, aside)
        return ReplacedBy.ASIDE_AND_RENAME

    def _rename_or_undo(self, temporary: str, final: str, aside: str) -> None:
        requests = self._requests
        try:
            requests.ask(requests.client.rename, temporary, final)
        except Refusal as refusal:
            try:
                requests.ask(requests.client.rename, aside, final)
            except Refusal:
                raise UploadIncomplete(
                    f"{requests.link.server} renamed the old {final} to {aside}, but refused the "
                    "new file. There is no file until the next run succeeds."
                ) from refusal
            raise
        requests.remove(aside)  # or the fence of the next run does

    def _old(self, final: str) -> Attributes | None:
        try:
            found = self._requests.attributes(final)
        except Refusal:
            return HIDDEN
        return HIDDEN if found is None and self._requests.traits.shows_files is False else found

    def _verify(self, temporary: str, final: str, old: Attributes) -> None:
        """Some servers accept the rename and put the new file under another name, `students_1.csv`.

        Raises NotUploadedHere: after another upload the old file is moved aside first.
        """
        requests = self._requests
        found = self._old(final)
        if found is None or found == HIDDEN or temporary not in self._uploads:
            return  # collected, or hidden
        new = self._uploads[temporary]
        if found != old and (found.size, found.modified) == (new.size, new.modified):
            return
        is_new = self._uploads.holds(new.source, final, new.modified)
        if is_new or (is_new is None and found != old):
            return
        requests.learn(replaced_by=ReplacedBy.ASIDE_AND_RENAME)
        raise NotUploadedHere(
            f"{requests.link.server} accepted the new {final} but kept the old file: it stores a "
            "renamed file under another name if the name is in use."
        )

    def _overwrite(self, temporary: str, final: str) -> ReplacedBy:
        """The last resort: writes the final file itself."""
        if temporary not in self._uploads:
            raise NotUploadedHere(
                f"{final} must be written in place, and this connection has not uploaded it yet."
            )
        exists = self._requests.exists(temporary)
        if exists is None and self._requests.traits.shows_files:
            exists = self._requests.is_file(temporary)
        if exists is False:
            raise self._gone(temporary)
        self.write(self._uploads[temporary].source, final)
        self._requests.remove(temporary)
        return ReplacedBy.IN_PLACE

    def write(self, source: Path, final: str) -> None:
        """Writes the final file itself.

        Some servers append to a file whatever the request says: there the old file is removed
        first, and also where the server does not show the old file.
        """
        requests = self._requests
        exists = requests.exists(final)
        is_in_doubt = exists is None and requests.is_file(final) is not False
        if is_in_doubt or (exists and requests.traits.truncates is False):
            self.remove_old(final)
        try:
            self._upload(source, final)
        except UploadIncomplete:
            if not self._uploads.has_appended:
                raise
            requests.learn(truncates=False)
            self.remove_old(final)
            self._upload(source, final)
        requests.learn(replaced_by=ReplacedBy.IN_PLACE)

    def _upload(self, source: Path, final: str) -> None:
        try:
            self._uploads.upload(source, final, in_place=True)
        except NameRefused as refused:
            raise refused.reason from refused

    def remove_old(self, path: str) -> None:
        """Removes a file to which the server would append."""
        if not self._requests.remove(path):
            raise self._appends(path)

    def _require_present(self, temporary: str, refusal: Refusal) -> None:
        """Raises if a rename was refused because its source is missing."""
        if refusal.code == NO_SUCH_FILE and self._requests.exists(temporary) is False:
            raise self._gone(temporary) from refusal

    def _appends(self, final: str) -> ReplaceUnsupported:
        return ReplaceUnsupported(
            f"{self._requests.link.server} may append to existing files instead of replacing their "
            f"content, and did not permit removing {final}, so the file was left as it is. Its "
            "administrator must allow renaming or deletion, or turn off append mode."
        )

    def _gone(self, temporary: str) -> UploadIncomplete:
        return UploadIncomplete(
            f"{temporary} is gone from {self._requests.link.server}: another run or another "
            "program removed it before it could replace the old file."
        )

    def _is_folder(self, final: str) -> ReplaceUnsupported:
        return ReplaceUnsupported(
            f"{final} on {self._requests.link.server} is a folder, so no file of this name can be "
            "delivered. Remove or rename the folder, or change the file name in the mapping."
        )

    def _may_be_folder(self, final: str) -> ReplaceUnsupported:
        return ReplaceUnsupported(
            f"{self._requests.link.server} does not show whether {final} is a file or a folder, so "
            "the file is not delivered. Its administrator must allow the account to list the "
            "folder, or offer posix-rename."
        )

    def _unsupported(self, temporary: str, final: str, refusal: Refusal) -> ReplaceUnsupported:
        return ReplaceUnsupported(
            f"{self._requests.link.server} refused every way to rename {temporary} to "
            f"{final}{refusal.said}, so the file is not delivered. If another program "
            "held the old file open, the next run succeeds. If the server cannot rename, its "
            "administrator must allow it, or the connection must allow writing in place."
        )
