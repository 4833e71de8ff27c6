"""Uploads, replacements and listings against a server that misbehaves."""

import inspect
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path

import paramiko
import paramiko.ssh_exception
import pytest

from registration_sync.adapters.sftp import client
from registration_sync.adapters.sftp.client import Attributes
from registration_sync.adapters.sftp.servers import ParamikoSftpServers
from registration_sync.adapters.sftp.session import ParamikoSftpSession
from registration_sync.adapters.sftp.transport import PEER_ERRORS, Limits
from registration_sync.domain.connections.sftp import RemoteFile, ReplacedBy
from registration_sync.domain.errors import (
    ConnectionFailed,
    FolderMissing,
    NameRefused,
    PermissionRefused,
    ReplaceUnsupported,
    TerminalDeliveryError,
    TransientDeliveryError,
    UploadIncomplete,
    UploadTooSlow,
)
from registration_sync.domain.temporary_names import is_temporary_name_of
from registration_sync.use_cases.delivery.deliver_files import (
    FinishedFile,
    RunConnection,
    deliver_files,
)
from tests.support.sftp_servers import AsyncSftpServer, SlowProxy, ThrottledProxy
from tests.unit.test_deliver_files import held_lease

FINAL = "students.csv"
TEMPORARY = ".students.csv.ab12.part"
NEW = b"Student_Number\r\n007\r\n"
OLD = b"Student_Number\r\n006\r\n"
IMPATIENT = Limits(silence_seconds=1)
USUAL = Limits(settle_seconds=0.5)
"""For servers that go silent; the others need more time on a busy machine."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    return folder


@pytest.fixture
def server(root: Path) -> Iterator[AsyncSftpServer]:
    with AsyncSftpServer(root) as running:
        yield running


@pytest.fixture
def session(server: AsyncSftpServer) -> Iterator[ParamikoSftpSession]:
    opened = open_session(server)
    yield opened
    opened.close()


@pytest.fixture
def impatient_session(server: AsyncSftpServer) -> Iterator[ParamikoSftpSession]:
    opened = open_session(server, IMPATIENT)
    yield opened
    opened.close()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "new.csv"
    path.write_bytes(NEW)
    return path


def open_session(
    server: AsyncSftpServer, limits: Limits | None = None, **changes: object
) -> ParamikoSftpSession:
    servers = ParamikoSftpServers([ip_network("127.0.0.1/32")], limits=limits or USUAL)
    return servers.connect(server.account(**changes))


# Uploading


@pytest.mark.parametrize("size", [0, 1, 2, 32768, 32769, 65536, 1 << 20, (1 << 20) + 1, 5_000_000])
def test_every_byte_arrives(
    session: ParamikoSftpSession, root: Path, tmp_path: Path, size: int
) -> None:
    content = os.urandom(size)
    (tmp_path / "big.csv").write_bytes(content)

    session.upload(tmp_path / "big.csv", TEMPORARY)

    assert (root / TEMPORARY).read_bytes() == content


@pytest.mark.parametrize("number", [1, 2, 17, 31, 32, 33])
def test_one_failed_write_in_a_megabyte_is_noticed_and_the_old_file_stays(
    server: AsyncSftpServer, session: ParamikoSftpSession, root: Path, tmp_path: Path, number: int
) -> None:
    (root / FINAL).write_bytes(OLD)
    (tmp_path / "big.csv").write_bytes(os.urandom(1 << 20))
    server.faults.fail_write = number

    with pytest.raises(UploadIncomplete, match="free space"):
        session.upload(tmp_path / "big.csv", TEMPORARY)

    assert (root / FINAL).read_bytes() == OLD
    server.faults.fail_write = None
    session.upload(tmp_path / "big.csv", TEMPORARY)  # the connection still works


def test_a_disk_that_is_full_at_the_close_is_noticed(
    server: AsyncSftpServer, session: ParamikoSftpSession, source: Path
) -> None:
    server.faults.failing.add("close")

    with pytest.raises(UploadIncomplete, match="Failure"):
        session.upload(source, TEMPORARY)


def test_other_bytes_of_the_same_size_are_noticed(
    server: AsyncSftpServer, session: ParamikoSftpSession, source: Path
) -> None:
    server.faults.spoil_write = 1

    with pytest.raises(UploadIncomplete, match="other bytes"):
        session.upload(source, TEMPORARY)


@pytest.mark.parametrize("number", [1, 17, 32])
def test_other_bytes_anywhere_in_a_megabyte_are_noticed(
    server: AsyncSftpServer, session: ParamikoSftpSession, tmp_path: Path, number: int
) -> None:
    (tmp_path / "big.csv").write_bytes(os.urandom(1 << 20))
    server.faults.spoil_write = number

    with pytest.raises(UploadIncomplete, match="other bytes"):
        session.upload(tmp_path / "big.csv", TEMPORARY)


@pytest.mark.parametrize("longest", [1, 1000, 32767])
def test_short_reads_are_put_together(
    server: AsyncSftpServer, session: ParamikoSftpSession, tmp_path: Path, longest: int
) -> None:
    (tmp_path / "big.csv").write_bytes(os.urandom(300 if longest == 1 else 200_000))
    server.faults.longest_read = longest

    session.upload(tmp_path / "big.csv", TEMPORARY)

    server.faults.spoil_write = 1
    with pytest.raises(UploadIncomplete, match="other bytes"):
        session.upload(tmp_path / "big.csv", FINAL)


@pytest.mark.parametrize("number", [1, 2, 32])
@pytest.mark.parametrize("longest", [None, 1000])
def test_one_refused_read_among_many_leaves_the_connection_working(
    server: AsyncSftpServer,
    session: ParamikoSftpSession,
    tmp_path: Path,
    number: int,
    longest: int | None,
) -> None:
    (tmp_path / "big.csv").write_bytes(os.urandom(1 << 20))
    server.faults.fail_read = number
    server.faults.longest_read = longest

    session.upload(tmp_path / "big.csv", TEMPORARY)

    assert session.replace(TEMPORARY, FINAL) is ReplacedBy.POSIX_RENAME
    assert session.names("") == [FINAL]


def test_a_file_shorter_than_was_sent_is_noticed(
    server: AsyncSftpServer, session: ParamikoSftpSession, source: Path
) -> None:
    server.faults.lose_writes = True

    with pytest.raises(UploadIncomplete, match="holds 0 bytes"):
        session.upload(source, TEMPORARY)


@pytest.mark.parametrize("operation", ["stat", "read"])
@pytest.mark.parametrize("refusal", ["forbidden", "failing", "unsupported"])
def test_an_account_that_may_only_write_can_upload(
    server: AsyncSftpServer,
    session: ParamikoSftpSession,
    root: Path,
    source: Path,
    operation: str,
    refusal: str,
) -> None:
    getattr(server.faults, refusal).add(operation)

    session.upload(source, TEMPORARY)

    assert (root / TEMPORARY).read_bytes() == NEW


def test_a_server_that_does_not_report_the_size_is_tolerated(
    server: AsyncSftpServer, session: ParamikoSftpSession, source: Path
) -> None:
    server.faults.size_unknown = True

    assert session.upload(source, TEMPORARY) is None

    assert session.find(TEMPORARY) == RemoteFile(TEMPORARY, None)


def test_an_upload_that_vanishes_is_not_complete(
    server: AsyncSftpServer, session: ParamikoSftpSession, source: Path
) -> None:
    server.faults.importer_takes.add(TEMPORARY)

    with pytest.raises(NameRefused, match="gone") as refused:
        session.upload(source, TEMPORARY)

    assert isinstance(refused.value.reason, UploadIncomplete)


def test_a_missing_folder_is_named(session: ParamikoSftpSession, source: Path) -> None:
    with pytest.raises(NameRefused, match="no/such/folder") as refused:
        session.upload(source, f"no/such/folder/{TEMPORARY}")

    assert isinstance(refused.value.reason, FolderMissing)


def test_a_folder_that_the_account_may_not_write_to_is_named(
    server: AsyncSftpServer, session: ParamikoSftpSession, source: Path
) -> None:
    server.faults.forbidden.add("open")

    with pytest.raises(NameRefused, match=r"students\.csv") as refused:
        session.upload(source, TEMPORARY)

    assert isinstance(refused.value.reason, PermissionRefused)


def test_a_missing_local_file_is_not_blamed_on_the_server(session: ParamikoSftpSession) -> None:
    with pytest.raises(FileNotFoundError):
        session.upload(Path("/nonexistent/file.csv"), TEMPORARY)


def test_a_folder_without_a_file_type_is_accepted(
    session: ParamikoSftpSession, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The field is called permissions; only by custom does it contain the file type."""
    real = session._client.attributes

    def attributes(path: str) -> Attributes:
        found = real(path)
        assert found.mode
        return replace(found, mode=found.mode & 0o777)

    monkeypatch.setattr(session._client, "attributes", attributes)
    session.make_folder("exports/2025")
    session.make_folder("exports/2025")
    session.upload(source, TEMPORARY)

    monkeypatch.undo()
    with pytest.raises(FolderMissing, match="file, not a folder"):
        session.make_folder(TEMPORARY)


