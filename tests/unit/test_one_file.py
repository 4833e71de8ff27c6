"""One file of a delivery: the names under which it is uploaded, and what is left behind."""

from pathlib import Path
from typing import Any

import pytest

from registration_sync.domain.connections.sftp import RemoteFile, ReplacedBy, ServerTraits
from registration_sync.domain.errors import (
    NameRefused,
    NotUploadedHere,
    PermissionRefused,
    TerminalDeliveryError,
    UploadIncomplete,
)
from registration_sync.domain.temporary_names import NameForm, form_of, temporary_name
from registration_sync.use_cases.delivery.one_file import (
    Upload,
    put_in_place,
    remove_done_file,
    upload_file,
)

TOKEN = "0c4ec0de0001"
FINAL = "f/a.csv"
EVERY_FORM = frozenset(NameForm)


class Server:
    """Implements the part of the port SftpSession that one file needs, in memory.

    It refuses names of the forms `refused`, and hides files under names of the forms `hidden`.
    An upload leaves a file and then `fails`, if that is set.
    """

    def __init__(
        self,
        *,
        refused: frozenset[NameForm] = frozenset(),
        hidden: frozenset[NameForm] = frozenset(),
        traits: ServerTraits | None = None,
        writes_in_place: bool = False,
    ) -> None:
        self.files: dict[str, bytes] = {}
        self.tried: list[NameForm] = []
        self.traits = traits or ServerTraits()
        self.writes_in_place = writes_in_place
        self.may_remove = True
        self.shows = True
        self.fails: TerminalDeliveryError | None = None
        self._refused, self._hidden = refused, hidden
        self._uploaded: set[str] = set()
        self._time = 0

    def upload(self, source: Path, target: str, *, unseen: bool = False) -> int:
        form = form_of(target)
        self.tried.append(form)
        if form in self._refused:
            raise NameRefused("refused", reason=PermissionRefused(f"The form {form} is refused."))
        self.files[target] = source.read_bytes()
        if self.fails:
            raise self.fails
        if form in self._hidden and not unseen:
            raise NameRefused(
                "hidden", reason=UploadIncomplete(f"The form {form} is gone."), is_hidden=True
            )
        self._uploaded.add(target)
        self._time += 1
        return self._time

    def remove(self, path: str) -> bool:
        if self.may_remove:
            self.files.pop(path, None)
        return self.may_remove

    def move(self, _path: str, _target: str) -> bool:
        return False

    def find(self, path: str) -> RemoteFile | None:
        if not self.shows:
            return RemoteFile(path, None, is_hidden=True)
        if path not in self.files:
            return None
        return RemoteFile(path, len(self.files[path]))

    def replace(self, temporary: str, final: str) -> ReplacedBy:
        if temporary not in self._uploaded:
            raise NotUploadedHere("another connection has uploaded it")
        self.files[final] = self.files.pop(temporary)
        return ReplacedBy.ASIDE_AND_RENAME


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    path.write_bytes(b"ID\r\n007\r\n")
    return path


def upload(source: Path, server: Any) -> Upload:
    return upload_file(source, "f", "a.csv", TOKEN, server)


def path_of(form: NameForm) -> str:
    return f"f/{temporary_name('a.csv', TOKEN, form)}"


def test_forms_of_names_are_tried_in_their_order_until_the_server_accepts_one(source: Path) -> None:
    server = Server(refused=EVERY_FORM - {NameForm.VISIBLE_WITH_EXTENSION})

    uploaded = upload(source, server)

    assert server.tried == list(NameForm)
    assert uploaded.path == path_of(NameForm.VISIBLE_WITH_EXTENSION)


def test_the_form_that_the_server_is_known_to_accept_is_tried_first(source: Path) -> None:
    """A program at the server may react to each refused name."""
    server = Server(traits=ServerTraits(name_form=NameForm.VISIBLE))

    upload(source, server)

    assert server.tried == [NameForm.VISIBLE]


def test_an_upload_that_the_server_hides_is_removed_before_the_next_form(source: Path) -> None:
    server = Server(hidden=frozenset({NameForm.HIDDEN, NameForm.HIDDEN_WITH_EXTENSION}))

    uploaded = upload(source, server)

    assert list(server.files) == [uploaded.path] == [path_of(NameForm.VISIBLE)]


def test_an_upload_that_fails_leaves_no_part_of_the_file(source: Path) -> None:
    server = Server()
    server.fails = UploadIncomplete("The disk is full.")

    with pytest.raises(UploadIncomplete, match="disk is full"):
        upload(source, server)

    assert server.files == {}


def test_if_every_form_is_refused_the_reason_is_that_of_the_usual_one(source: Path) -> None:
    with pytest.raises(PermissionRefused, match="form hidden is"):
        upload(source, Server(refused=EVERY_FORM))


def test_a_server_that_hides_some_forms_and_refuses_the_others_gets_no_unseen_file(
    source: Path,
) -> None:
    server = Server(
        refused=EVERY_FORM - {NameForm.HIDDEN},
        hidden=frozenset({NameForm.HIDDEN}),
        traits=ServerTraits(shows_files=False),
    )

    with pytest.raises(UploadIncomplete, match="form hidden is"):
        upload(source, server)

    assert server.files == {}


def test_a_file_that_is_uploaded_again_for_its_replacement_has_the_time_of_that_upload(
    source: Path,
) -> None:
    """The time tells our file from another: was it collected, or is it still there?"""
    server: Any = Server()
    before = Upload(path_of(NameForm.HIDDEN), modified=-1)

    way = put_in_place(source, before, FINAL, server)

    assert (way, before.modified) == (ReplacedBy.ASIDE_AND_RENAME, 1)
    assert server.files == {FINAL: source.read_bytes()}


@pytest.mark.parametrize("shows", [True, False])
def test_a_done_file_stops_a_delivery_only_if_it_is_seen(shows: bool) -> None:
    """A server may refuse to remove a file that the importer has just removed."""
    server: Any = Server()
    server.may_remove, server.shows = False, shows
    uploaded = Upload(path_of(NameForm.HIDDEN))

    remove_done_file("f/a.csv.done", uploaded, server)

    server.shows, server.files["f/a.csv.done"] = True, b""
    with pytest.raises(PermissionRefused, match="must allow the account to delete"):
        remove_done_file("f/a.csv.done", uploaded, server)
