"""Every kind of server goes through the same scenario, and check and delivery agree about it."""

import itertools
from pathlib import Path

import pytest

from registration_sync.domain.connections.sftp import (
    LISTS_NOT,
    READS_NOT,
    REMOVES_NOT,
    SHOWS_NOT,
    ReplacedBy,
    ServerTraits,
)
from registration_sync.domain.errors import (
    DeliveryError,
    LeaseLost,
    ReplaceUnsupported,
    UploadIncomplete,
)
from registration_sync.domain.runs.check import StepResult
from registration_sync.domain.temporary_names import NameForm, temporary_name, upload_token
from tests.servers.district import District, Result, file_of
from tests.servers.scenario import FINAL, check, deliver, passes, running
from tests.servers.table import (
    COLLECTED,
    DELIVERED,
    FIRST,
    KINDS,
    LEFTOVER,
    LOST,
    REPLACEMENT,
    Kind,
)
from tests.unit.test_deliver_files import LeaseTable, held_lease

OLD, NEW, NEWER = b"ID\r\n006\r\n", b"ID\r\n007\r\n", b"ID\r\n008\r\n009\r\n"
ATTEMPTS = itertools.count()
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


def outcome(kind: Kind, server: object, source: Path, traits: ServerTraits | None = None) -> str:
    try:
        lease = held_lease(attempt=f"{next(ATTEMPTS):04x}")
        ((placed, *_), _traits) = deliver(kind, server, source, traits=traits, lease=lease)
    except DeliveryError as error:
        return error.code
    return placed.way.value


def assert_row(
    kind: Kind, step: str, result: Result, final: Path, *, old: bytes | None, sent: set[str]
) -> None:
    """The result of the run, what is on the server, and who is still due, as the table says; `sent`
    are the students that were due, and `old` is the file before."""
    held = final.read_bytes() if final.is_file() else None
    new = None if step == COLLECTED else file_of(*sent)
    measured = (result.code or DELIVERED, held, result.due)
    if kind.ends(step) == DELIVERED:
        assert measured == (DELIVERED, new, set()), (step, result)
    else:
        assert measured == (kind.ends(step), old, sent), (step, result)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_first_delivery_replacement_and_leftover(kind: Kind, tmp_path: Path) -> None:
    with running(kind, tmp_path / "server") as server:
        final = server.folder / FINAL
        district = District(kind, server, tmp_path / "archive")

        first = district.export("007")
        assert_row(kind, FIRST, first, final, old=None, sent={"007"})
        assert first.way in {"new", "posix_rename", "in_place", "rename", kind.replaces}

        if not final.exists():
            final.write_bytes(OLD)
        old = final.read_bytes() if final.is_file() else None
        second = district.export("008", "009")
        assert_row(kind, REPLACEMENT, second, final, old=old, sent={*first.due, "008", "009"})
        assert second.way == kind.replaces

        form = NameForm.VISIBLE_WITH_EXTENSION if kind.real else NameForm.HIDDEN
        leftover = server.folder / temporary_name(FINAL, upload_token("c", "dead"), form)
        leftover.write_bytes(OLD)
        third = district.export("010")
        assert_row(kind, LEFTOVER, third, final, old=old, sent={*second.due, "010"})
        assert third.way == kind.replaces
        if kind.is_delivered:
            limits = {SHOWS_NOT, READS_NOT, LISTS_NOT, REMOVES_NOT}
            assert set(third.year.warnings) & limits == set(kind.says) & limits


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_check_and_delivery_agree(kind: Kind, tmp_path: Path, new: Path, newer: Path) -> None:
    with running(kind, tmp_path / "server") as server:
        steps, learned = check(kind, server, tmp_path / "w")
        said = " ".join(step.message for step in steps)
        found = [outcome(kind, server, source) for source in (new, newer)]
        after_check = outcome(kind, server, new, learned)

    assert passes(steps) == kind.is_delivered, said
    assert (found[1], after_check) == (kind.replaces, kind.replaces)
    for sentence in kind.sentences:
        assert sentence in said
    if kind.is_delivered:
        assert learned.replaced_by == ReplacedBy(kind.replaces)


OPERATIONS = ("open", "write", "close", "stat", "listing", "remove", "rename", "posix_rename")
WITHOUT_EFFECT = ("stat", "listing")
"""After one of these, or one that the export does not use, the connection is not lost as well: the
server would do the same as before it."""


@pytest.mark.parametrize("kind", SCRIPTED, ids=lambda kind: kind.name)
def test_a_connection_lost_in_any_operation(kind: Kind, tmp_path: Path) -> None:
    """The next run delivers what is still due."""
    with running(kind, tmp_path / "server") as server:
        final = server.folder / FINAL
        for operation in OPERATIONS:
            for took_effect in (False, True):
                old = None if final.is_dir() else OLD
                if old:
                    final.write_bytes(old)
                district = District(kind, server, tmp_path / f"{operation}-{took_effect}")
                server.rules.drop = (operation, took_effect)

                lost = district.export("007")

                is_used, server.rules.drop = server.rules.drop is None, None
                assert_row(kind, LOST, lost, final, old=old, sent={"007"})
                following = district.export("008")
                assert_row(kind, REPLACEMENT, following, final, old=old, sent={*lost.due, "008"})
                if operation in WITHOUT_EFFECT or not is_used:
                    break


@pytest.mark.parametrize("kind", SCRIPTED, ids=lambda kind: kind.name)
def test_a_file_that_the_importer_collects_at_once_is_delivered(kind: Kind, tmp_path: Path) -> None:
    with running(kind, tmp_path / "server") as server:
        server.rules.collects = True
        district, owed = District(kind, server, tmp_path / "archive"), set[str]()
        for student in ("007", "008"):
            result = district.export(student)
            owed |= {student}
            assert_row(
                kind, COLLECTED, result, server.folder / FINAL, old=None, sent={*owed, student}
            )
            owed = result.due