def test_a_file_takes_at_most_eight_round_trips(server: AsyncSftpServer, tmp_path: Path) -> None:
    (tmp_path / "file.csv").write_bytes(os.urandom(100_000))
    with SlowProxy(server.port) as line:
        session = open_session(server, port=line.port)
        line.round_trips = 0

        session.upload(tmp_path / "file.csv", TEMPORARY)
        session.replace(TEMPORARY, FINAL)

        assert line.round_trips <= 8
        session.close()


@pytest.mark.parametrize(
    ("size", "seconds_left", "is_stopped"), [(20_000_000, 8, True), (4_000_000, 900, False)]
)
def test_an_upload_that_cannot_end_in_time_is_stopped_at_once(
    server: AsyncSftpServer, tmp_path: Path, size: int, seconds_left: float, is_stopped: bool
) -> None:
    """Otherwise each run would use up its time for the file, and fail."""
    (tmp_path / "big.csv").write_bytes(os.urandom(size))
    ends_at = time.monotonic() + seconds_left
    with ThrottledProxy(server.port, 2_000_000) as line:
        servers = ParamikoSftpServers(
            [ip_network("127.0.0.1/32")],
            seconds_left=lambda: ends_at - time.monotonic(),
            limits=Limits(pace_seconds=0.2, before_end_seconds=0),
        )
        session = servers.connect(server.account(port=line.port))
        stopped = pytest.raises(UploadTooSlow, match="kB a second") if is_stopped else nullcontext()

        with stopped:
            session.upload(tmp_path / "big.csv", TEMPORARY)

        session.close()


