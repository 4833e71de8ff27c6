"""Every kind of server goes through the same scenario, and check and delivery agree about it."""

from pathlib import Path

import pytest

from registration_sync.domain.connections.sftp import LISTS_NOT, REMOVES_NOT, SHOWS_NOT, ReplacedBy
from registration_sync.domain.connections.temporary_names import (
    NameForm,
    temporary_name,
    upload_token,
)
from registration_sync.domain.errors import DeliveryError
from registration_sync.domain.runs.check import StepResult
from tests.servers.scenario import FINAL, check, deliver, passes, running
from tests.servers.table import KINDS, Kind
from tests.servers.table import WAYS as REPLACEMENTS

OLD, NEW, NEWER = b"ID\r\n006\r\n", b"ID\r\n007\r\n", b"ID\r\n008\r\n009\r\n"
WAYS = {*REPLACEMENTS, "new", "picked_up"}
SCRIPTED = [kind for kind in KINDS if not kind.real]


@pytest.fixture
def new(tmp_path: Path) -> Path:
    path = tmp_path / "new.csv"
    path.write_bytes(NEW)
    return path


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    path = tmp_path / "newer.csv"
    path.write_bytes(NEWER)
    return path


def outcome(kind: Kind, server: object, source: Path) -> str:
    try:
        ((placed, *_), _traits) = deliver(kind, server, source)
    except DeliveryError as error:
        return error.code
    return placed.way.value


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_first_delivery_replacement_and_leftover(
    kind: Kind, tmp_path: Path, new: Path, newer: Path
) -> None:
    with running(kind, tmp_path / "server") as server:
        final = server.folder / FINAL
        first = outcome(kind, server, new)
        if not kind.is_delivered:
            if final.is_dir():
                assert first == kind.replaces
                return
            final.write_bytes(OLD)
            assert outcome(kind, server, newer) == kind.replaces
            assert final.read_bytes() == OLD
            return
        assert first in {"new", "posix_rename", "in_place", "rename"}
        assert final.read_bytes() == NEW

        assert outcome(kind, server, newer) == kind.replaces
        assert final.read_bytes() == NEWER

        form = NameForm.VISIBLE_WITH_EXTENSION if kind.real else NameForm.HIDDEN
        leftover = server.folder / temporary_name(FINAL, upload_token("c", "dead"), form)
        leftover.write_bytes(OLD)
        (placed,), traits = deliver(kind, server, new)
        assert placed.way.value == kind.replaces
        assert final.read_bytes() == NEW
        assert set(traits.unverified()) == set(kind.says) & {SHOWS_NOT, LISTS_NOT, REMOVES_NOT}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_check_and_delivery_agree(kind: Kind, tmp_path: Path, new: Path, newer: Path) -> None:
    with running(kind, tmp_path / "server") as server:
        steps, learned = check(kind, server, tmp_path / "w")
        said = " ".join(step.message for step in steps)
        found = [outcome(kind, server, source) for source in (new, newer)]

    assert passes(steps) == kind.is_delivered, said
    assert found[1] == kind.replaces
    for sentence in kind.sentences:
        assert sentence in said
    if kind.is_delivered:
        assert learned.replaced_by == ReplacedBy(kind.replaces)


OPERATIONS = ("open", "write", "close", "stat", "listing", "remove", "rename", "posix_rename")
DELIVERED = [kind for kind in SCRIPTED if kind.is_delivered]


@pytest.mark.parametrize("kind", DELIVERED, ids=lambda kind: kind.name)
def test_a_connection_lost_in_any_operation(
    kind: Kind, tmp_path: Path, new: Path, newer: Path
) -> None:
    """A delivery that succeeds has put the new file in place; one that fails has left a whole file.
    The next one succeeds."""
    with running(kind, tmp_path / "server") as server:
        final = server.folder / FINAL
        for operation in OPERATIONS:
            for took_effect in (False, True):
                final.write_bytes(OLD)
                server.rules.drop = (operation, took_effect)

                result = outcome(kind, server, new)

                server.rules.drop = None
                case = (operation, took_effect, result)
                assert final.read_bytes() in ({NEW} if result in WAYS else {OLD, NEW}), case
                assert outcome(kind, server, newer) in WAYS, case
                assert final.read_bytes() == NEWER, case