@pytest.mark.parametrize("kind", SCRIPTED, ids=lambda kind: kind.name)
def test_a_connection_lost_in_any_operation_and_the_file_collected(
    kind: Kind, tmp_path: Path
) -> None:
    with running(kind, tmp_path / "server") as server:
        server.rules.collects = True
        for operation in OPERATIONS:
            for took_effect in (False, True):
                district = District(kind, server, tmp_path / f"{operation}-{took_effect}")
                server.rules.drop = (operation, took_effect)

                result = district.export("007")

                is_used, server.rules.drop = server.rules.drop is None, None
                if kind.delivers_new and result.code:  # the temporary file of the lost upload
                    assert (result.code, result.due) == (kind.replaces, {"007"})
                else:
                    assert_row(
                        kind, COLLECTED, result, server.folder / FINAL, old=None, sent={"007"}
                    )
                if operation in WITHOUT_EFFECT or not is_used:
                    break


LATE = [
    kind
    for kind in SCRIPTED
    if kind.is_delivered and kind.rules.keys() & {"rename", "only", "hides", "drop_box"}
]


@pytest.mark.parametrize("is_taught", [False, True], ids=["", "taught"])
@pytest.mark.parametrize("kind", LATE, ids=lambda kind: kind.name)
def test_a_run_that_is_paused_before_it_replaces_a_file_leaves_that_of_its_successor(
    kind: Kind, is_taught: bool, tmp_path: Path, new: Path, newer: Path
) -> None:
    with running(kind, tmp_path / "server") as server:
        traits = check(kind, server, tmp_path / "w")[1] if is_taught else None
        (server.folder / FINAL).write_bytes(OLD)
        table = LeaseTable()
        late = held_lease(table, attempt="aaaa")

        def successor() -> None:
            table.is_lost = not kind.has_fence
            deliver(kind, server, newer, traits=traits, lease=held_lease(attempt="bbbb"))

        late.on_confirm = successor
        with pytest.raises((LeaseLost, UploadIncomplete)):
            deliver(kind, server, new, traits=traits, lease=late)

        assert (server.folder / FINAL).read_bytes() == NEWER


@pytest.mark.parametrize("lazy_listing", [False, True])
def test_a_folder_that_a_drop_box_does_not_show_is_not_moved(
    lazy_listing: bool, tmp_path: Path, new: Path
) -> None:
    rules = {"drop_box": True, "posix_rename": False, "lazy_listing": lazy_listing}
    kind = Kind("drop box", "", rules={**rules, "folder_in_the_way": True})
    with running(kind, tmp_path / "server") as server:
        steps, _ = check(kind, server, tmp_path / "w")
        assert "file or a folder" in steps[7].message
        assert not passes(steps)
        with pytest.raises(ReplaceUnsupported, match="file or a folder"):
            deliver(kind, server, new)

        assert [(path.name, path.is_dir()) for path in server.folder.iterdir()] == [(FINAL, True)]


IN_PLACE_NO_DELETION = {"posix_rename": False, "rename": "unsupported", "removes": False}
WITH_DONE_FILES = [
    (Kind("plain", ""), True),
    (Kind("no deletion", "", rules={"removes": False}), True),
    (Kind("certain extensions", "", rules={"extension": ".csv"}), False),
    (Kind("in place", "", write_in_place=True, rules=IN_PLACE_NO_DELETION), False),
]


@pytest.mark.parametrize(
    ("kind", "works"), WITH_DONE_FILES, ids=[kind.name for kind, _ in WITH_DONE_FILES]
)
def test_check_and_delivery_agree_about_done_files(
    kind: Kind, works: bool, tmp_path: Path, new: Path
) -> None:
    with running(kind, tmp_path / "server") as server:
        steps, learned = check(kind, server, tmp_path / "w", done_file=True)
        (server.folder / FINAL).write_bytes(OLD)
        (server.folder / f"{FINAL}.done").touch()
        try:
            deliver(kind, server, new, traits=learned, done_file=True)
            delivers = True
        except DeliveryError:
            delivers = False
            assert (server.folder / FINAL).read_bytes() == OLD

    assert (passes(steps), delivers) == (works, works), steps


def test_the_check_uses_the_extension_of_the_delivered_files(tmp_path: Path, new: Path) -> None:
    kind = Kind("certain extensions", "", rules={"extension": ".txt"})
    with running(kind, tmp_path / "server") as server:
        steps, learned = check(kind, server, tmp_path / "w", name="students.txt")
        deliver(kind, server, new, traits=learned, name="students.txt")

    assert passes(steps)


def test_a_program_that_takes_every_file_is_named_as_the_cause(tmp_path: Path, new: Path) -> None:
    kind = Kind("plain", "", rules={"collects_all": True})
    with (
        running(kind, tmp_path / "server") as server,
        pytest.raises(UploadIncomplete, match="another program removed it"),
    ):
        deliver(kind, server, new)


def test_the_check_succeeds_where_sizes_are_late_and_files_are_written_in_place(
    tmp_path: Path,
) -> None:
    rules = {"posix_rename": False, "rename": "unsupported", "size_seconds": 0.2}
    kind = Kind("late sizes", "", write_in_place=True, rules=rules)
    with running(kind, tmp_path / "server") as server:
        steps, _ = check(kind, server, tmp_path / "w")

    assert passes(steps), steps


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