# Replacing


def test_posix_rename_replaces_the_old_file(
    session: ParamikoSftpSession, root: Path, source: Path
) -> None:
    (root / FINAL).write_bytes(OLD)
    session.upload(source, TEMPORARY)

    assert session.replace(TEMPORARY, FINAL) is ReplacedBy.POSIX_RENAME

    assert {path.name: path.read_bytes() for path in root.iterdir()} == {FINAL: NEW}


@pytest.mark.parametrize("refusal", ["unsupported", "failing", "forbidden"])
@pytest.mark.parametrize(
    ("old", "rename_replaces", "way"),
    [
        (None, False, ReplacedBy.NEW),
        (OLD, True, ReplacedBy.RENAME),
        (OLD, False, ReplacedBy.ASIDE_AND_RENAME),
    ],
)
def test_a_server_without_posix_rename_gets_the_next_best_way(
    server: AsyncSftpServer,
    session: ParamikoSftpSession,
    root: Path,
    source: Path,
    refusal: str,
    old: bytes | None,
    rename_replaces: bool,
    way: ReplacedBy,
) -> None:
    if old:
        (root / FINAL).write_bytes(old)
    getattr(server.faults, refusal).add("posix_rename")
    server.faults.rename_replaces = rename_replaces
    session.upload(source, TEMPORARY)

    assert session.replace(TEMPORARY, FINAL) is way

    assert {path.name: path.read_bytes() for path in root.iterdir()} == {FINAL: NEW}


@pytest.mark.parametrize("refusal", ["unsupported", "failing"])
def test_a_missing_operation_is_requested_once(
    server: AsyncSftpServer, session: ParamikoSftpSession, source: Path, refusal: str
) -> None:
    getattr(server.faults, refusal).add("posix_rename")

    for name in ("students.csv", "contacts.csv", "schools.csv"):
        session.upload(source, f".{name}.ab12.part")
        session.replace(f".{name}.ab12.part", name)

    assert [operation for operation, _ in server.requests].count("posix_rename") == 1


@pytest.mark.parametrize("refusal", ["unsupported", "failing"])
@pytest.mark.parametrize("old", [None, OLD])
def test_a_server_that_cannot_rename_leaves_the_old_file_alone(
    server: AsyncSftpServer,
    session: ParamikoSftpSession,
    root: Path,
    source: Path,
    refusal: str,
    old: bytes | None,
) -> None:
    if old:
        (root / FINAL).write_bytes(old)
    getattr(server.faults, refusal).update({"posix_rename", "rename"})
    session.upload(source, TEMPORARY)

    with pytest.raises(ReplaceUnsupported, match="writing in place") as failed:
        session.replace(TEMPORARY, FINAL)

    assert isinstance(failed.value, TerminalDeliveryError)
    assert (root / FINAL).exists() == bool(old)
    assert not old or (root / FINAL).read_bytes() == old


@pytest.mark.parametrize("old", [None, OLD])
def test_a_server_that_cannot_rename_is_written_in_place_where_allowed(
    server: AsyncSftpServer, root: Path, source: Path, old: bytes | None
) -> None:
    if old:
        (root / FINAL).write_bytes(old)
    server.faults.unsupported.update({"posix_rename", "rename"})
    session = open_session(server, write_in_place=True)
    session.upload(source, TEMPORARY)

    assert session.replace(TEMPORARY, FINAL) is ReplacedBy.IN_PLACE

    assert {path.name: path.read_bytes() for path in root.iterdir()} == {FINAL: NEW}
    session.close()