@pytest.mark.parametrize("kind", DELIVERED, ids=lambda kind: kind.name)
def test_a_file_that_the_importer_collects_at_once_is_delivered(
    kind: Kind, tmp_path: Path, new: Path, newer: Path
) -> None:
    with running(kind, tmp_path / "server") as server:
        server.rules.collects = True
        for source in (new, newer):
            assert outcome(kind, server, source) in WAYS
            assert not (server.folder / FINAL).exists()


@pytest.mark.parametrize("kind", DELIVERED, ids=lambda kind: kind.name)
def test_a_connection_lost_in_any_operation_and_the_file_collected(
    kind: Kind, tmp_path: Path, new: Path
) -> None:
    with running(kind, tmp_path / "server") as server:
        server.rules.collects = True
        for operation in OPERATIONS:
            for took_effect in (False, True):
                server.rules.drop = (operation, took_effect)

                result = outcome(kind, server, new)

                server.rules.drop = None
                assert result in WAYS, (operation, took_effect, result)


@pytest.mark.parametrize("name", ["no deletion", "in place, no deletion"])
def test_files_do_not_pile_up_where_the_account_may_not_delete(
    name: str, tmp_path: Path, new: Path, newer: Path
) -> None:
    kind = next(kind for kind in KINDS if kind.name == name)
    with running(kind, tmp_path / "server") as server:
        _, learned = check(kind, server, tmp_path / "w")
        (server.folder / temporary_name(FINAL, upload_token("c", "dead"))).write_bytes(OLD)
        counts = []
        for source in (new, newer, new):
            deliver(kind, server, source, traits=learned)
            counts.append(len(list(server.folder.iterdir())))

    assert counts[0] == counts[1] == counts[2]


@pytest.mark.parametrize(
    ("name", "keep_links"),
    [("OpenSSH", False), ("OpenSSH", True), ("ProFTPD", True)],  # ProFTPD itself keeps links
)
def test_a_symbolic_link_is_kept_if_the_connection_says_so(
    name: str, keep_links: bool, tmp_path: Path, new: Path
) -> None:
    kind = next(kind for kind in KINDS if kind.name == name)
    with running(kind, tmp_path / "server") as server:
        (server.folder / "data").mkdir()
        (server.folder / "data/real.csv").write_bytes(OLD)
        (server.folder / "data/link.csv").symlink_to("real.csv")
        (server.folder / FINAL).symlink_to("data/link.csv")

        deliver(kind, server, new, keep_links=keep_links)

        assert (server.folder / FINAL).is_symlink() == keep_links
        assert (server.folder / FINAL).read_bytes() == NEW
        assert (server.folder / "data/real.csv").read_bytes() == (NEW if keep_links else OLD)


def test_the_check_names_symbolic_links(tmp_path: Path) -> None:
    kind = next(kind for kind in KINDS if kind.name == "OpenSSH")
    with running(kind, tmp_path / "server") as server:
        (server.folder / FINAL).symlink_to(tmp_path / "elsewhere.csv")
        steps, _ = check(kind, server, tmp_path / "w")

    assert "symbolic links: students.csv" in steps[7].message


@pytest.mark.parametrize("name", ["OpenSSH", "ProFTPD"])
def test_the_check_names_files_with_other_permissions(name: str, tmp_path: Path) -> None:
    kind = next(kind for kind in KINDS if kind.name == name)
    with running(kind, tmp_path / "server") as server:
        deliver(kind, server, Path(__file__))
        same, _ = check(kind, server, tmp_path / "w")
        (server.folder / FINAL).chmod(0o604)
        (server.folder / "other.csv").touch(0o604)
        other, _ = check(kind, server, tmp_path / "w")
        group = (server.folder / FINAL).stat().st_gid

    assert same[7].result == StepResult.OK
    found = f"students.csv has the permissions 0604 and the group {group} on the server"
    assert other[7].result == StepResult.WARNING
    assert found in other[7].message
    assert "other.csv" not in other[7].message
