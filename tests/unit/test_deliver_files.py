"""The delivery's decisions: all files or none, the fence, and retries."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registration_sync.domain.connections.sftp import (
    Credentials,
    RemoteFile,
    ReplacedBy,
    ServerTraits,
    SftpAccount,
)
from registration_sync.domain.errors import (
    ConnectionFailed,
    DeliveryError,
    FolderMissing,
    LeaseLost,
    SignInRefused,
    UploadIncomplete,
)
from registration_sync.domain.registrations.batches import Lease
from registration_sync.domain.temporary_names import temporary_name, upload_token
from registration_sync.use_cases.delivery.deliver_files import (
    FinishedFile,
    RunConnection,
    deliver_files,
    with_done_files,
)
from registration_sync.use_cases.runs.lease import HeldLease

ACCOUNT = SftpAccount("sftp.example.org", 22, "district", (), Credentials())
TOKEN = upload_token("c", "ab12")
OLD, NEW = b"old", b"newer"


class Folder:
    """A server with one folder, in memory: the ports SftpServers and SftpSession.

    `before` and `after` list the errors that an operation raises, once each, before or after it
    takes effect.
    """

    def __init__(self, **files: bytes) -> None:
        self.files = {f"f/{name.replace('_', '.')}": content for name, content in files.items()}
        self.log: list[str] = []
        self.before: dict[str, list[Exception]] = {}
        self.after: dict[str, list[Exception]] = {}
        self.on: dict[str, Callable[[], None]] = {}
        self.connections = 0
        self.traits = ServerTraits()
        self.writes_in_place = False
        self.may_remove = True

    def connect(self, account: SftpAccount, on_step: object = None) -> "Folder":
        self._do("connect", lambda: None)
        self.connections += 1
        return self

    def _do(self, operation: str, effect: Callable[[], Any]) -> Any:
        self.log.append(operation)
        if self.before.get(operation):
            raise self.before[operation].pop(0)
        self.on.pop(operation, lambda: None)()
        result = effect()
        if self.after.get(operation):
            raise self.after[operation].pop(0)
        return result

    def close(self) -> None: ...

    def make_folder(self, folder: str) -> str:
        return ""

    def names(self, folder: str) -> list[str]:
        names: list[str] = self._do(
            "names", lambda: [path.removeprefix("f/") for path in self.files]
        )
        return names

    def find(self, path: str) -> RemoteFile | None:
        content = self.files.get(path)
        return None if content is None else RemoteFile(path, len(content))

    def upload(self, source: Path, target: str, *, unseen: bool = False) -> None:
        self._do("upload", lambda: self.files.update({target: source.read_bytes()}))

    def holds(self, source: Path, path: str, modified: int | None) -> bool:
        return self.files.get(path) == source.read_bytes()

    def remove(self, path: str) -> bool:
        if path not in self.files:
            self._do("remove", lambda: None)
        elif self.may_remove:
            self._do("remove", lambda: self.files.pop(path))
        return path not in self.files

    def move(self, path: str, target: str) -> bool:
        self._do("move", lambda: self.files.update({target: self.files.pop(path)}))
        return True

    def replace(self, temporary: str, final: str) -> ReplacedBy:
        if temporary not in self.files:
            raise FolderMissing("there is no such file")
        self._do("replace", lambda: self.files.update({final: self.files.pop(temporary)}))
        return ReplacedBy.POSIX_RENAME


class LeaseTable:
    """The table as a delivery uses it; the lease is held unless `is_lost`."""

    is_lost = False

    def take_lease(self, *_: Any) -> None: ...

    def renew_lease(self, _c: str, lease: Lease) -> None:
        if self.is_lost:
            raise LeaseLost("lost")


def held_lease(table: LeaseTable | None = None, *, attempt: str = "ab12") -> HeldLease:
    now = dt.datetime(2026, 3, 2, 21, tzinfo=dt.UTC)
    port: Any = table or LeaseTable()
    lease = HeldLease("c", "run", attempt, port, lambda: now)
    lease.take()
    return lease


def deliver(
    folder: Folder, tmp_path: Path, *names: str, lease: HeldLease | None = None
) -> list[ReplacedBy]:
    files = []
    for name in names:
        (tmp_path / name).write_bytes(NEW)
        files.append(FinishedFile(name, tmp_path / name))
    server = RunConnection(folder, lambda: ACCOUNT)  # type: ignore[arg-type]  # a fake of the port
    placed = deliver_files(
        files, "f", server=server, lease=lease or held_lease(), pause=lambda _: None
    )
    return [one.way for one in placed]


def test_all_files_are_uploaded_before_the_first_is_renamed(tmp_path: Path) -> None:
    folder = Folder(a_csv=OLD, b_csv=OLD)

    deliver(folder, tmp_path, "a.csv", "b.csv")

    assert folder.log == ["connect", "upload", "upload", "names", "replace", "replace"]
    assert folder.files == {"f/a.csv": NEW, "f/b.csv": NEW}


def test_a_terminal_error_before_the_renames_leaves_the_old_files_and_no_new_ones(
    tmp_path: Path,
) -> None:
    folder = Folder(a_csv=OLD, b_csv=OLD)
    folder.on["upload"] = lambda: folder.before.update(upload=[UploadIncomplete("disk full")])

    with pytest.raises(UploadIncomplete):
        deliver(folder, tmp_path, "a.csv", "b.csv")

    assert folder.files == {"f/a.csv": OLD, "f/b.csv": OLD}
    assert folder.connections == 1


def test_the_fence_removes_temporary_files_of_other_attempts_at_these_names_only(
    tmp_path: Path,
) -> None:
    folder = Folder()
    foreign, other = temporary_name("a.csv", "ffff"), temporary_name("z.csv", "ffff")
    folder.files = {f"f/{foreign}": OLD, f"f/{other}": OLD, "f/.a.csv.hand.part": OLD}

    deliver(folder, tmp_path, "a.csv")

    assert set(folder.files) == {f"f/{other}", "f/.a.csv.hand.part", "f/a.csv"}


def test_the_fence_knows_uploads_of_the_connection_under_names_with_another_date(
    tmp_path: Path,
) -> None:
    folder = Folder()
    ours = temporary_name("a_2026-03-01.csv", upload_token("c", "ffff"))
    others = temporary_name("a_2026-03-01.csv", upload_token("another", "ffff"))
    folder.files = {f"f/{ours}": OLD, f"f/{others}": OLD}

    deliver(folder, tmp_path, "a_2026-03-02.csv")

    assert set(folder.files) == {f"f/{others}", "f/a_2026-03-02.csv"}


def test_files_of_another_school_year_in_the_same_folder_are_not_fenced(tmp_path: Path) -> None:
    folder = Folder()
    other_year = temporary_name("z.csv", TOKEN)
    folder.files = {f"f/{other_year}": NEW}

    deliver(folder, tmp_path, "a.csv")

    assert set(folder.files) == {f"f/{other_year}", "f/a.csv"}


def test_a_leftover_that_cannot_be_removed_is_renamed_and_left_alone_afterwards(
    tmp_path: Path,
) -> None:
    folder = Folder()
    folder.may_remove = False
    folder.files = {f"f/{temporary_name('a.csv', 'ffff')}": OLD}

    for _ in range(2):
        deliver(folder, tmp_path, "a.csv")

    (leftover,) = folder.files.keys() - {"f/a.csv"}
    assert "-" in leftover
    assert folder.log.count("move") == 1


def test_done_files_that_cannot_be_removed_do_not_pile_up(tmp_path: Path) -> None:
    folder = Folder()
    folder.may_remove = False
    counts = []

    for number in range(3):
        deliver_with_done_files(folder, tmp_path, "a.csv", lease=held_lease(attempt=f"{number}"))
        counts.append(len(folder.files))

    assert counts == [2, 3, 3]


def test_a_late_run_leaves_the_done_file_of_its_successor(tmp_path: Path) -> None:
    folder = Folder(a_csv=OLD, a_csv_done=b"")
    folder.traits = ServerTraits(shows_files=True)

    def fence() -> None:
        for path in [path for path in folder.files if path.endswith(".part")]:
            del folder.files[path]

    folder.on["names"] = fence

    with pytest.raises(UploadIncomplete):
        deliver_with_done_files(folder, tmp_path, "a.csv")

    assert folder.files == {"f/a.csv": OLD, "f/a.csv.done": b""}


def test_a_transient_error_is_retried_on_a_fresh_connection_three_attempts_in_all(
    tmp_path: Path,
) -> None:
    folder = Folder()
    folder.before["upload"] = [ConnectionFailed("reset"), ConnectionFailed("reset")]
    assert deliver(folder, tmp_path, "a.csv") == [ReplacedBy.POSIX_RENAME]
    assert folder.connections == 3

    folder.before["upload"] = [ConnectionFailed("reset")] * 3
    with pytest.raises(ConnectionFailed):
        deliver(folder, tmp_path, "a.csv")


def test_a_refused_sign_in_is_never_retried_nor_for_another_year() -> None:
    folder = Folder()
    folder.before["connect"] = [SignInRefused("refused")]
    server = RunConnection(folder, lambda: ACCOUNT)  # type: ignore[arg-type]

    for _ in range(2):
        with pytest.raises(SignInRefused):
            server.session()

    assert folder.log == ["connect"]


def test_a_rename_that_took_effect_before_the_connection_was_lost_is_delivered(
    tmp_path: Path,
) -> None:
    folder = Folder(a_csv=OLD)
    folder.after["replace"] = [ConnectionFailed("lost")]

    assert deliver(folder, tmp_path, "a.csv") == [ReplacedBy.PICKED_UP]
    assert folder.files == {"f/a.csv": NEW}


def test_a_file_collected_after_the_connection_was_lost_is_delivered(tmp_path: Path) -> None:
    folder = Folder(a_csv=OLD)
    folder.after["replace"] = [ConnectionFailed("lost")]
    folder.on["names"] = lambda: folder.on.update(names=lambda: folder.files.pop("f/a.csv"))  # type: ignore[dict-item]

    assert deliver(folder, tmp_path, "a.csv") == [ReplacedBy.PICKED_UP]
    assert folder.files == {}


def test_a_file_that_is_gone_after_a_lost_rename_is_delivered_again(tmp_path: Path) -> None:
    """Either the importer collected it, or the server went down and lost it."""
    folder = Folder()
    ours = f"f/{temporary_name('a.csv', TOKEN)}"

    def lose() -> None:
        del folder.files[ours]

    folder.before["replace"] = [ConnectionFailed("lost")]
    folder.on["connect"] = lambda: folder.on.update(connect=lose)

    assert deliver(folder, tmp_path, "a.csv") == [ReplacedBy.POSIX_RENAME]
    assert folder.files == {"f/a.csv": NEW}


def test_a_lost_rename_beside_the_old_file_is_repeated(tmp_path: Path) -> None:
    folder = Folder(a_csv=OLD)
    ours = f"f/{temporary_name('a.csv', TOKEN)}"

    def lose() -> None:
        del folder.files[ours]

    folder.before["replace"] = [ConnectionFailed("lost")]
    folder.on["connect"] = lambda: folder.on.update(connect=lose)

    assert deliver(folder, tmp_path, "a.csv") == [ReplacedBy.POSIX_RENAME]
    assert folder.files == {"f/a.csv": NEW}


def test_a_file_that_is_there_already_does_not_pass_for_the_one_whose_rename_was_lost(
    tmp_path: Path,
) -> None:
    folder = Folder(a_csv=OLD, b_csv=NEW)
    ours = f"f/{temporary_name('b.csv', TOKEN)}"

    def lose() -> None:
        del folder.files[ours]

    folder.before["replace"] = [ConnectionFailed("lost")]
    folder.on["connect"] = lambda: folder.on.update(connect=lose)

    assert deliver(folder, tmp_path, "a.csv", "b.csv") == [ReplacedBy.POSIX_RENAME] * 2
    assert folder.files == {"f/a.csv": NEW, "f/b.csv": NEW}


def test_a_rename_lost_with_the_connection_is_repeated_on_the_next(tmp_path: Path) -> None:
    folder = Folder(a_csv=OLD)
    folder.before["replace"] = [ConnectionFailed("lost")]

    assert deliver(folder, tmp_path, "a.csv") == [ReplacedBy.POSIX_RENAME]


@pytest.mark.parametrize("left", [b"", NEW[:-1], None])
def test_a_finished_upload_that_the_server_lost_is_repeated_on_the_next_connection(
    left: bytes | None, tmp_path: Path
) -> None:
    """A server that went down may have lost a file, or its end, that it had confirmed."""
    folder = Folder(a_csv=OLD, b_csv=OLD)
    ours = f"f/{temporary_name('a.csv', TOKEN)}"

    def lose() -> None:
        del folder.files[ours]
        if left is not None:
            folder.files[ours] = left

    folder.on["upload"] = lambda: folder.before.update(upload=[ConnectionFailed("lost")])
    folder.on["connect"] = lambda: folder.on.update(connect=lose)

    deliver(folder, tmp_path, "a.csv", "b.csv")

    assert folder.files == {"f/a.csv": NEW, "f/b.csv": NEW}


def test_a_vanished_temporary_file_beside_the_old_file_is_not_delivered(
    tmp_path: Path,
) -> None:
    folder = Folder(a_csv=OLD)
    folder.before["replace"] = [ConnectionFailed("lost")]
    ours = f"f/{temporary_name('a.csv', TOKEN)}"
    folder.on["names"] = lambda: folder.on.update(names=lambda: folder.files.pop(ours))  # type: ignore[dict-item]

    with pytest.raises(DeliveryError):
        deliver(folder, tmp_path, "a.csv")

    assert folder.files == {"f/a.csv": OLD}


def test_a_run_that_lost_the_lease_removes_and_renames_nothing(tmp_path: Path) -> None:
    """Its own clock says that the lease is held: only the table knows of the successor."""
    table = LeaseTable()
    folder = Folder(a_csv=OLD)
    successors = f"f/{temporary_name('a.csv', 'ffff')}"

    def lose_it() -> None:
        table.is_lost = True
        folder.files[successors] = NEW

    folder.on["names"] = lose_it

    with pytest.raises(LeaseLost):
        deliver(folder, tmp_path, "a.csv", lease=held_lease(table))

    assert folder.files["f/a.csv"] == OLD
    assert successors in folder.files


def test_a_run_that_lost_the_lease_uploads_no_more(tmp_path: Path) -> None:
    table = LeaseTable()
    folder, lease = Folder(), held_lease(table)

    def lose_it() -> None:
        table.is_lost = True
        lease.renew()

    folder.on["upload"] = lose_it

    with pytest.raises(LeaseLost):
        deliver(folder, tmp_path, "a.csv", "b.csv", lease=lease)

    assert folder.log.count("upload") == 1


def deliver_with_done_files(
    folder: Folder, tmp_path: Path, *names: str, lease: HeldLease | None = None
) -> list[ReplacedBy]:
    for name in names:
        (tmp_path / name).write_bytes(NEW)
    files = [FinishedFile(name, tmp_path / name) for name in names]
    server = RunConnection(folder, lambda: ACCOUNT)  # type: ignore[arg-type]  # a fake of the port
    placed = deliver_files(
        with_done_files(files, tmp_path / "empty"),
        "f",
        server=server,
        lease=lease or held_lease(),
        pause=lambda _: None,
    )
    return [one.way for one in placed]


def test_old_done_files_are_removed_before_the_first_rename_and_new_ones_come_last(
    tmp_path: Path,
) -> None:
    folder = Folder(a_csv=OLD, a_csv_done=b"", b_csv=OLD, b_csv_done=b"")

    deliver_with_done_files(folder, tmp_path, "a.csv", "b.csv")

    at_the_end = ["names", "remove", "remove", *["replace"] * 4]
    assert folder.log == ["connect", *["upload"] * 4, *at_the_end]
    assert folder.files == {
        "f/a.csv": NEW,
        "f/b.csv": NEW,
        "f/a.csv.done": b"",
        "f/b.csv.done": b"",
    }


def test_a_half_replaced_set_has_no_done_files(tmp_path: Path) -> None:
    folder = Folder(a_csv=OLD, a_csv_done=b"", b_csv=OLD, b_csv_done=b"")
    folder.on["replace"] = lambda: folder.before.update(replace=[FolderMissing("no right")])

    with pytest.raises(FolderMissing):
        deliver_with_done_files(folder, tmp_path, "a.csv", "b.csv")

    assert folder.files == {"f/a.csv": NEW, "f/b.csv": OLD}


def test_a_failed_delivery_keeps_the_done_files_of_the_old_files(tmp_path: Path) -> None:
    folder = Folder(a_csv=OLD, a_csv_done=b"")
    folder.before["upload"] = [UploadIncomplete("disk full")]

    with pytest.raises(UploadIncomplete):
        deliver_with_done_files(folder, tmp_path, "a.csv")

    assert folder.files == {"f/a.csv": OLD, "f/a.csv.done": b""}