def test_writing_in_place_requires_an_upload_by_the_same_session(
    server: AsyncSftpServer, root: Path
) -> None:
    (root / TEMPORARY).write_bytes(NEW)
    server.faults.unsupported.update({"posix_rename", "rename"})
    session = open_session(server, write_in_place=True)

    with pytest.raises(TransientDeliveryError, match="has not uploaded it"):
        session.replace(TEMPORARY, FINAL)

    session.close()


def test_forbidden_renames_are_reported_as_missing_permission(
    server: AsyncSftpServer, session: ParamikoSftpSession, source: Path
) -> None:
    server.faults.forbidden.update({"posix_rename", "rename"})
    session.upload(source, TEMPORARY)

    with pytest.raises(PermissionRefused):
        session.replace(TEMPORARY, FINAL)


def test_the_old_file_is_restored_if_the_new_one_is_refused(
    server: AsyncSftpServer, session: ParamikoSftpSession, root: Path, source: Path
) -> None:
    (root / FINAL).write_bytes(OLD)
    server.faults.unsupported.add("posix_rename")
    server.faults.fail_renames = {3}  # the first finds the old file there, the second moves it
    session.upload(source, TEMPORARY)

    with pytest.raises(ReplaceUnsupported):
        session.replace(TEMPORARY, FINAL)

    assert (root / FINAL).read_bytes() == OLD


def test_the_message_says_where_an_old_file_is_that_cannot_be_restored(
    server: AsyncSftpServer, session: ParamikoSftpSession, root: Path, source: Path
) -> None:
    (root / FINAL).write_bytes(OLD)
    server.faults.unsupported.add("posix_rename")
    server.faults.fail_renames = {3, 4}
    session.upload(source, TEMPORARY)

    with pytest.raises(UploadIncomplete) as failed:
        session.replace(TEMPORARY, FINAL)

    (aside,) = (path for path in root.iterdir() if path.read_bytes() == OLD)
    assert aside.name in failed.value.message
    assert is_temporary_name_of(aside.name, FINAL)  # the next run removes it


def test_an_old_file_that_cannot_be_removed_aside_does_no_harm(
    server: AsyncSftpServer, session: ParamikoSftpSession, root: Path, source: Path
) -> None:
    (root / FINAL).write_bytes(OLD)
    server.faults.unsupported.add("posix_rename")
    server.faults.forbidden.add("remove")
    session.upload(source, TEMPORARY)

    assert session.replace(TEMPORARY, FINAL) is ReplacedBy.ASIDE_AND_RENAME

    assert (root / FINAL).read_bytes() == NEW


@pytest.mark.parametrize("lacking", [set(), {"posix_rename"}])
def test_a_file_that_the_importer_takes_at_once_is_delivered(
    server: AsyncSftpServer, session: ParamikoSftpSession, source: Path, lacking: set[str]
) -> None:
    server.faults.unsupported = lacking
    server.faults.importer_takes.add(FINAL)
    session.upload(source, TEMPORARY)

    session.replace(TEMPORARY, FINAL)

    assert session.find(FINAL) is None


@pytest.mark.parametrize("lacking", [set(), {"posix_rename"}])
def test_a_temporary_file_that_was_removed_meanwhile_is_not_put_in_place(
    server: AsyncSftpServer,
    session: ParamikoSftpSession,
    root: Path,
    source: Path,
    lacking: set[str],
) -> None:
    (root / FINAL).write_bytes(OLD)
    server.faults.unsupported = lacking
    session.upload(source, TEMPORARY)
    session.remove(TEMPORARY)

    with pytest.raises(UploadIncomplete, match="is gone"):
        session.replace(TEMPORARY, FINAL)

    assert (root / FINAL).read_bytes() == OLD


@pytest.mark.parametrize(("moment", "arrived"), [("drop_before", OLD), ("drop_after", NEW)])
def test_the_outcome_of_a_rename_interrupted_by_a_lost_connection_can_be_determined(
    server: AsyncSftpServer,
    session: ParamikoSftpSession,
    root: Path,
    source: Path,
    moment: str,
    arrived: bytes,
) -> None:
    (root / FINAL).write_bytes(OLD)
    session.upload(source, TEMPORARY)
    getattr(server.faults, moment).add("posix_rename")

    with pytest.raises(ConnectionFailed, match=r"replacing students\.csv") as failed:
        session.replace(TEMPORARY, FINAL)

    assert isinstance(failed.value, TransientDeliveryError)
    fresh = open_session(server)
    assert (fresh.find(TEMPORARY) is None) == (arrived == NEW)
    assert (root / FINAL).read_bytes() == arrived
    fresh.close()


# Folders, names and files


@pytest.mark.parametrize("folder", ["2025", "SISData/exports/2025", "SISData/exports/2025/"])
def test_missing_folders_are_made(session: ParamikoSftpSession, root: Path, folder: str) -> None:
    session.make_folder(folder)
    session.make_folder(folder)

    assert (root / folder).is_dir()


def test_an_existing_folder_costs_one_request(
    server: AsyncSftpServer, session: ParamikoSftpSession, root: Path
) -> None:
    (root / "SISData/exports").mkdir(parents=True)

    session.make_folder("/SISData/exports")

    assert server.requests == [("stat", "/SISData/exports")]


@pytest.mark.parametrize("folder", ["", "/"])
def test_the_start_folder_always_exists(session: ParamikoSftpSession, folder: str) -> None:
    session.make_folder(folder)


def test_a_folder_created_meanwhile_by_another_program_is_accepted(
    server: AsyncSftpServer, session: ParamikoSftpSession, root: Path
) -> None:
    server.before["mkdir"] = (root / "2025").mkdir

    session.make_folder("2025")


@pytest.mark.parametrize(
    ("refusal", "error"), [("failing", FolderMissing), ("forbidden", PermissionRefused)]
)
def test_a_folder_that_cannot_be_made_is_named(
    server: AsyncSftpServer,
    session: ParamikoSftpSession,
    refusal: str,
    error: type[Exception],
) -> None:
    getattr(server.faults, refusal).add("mkdir")

    with pytest.raises(error, match="SISData/exports/2025"):
        session.make_folder("SISData/exports/2025")


@pytest.mark.parametrize("refusal", ["forbidden", "failing"])
def test_upper_folders_that_are_not_visible_are_made_if_the_server_allows_it(
    server: AsyncSftpServer, session: ParamikoSftpSession, root: Path, source: Path, refusal: str
) -> None:
    """Some servers answer anything but "no such file" for a folder that does not exist."""
    (root / "SISData").mkdir()
    getattr(server.faults, refusal).add("stat")

    session.make_folder("SISData/exports")
    session.upload(source, f"SISData/exports/{TEMPORARY}")

    assert (root / "SISData/exports" / TEMPORARY).read_bytes() == NEW


def test_a_refused_folder_that_is_not_visible_is_assumed_to_exist(
    server: AsyncSftpServer, session: ParamikoSftpSession
) -> None:
    server.faults.forbidden.update({"stat", "mkdir"})

    session.make_folder("SISData/exports")


def test_a_file_in_place_of_a_folder_is_reported(session: ParamikoSftpSession, root: Path) -> None:
    (root / "exports").write_bytes(b"")

    with pytest.raises(FolderMissing, match="is a file"):
        session.make_folder("exports/2025")


def test_the_names_of_a_folder(session: ParamikoSftpSession, root: Path) -> None:
    (root / "2025").mkdir()
    (root / "2025" / FINAL).write_bytes(NEW)
    (root / "2025" / TEMPORARY).write_bytes(NEW)

    assert sorted(session.names("2025")) == [TEMPORARY, FINAL]
    assert session.names("") == ["2025"]
    assert session.names("no-such-folder") == []


@pytest.mark.parametrize("refusal", ["forbidden", "failing", "unsupported"])
def test_a_refused_listing_has_no_names(
    server: AsyncSftpServer, session: ParamikoSftpSession, root: Path, refusal: str
) -> None:
    (root / FINAL).write_bytes(NEW)
    getattr(server.faults, refusal).add("listing")

    assert session.names("") == []


def test_names_that_are_not_utf_8_do_no_harm(session: ParamikoSftpSession, root: Path) -> None:
    Path(os.fsdecode(os.fsencode(root) + b"/\xe9l\xe8ves.csv")).write_bytes(NEW)

    (name,) = session.names("")

    assert os.fsencode(name) == b"\xe9l\xe8ves.csv"
    assert session.find(FINAL) is None


def test_a_file_is_found_with_its_size_and_time(session: ParamikoSftpSession, root: Path) -> None:
    (root / FINAL).write_bytes(NEW)
    os.utime(root / FINAL, (1_700_000_000, 1_772_485_200))

    assert session.find(FINAL) == RemoteFile(FINAL, len(NEW), 1_772_485_200)
    assert session.find("other.csv") is None


@pytest.mark.parametrize("in_place", [False, True])
def test_an_upload_returns_the_time_of_the_finished_file(
    server: AsyncSftpServer, root: Path, source: Path, in_place: bool
) -> None:
    if in_place:
        server.faults.unsupported |= {"rename", "posix_rename"}
    (root / FINAL).write_bytes(OLD)
    session = open_session(server, write_in_place=in_place)

    modified = session.upload(source, TEMPORARY)
    session.replace(TEMPORARY, FINAL)

    found = session.find(FINAL)
    assert found
    assert modified is not None
    assert (found.modified or 0) - modified in {0, 1}
    session.close()


def test_removing_a_missing_file_is_no_error(session: ParamikoSftpSession, root: Path) -> None:
    (root / FINAL).write_bytes(NEW)

    session.remove(FINAL)
    session.remove(FINAL)

    assert not (root / FINAL).exists()


# Connections lost during a delivery


def deliver(
    server: AsyncSftpServer,
    source: Path,
    *,
    meanwhile: Callable[[], object] = lambda: None,
    **account: object,
) -> list[ReplacedBy]:
    """`meanwhile` is called while the connection is lost."""

    def pause(_seconds: float) -> None:
        server.faults.drop_before.clear()
        meanwhile()

    servers = ParamikoSftpServers([ip_network("127.0.0.1/32")])
    connection = RunConnection(servers, lambda: server.account(**account))
    try:
        placed = deliver_files(
            [FinishedFile(FINAL, source)],
            "f",
            server=connection,
            lease=held_lease(),
            pause=pause,
        )
    finally:
        connection.close()
    return [one.way for one in placed]


def test_a_file_half_written_in_place_is_rewritten_on_the_next_connection(
    server: AsyncSftpServer, root: Path, source: Path
) -> None:
    (root / "f").mkdir()
    (root / "f" / FINAL).write_bytes(OLD)
    server.faults.unsupported.update({"posix_rename", "rename"})

    server.before["rename"] = lambda: server.faults.drop_before.add("write")

    assert deliver(server, source, write_in_place=True) == [ReplacedBy.IN_PLACE]

    assert {path.name: path.read_bytes() for path in (root / "f").iterdir()} == {FINAL: NEW}


def test_the_old_file_is_kept_aside_until_the_new_one_is_in_place(
    server: AsyncSftpServer, root: Path, source: Path
) -> None:
    (root / "f").mkdir()
    (root / "f" / FINAL).write_bytes(OLD)
    server.faults.unsupported.add("posix_rename")
    seen: list[set[bytes]] = []

    def record() -> None:
        seen.append({path.read_bytes() for path in (root / "f").iterdir()})

    def reconnected() -> None:
        server.faults.drop_after.clear()
        server.before["rename"] = record

    def lose_it() -> None:  # once the old file is aside
        server.faults.drop_after.add("rename")
        server.before["listing"] = reconnected

    server.before["rename"] = lambda: server.before.update(rename=lose_it)

    assert deliver(server, source) == [ReplacedBy.NEW]

    assert seen == [{OLD, NEW}]
    assert {path.name: path.read_bytes() for path in (root / "f").iterdir()} == {FINAL: NEW}


def temporary_files(root: Path) -> list[Path]:
    return [path for path in (root / "f").iterdir() if path.name.endswith(".part")]


def test_a_temporary_file_that_lost_its_end_is_uploaded_again(
    server: AsyncSftpServer, root: Path, source: Path
) -> None:
    """As after a power failure of the server, between the upload and the rename."""
    server.faults.drop_before.add("posix_rename")

    def lose_the_end() -> None:
        (temporary,) = temporary_files(root)
        os.truncate(temporary, 5)

    assert deliver(server, source, meanwhile=lose_the_end) == [ReplacedBy.POSIX_RENAME]

    assert (root / "f" / FINAL).read_bytes() == NEW


def test_the_old_file_of_the_same_size_is_not_taken_for_the_new_one(
    server: AsyncSftpServer, root: Path, source: Path
) -> None:
    """The new one is delivered again."""
    (root / "f").mkdir()
    (root / "f" / FINAL).write_bytes(OLD)
    assert len(OLD) == len(NEW)
    server.faults.drop_before.add("posix_rename")

    def lose_the_upload() -> None:
        (temporary,) = temporary_files(root)
        temporary.unlink()

    assert deliver(server, source, meanwhile=lose_the_upload) == [ReplacedBy.POSIX_RENAME]

    assert (root / "f" / FINAL).read_bytes() == NEW


def test_nothing_is_moved_aside_for_a_temporary_file_that_is_gone(
    server: AsyncSftpServer, session: ParamikoSftpSession, root: Path, source: Path
) -> None:
    """A late run finds its upload removed by its successor, whose file must stay."""
    (root / FINAL).write_bytes(OLD)
    server.faults.unsupported.add("posix_rename")
    server.faults.fail_renames = {1}  # and not with "no such file"
    session.upload(source, TEMPORARY)
    server.before["rename"] = (root / TEMPORARY).unlink

    with pytest.raises(UploadIncomplete, match="is gone"):
        session.replace(TEMPORARY, FINAL)

    assert {path.name: path.read_bytes() for path in root.iterdir()} == {FINAL: OLD}


# Silence, lost connections, and the time limit


@pytest.mark.parametrize("operation", ["open", "write", "close", "stat", "read"])
def test_a_server_that_goes_silent_ends_within_the_limit(
    server: AsyncSftpServer, impatient_session: ParamikoSftpSession, source: Path, operation: str
) -> None:
    server.faults.silent.add(operation)
    started = time.monotonic()

    with pytest.raises(ConnectionFailed, match="without an answer, while uploading") as failed:
        impatient_session.upload(source, TEMPORARY)

    assert time.monotonic() - started < 4
    assert f"{server.host}:{server.port}" in failed.value.message


def test_a_blocked_connection_ends_within_the_limit(
    server: AsyncSftpServer, tmp_path: Path
) -> None:
    """TCP's window fills up before the one of SSH: paramiko itself would wait without limit."""
    (tmp_path / "big.csv").write_bytes(os.urandom(1_500_000))
    with SlowProxy(server.port, 0) as line:
        session = open_session(server, IMPATIENT, port=line.port)
        session._link.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        line.freeze()
        started = time.monotonic()

        with pytest.raises(ConnectionFailed, match="without an answer, while uploading"):
            session.upload(tmp_path / "big.csv", TEMPORARY)

        assert time.monotonic() - started < 4
        session.close()


def test_a_server_that_goes_silent_at_the_rename_ends_within_the_limit(
    server: AsyncSftpServer, impatient_session: ParamikoSftpSession, source: Path
) -> None:
    impatient_session.upload(source, TEMPORARY)
    server.faults.silent.add("posix_rename")
    started = time.monotonic()

    with pytest.raises(ConnectionFailed, match="without an answer, while replacing"):
        impatient_session.replace(TEMPORARY, FINAL)

    assert time.monotonic() - started < 4


@pytest.mark.parametrize("operation", ["open", "write", "close", "stat", "read"])
def test_a_lost_connection_is_reported(
    server: AsyncSftpServer, session: ParamikoSftpSession, source: Path, operation: str
) -> None:
    server.faults.drop_before.add(operation)

    with pytest.raises(ConnectionFailed, match="was lost, while uploading"):
        session.upload(source, TEMPORARY)
    with pytest.raises(ConnectionFailed):
        session.find(TEMPORARY)


@pytest.mark.parametrize("_attempt", range(10))
def test_a_connection_lost_during_many_reads_is_reported(
    server: AsyncSftpServer, session: ParamikoSftpSession, tmp_path: Path, _attempt: int
) -> None:
    """No thread may be left with an unhandled error: pytest reports it."""
    (tmp_path / "big.csv").write_bytes(os.urandom(1 << 20))
    server.faults.drop_before.add("read")

    with pytest.raises(ConnectionFailed, match="was lost, while uploading"):
        session.upload(tmp_path / "big.csv", TEMPORARY)


def test_an_operation_is_cut_when_the_time_is_nearly_up(
    server: AsyncSftpServer, source: Path
) -> None:
    ends_at = time.monotonic() + 20.6
    servers = ParamikoSftpServers(
        [ip_network("127.0.0.1/32")], seconds_left=lambda: ends_at - time.monotonic()
    )
    session = servers.connect(server.account())
    server.faults.silent.add("write")

    with pytest.raises(ConnectionFailed, match="nearly up"):
        session.upload(source, TEMPORARY)

    assert ends_at - time.monotonic() > 18
    session.close()


def test_closing_from_another_thread_ends_a_pending_operation(
    server: AsyncSftpServer, source: Path
) -> None:
    session = ParamikoSftpServers([ip_network("127.0.0.1/32")]).connect(server.account())
    server.faults.silent.add("write")
    threading.Timer(0.3, session.close).start()
    started = time.monotonic()

    with pytest.raises(ConnectionFailed, match="by this service"):
        session.upload(source, TEMPORARY)

    assert time.monotonic() - started < 3
    session.close()


def test_closing_twice_or_after_a_loss_raises_nothing(
    server: AsyncSftpServer, session: ParamikoSftpSession
) -> None:
    server.faults.drop_before.add("stat")
    with pytest.raises(ConnectionFailed):
        session.find(FINAL)

    session.close()
    session.close()


# Errors


def raised_by_libraries() -> list[Exception]:
    """One of each exception class of paramiko, and of the sockets below it."""
    arguments = {
        "BadAuthenticationType": ("text", ["password"]),
        "BadHostKeyException": ("host", None, None),
        "ChannelException": (1, "text"),
        "NoValidConnectionsError": ({("127.0.0.1", 22): OSError()},),
        "PartialAuthentication": (["password"],),
        "ProxyCommandFailure": ("command", "text"),
    }
    classes = [
        exception
        for _, exception in inspect.getmembers(paramiko.ssh_exception, inspect.isclass)
        if issubclass(exception, Exception)
    ]
    return [
        *(exception(*arguments.get(exception.__name__, ("text",))) for exception in classes),
        paramiko.SFTPError("Garbage packet received"),
        EOFError(),
        OSError("Socket is closed"),
        ConnectionResetError(104, "Connection reset by peer"),
        BrokenPipeError(32, "Broken pipe"),
        TimeoutError(),
        socket.gaierror(-2, "Name or service not known"),
        UnicodeDecodeError("utf-8", b"\xe9", 0, 1, "invalid"),
    ]


@pytest.mark.parametrize("error", raised_by_libraries(), ids=lambda error: type(error).__name__)
def test_every_error_of_the_libraries_below_is_mapped(
    session: ParamikoSftpSession, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(_path: str) -> None:
        raise error

    monkeypatch.setattr(session._client, "attributes", fail)

    with pytest.raises(ConnectionFailed, match=r"checking students\.csv"):
        session.find(FINAL)


def test_every_error_class_of_paramiko_is_expected() -> None:
    assert all(isinstance(error, PEER_ERRORS) for error in raised_by_libraries())


def test_a_refusal_in_another_encoding_can_be_read(
    server: AsyncSftpServer, session: ParamikoSftpSession
) -> None:
    server.faults.failing.add("mkdir")
    server.faults.reason = "Accès refusé".encode("cp1252")

    with pytest.raises(FolderMissing, match="refus"):
        session.make_folder("exports")


def test_a_refusal_is_quoted_without_line_breaks(
    server: AsyncSftpServer, session: ParamikoSftpSession
) -> None:
    server.faults.failing.add("mkdir")
    server.faults.reason = "Quota\nexceeded" + "!" * 500

    with pytest.raises(FolderMissing) as failed:
        session.make_folder("exports")

    assert "Quota exceeded!!" in failed.value.message
    assert len(failed.value.message) < 600


def test_names_that_are_paths_are_left_out(
    session: ParamikoSftpSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = [["a.csv", "../a.csv", "b/c.csv", "/etc/passwd", "", ".", "..", "x\0.csv"], []]

    def next_entries(_handle: bytes) -> list[tuple[bytes, Attributes]]:
        return [(name.encode(), Attributes()) for name in sent.pop(0)]

    monkeypatch.setattr(session._client, "_next_entries", next_entries)

    assert session.names("") == ["a.csv"]


@pytest.mark.parametrize("target", ["a.csv", "x" * 5_000])
def test_links_in_a_circle_and_endless_links_are_not_followed(
    session: ParamikoSftpSession, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session._client, "readlink", lambda _path: target)

    assert session._requests.link_target("a.csv") == "a.csv"


def test_the_size_of_an_empty_file_is_not_waited_for(
    session: ParamikoSftpSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session._requests, "wait", lambda seconds: pytest.fail(f"{seconds} s"))
    (tmp_path / "empty").touch()

    session.upload(tmp_path / "empty", TEMPORARY)


def test_too_many_names_are_reported_as_such(
    session: ParamikoSftpSession, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "MAX_NAMES", 3)
    for number in range(4):
        (root / f"{number}.csv").touch()

    with pytest.raises(ConnectionFailed, match="because the folder has more than 3 names"):
        session.names("")


NOT_UTF8 = ".\udce9l\udce8ves.csv.ab12.part"


def test_a_name_that_is_not_utf8_can_be_removed(session: ParamikoSftpSession, root: Path) -> None:
    (root / NOT_UTF8).touch()

    (name,) = session.names("")
    session.remove(name)

    assert not list(root.iterdir())


def test_a_message_about_such_a_name_is_plain_text(
    server: AsyncSftpServer, session: ParamikoSftpSession, root: Path
) -> None:
    server.faults.drop_before = {"remove"}

    with pytest.raises(ConnectionFailed) as raised:
        session.remove(NOT_UTF8)

    assert raised.value.message.encode()


def test_a_link_to_a_name_that_is_not_utf8_is_kept(
    server: AsyncSftpServer, root: Path, source: Path
) -> None:
    (root / FINAL).symlink_to(root / "\udce9l\udce8ves.csv")
    session = open_session(server, keep_links=True)
    session.upload(source, TEMPORARY)

    session.replace(TEMPORARY, FINAL)

    session.close()
    assert (root / FINAL).is_symlink()
    assert (root / FINAL).read_bytes() == NEW
