"""Kinds of SFTP servers, and how a delivery fares on each: docs/servers.md is made from this."""

from dataclasses import dataclass, field

from registration_sync.domain.connections.sftp import (
    LISTS_NOT,
    NO_TEMPORARY_NAMES,
    READS_NOT,
    REMOVES_NOT,
    REPLACEMENTS,
    SHOWS_NOT,
    ReplacedBy,
)
from registration_sync.domain.connections.sftp import NAME_RULES as NAMES
from registration_sync.domain.temporary_names import NameForm

WAYS = {
    "posix_rename": "replaces the old one in one step",
    "rename": "replaces the old one in one step",
    "aside_and_rename": "is put in place after the old one was moved aside",
    "in_place": "is written in place",
}


FIRST, REPLACEMENT, LEFTOVER, LOST, COLLECTED = STEPS = (
    "first delivery",
    "replacement",
    "beside a leftover",
    "connection lost once",
    "collected at once",
)
TRIED_ON_REAL = {FIRST, REPLACEMENT, LEFTOVER}
DELIVERED = "delivered"


@dataclass(frozen=True)
class Kind:
    """A kind of server. `replaces` is how a file replaces an old one, or the code of the error that
    a delivery ends with; `says` is what the run says of it, `ask` what the administrator can do."""

    name: str
    description: str
    replaces: str = "posix_rename"
    delivers_new: bool = False
    """Whether a file is delivered where there is none, although none is replaced."""
    says: tuple[str, ...] = ()
    ask: str = ""
    write_in_place: bool = False
    rules: dict[str, object] = field(default_factory=dict)
    """For a scripted server: see `scripted.Rules`."""
    real: str = ""
    """For a real server: the function of `real` that starts it."""

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the check says."""
        way = REPLACEMENTS.get(ReplacedBy(self.replaces)) if self.is_delivered else None
        if "only" in self.rules:
            way = NO_TEMPORARY_NAMES
        return (*([way] if way else []), *self.says)

    @property
    def has_fence(self) -> bool:
        """Whether a run that is late finds that its successor has removed its temporary files."""
        return not {LISTS_NOT, REMOVES_NOT} & set(self.says) and "only" not in self.rules

    @property
    def is_delivered(self) -> bool:
        return self.replaces in WAYS

    def ends(self, step: str) -> str:
        """How the run ends: delivered, or the code of the error."""
        if self.is_delivered or (self.delivers_new and step in {FIRST, COLLECTED}):
            return DELIVERED
        return self.replaces


_PATTERN = "Accept names that start with a dot, or that end in .part."

KINDS = (
    Kind("OpenSSH", "OpenSSH's sshd with internal-sftp", real="openssh"),
    Kind("ProFTPD", "ProFTPD with mod_sftp", real="proftpd"),
    Kind(
        "ProFTPD, dot files hidden",
        "ProFTPD with HideFiles and IgnoreHidden for names that start with a dot",
        says=(NAMES[NameForm.VISIBLE],),
        ask=_PATTERN,
        real="proftpd_hiding_dot_files",
    ),
    Kind(
        "ProFTPD, certain extensions",
        "ProFTPD with a PathAllowFilter for .csv",
        says=(NAMES[NameForm.HIDDEN_WITH_EXTENSION],),
        ask=_PATTERN,
        real="proftpd_with_path_filter",
    ),
    Kind("rclone", "rclone serve sftp", real="rclone"),
    Kind("plain", "Posix-rename, and every right"),
    Kind(
        "no posix-rename",
        "No posix-rename; rename refuses an existing name, as the protocol says",
        replaces="aside_and_rename",
        ask="Offer posix-rename.",
        rules={"posix_rename": False},
    ),
    Kind(
        "rename replaces",
        "No posix-rename; rename replaces an existing file",
        replaces="rename",
        rules={"posix_rename": False, "rename": "replaces"},
    ),
    Kind(
        "rename renumbers",
        "Rename over an existing file succeeds and makes students_1.csv",
        replaces="aside_and_rename",
        ask="Let a rename replace an existing file. Delete the numbered copies.",
        rules={"posix_rename": False, "rename": "renumbers"},
    ),
    Kind(
        "no deletion",
        "The account may write and rename, not delete",
        says=(REMOVES_NOT,),
        ask="Allow deletion.",
        rules={"removes": False},
    ),
    Kind(
        "no rename",
        "The account may not rename, and the connection does not allow writing in place",
        replaces="replace_unsupported",
        ask="Allow renaming.",
        rules={"posix_rename": False, "rename": "unsupported"},
    ),
    Kind(
        "in place",
        "The account may not rename; the connection allows writing in place",
        replaces="in_place",
        ask="Allow renaming.",
        write_in_place=True,
        rules={"posix_rename": False, "rename": "unsupported"},
    ),
    Kind(
        "in place, no deletion",
        "The account may neither rename nor delete; the connection allows writing in place",
        replaces="in_place",
        says=(REMOVES_NOT,),
        ask="Allow renaming and deletion.",
        write_in_place=True,
        rules={"posix_rename": False, "rename": "unsupported", "removes": False},
    ),
    Kind(
        "in place, appends",
        "The account may not rename, and the server appends to existing files",
        replaces="in_place",
        ask="Allow renaming, or turn off append mode.",
        write_in_place=True,
        rules={"posix_rename": False, "rename": "unsupported", "appends": True},
    ),
    Kind(
        "in place, appends, no deletion",
        "The account may neither rename nor delete, and the server appends to existing files",
        replaces="replace_unsupported",
        delivers_new=True,
        ask="Allow renaming, or turn off append mode.",
        write_in_place=True,
        rules={
            "posix_rename": False,
            "rename": "unsupported",
            "appends": True,
            "removes": False,
        },
    ),
    Kind(
        "in place, stat is denied",
        'The account may not rename; for a missing file, stat answers "Permission denied", and the '
        "server opens it as a folder",
        replaces="in_place",
        ask="Allow renaming.",
        write_in_place=True,
        rules={
            "posix_rename": False,
            "rename": "unsupported",
            "missing": "denied",
            "lazy_listing": True,
        },
    ),
    Kind(
        "appends",
        "The server always appends to existing files",
        rules={"appends": True},
    ),
    Kind(
        "stat fails",
        'For a missing file or folder, stat answers "Failure"',
        rules={"missing": "failure"},
    ),
    Kind(
        "stat is denied",
        'For a missing file or folder, stat answers "Permission denied"',
        rules={"missing": "denied"},
    ),
    Kind(
        "drop box",
        "Nothing can be listed, shown or read",
        says=(SHOWS_NOT, LISTS_NOT),
        ask="Allow listing the folder.",
        rules={"drop_box": True},
    ),
    Kind(
        "drop box, in place, appends",
        "Nothing can be listed, shown, read or renamed, and the server appends to existing files",
        replaces="in_place",
        says=(SHOWS_NOT, LISTS_NOT),
        ask="Allow listing the folder, and renaming.",
        write_in_place=True,
        rules={
            "drop_box": True,
            "posix_rename": False,
            "rename": "unsupported",
            "appends": True,
        },
    ),
    Kind(
        "hidden files",
        "Files that were written cannot be seen, but can be renamed",
        says=(SHOWS_NOT, LISTS_NOT),
        ask="Show the account its own files.",
        rules={"hides": "files"},
    ),
    Kind(
        "hidden files, no posix-rename",
        "Files that were written cannot be seen; rename refuses an existing name",
        replaces="aside_and_rename",
        says=(SHOWS_NOT, LISTS_NOT),
        ask="Offer posix-rename. Show the account its own files.",
        rules={"hides": "files", "posix_rename": False},
    ),
    Kind(
        "hidden files, rename renumbers",
        "Files that were written cannot be seen; rename over one makes students_1.csv",
        replaces="aside_and_rename",
        says=(SHOWS_NOT, LISTS_NOT),
        ask="Let a rename replace an existing file. Show the account its own files.",
        rules={"hides": "files", "posix_rename": False, "rename": "renumbers"},
    ),
    Kind(
        "no reading",
        "Files can be seen, not read",
        says=(READS_NOT,),
        rules={"reads": False},
    ),
    Kind(
        "certain extensions",
        "Only names that end in .csv may be created",
        says=(NAMES[NameForm.HIDDEN_WITH_EXTENSION],),
        ask=_PATTERN,
        rules={"extension": ".csv"},
    ),
    Kind(
        "no dot names",
        "No name may start with a dot",
        says=(NAMES[NameForm.VISIBLE],),
        ask=_PATTERN,
        rules={"dot_names": False},
    ),
    Kind(
        "certain extensions, no dot names",
        "Only names that end in .csv and do not start with a dot may be created",
        says=(NAMES[NameForm.VISIBLE_WITH_EXTENSION],),
        ask=_PATTERN,
        rules={"extension": ".csv", "dot_names": False},
    ),
    Kind(
        "exact names",
        "Only students.csv may be created; the connection allows writing in place",
        replaces="in_place",
        ask=_PATTERN,
        write_in_place=True,
        rules={"only": ("students.csv",)},
    ),
    Kind(
        "exact names, appends",
        "Only students.csv may be created, and the server appends to existing files",
        replaces="in_place",
        ask=_PATTERN,
        write_in_place=True,
        rules={"only": ("students.csv",), "appends": True},
    ),
    Kind(
        "dot files hidden",
        'Names that start with a dot are hidden: every request answers "No such file"',
        says=(NAMES[NameForm.VISIBLE],),
        ask=_PATTERN,
        rules={"hides": "dot files"},
    ),
    Kind(
        "dot files not listed",
        "A list leaves out names that start with a dot; every other request finds them",
        says=(LISTS_NOT,),
        ask="List names that start with a dot, too.",
        rules={"hides": "dot files from lists"},
    ),
    Kind(
        "late sizes",
        "The size of a file is 0 for a moment after it was closed",
        rules={"size_seconds": 0.2},
    ),
    Kind(
        "odd names",
        "The folder holds a name that is not UTF-8",
        rules={"odd_name": True},
    ),
    Kind(
        "a folder in the way",
        "There is a folder with the name of the file",
        replaces="replace_unsupported",
        ask="Remove or rename the folder.",
        rules={"folder_in_the_way": True},
    ),
)


def table() -> str:
    """The tables of docs/servers.md."""
    lines = [
        "| server | what it does | a new file | the run or the check says | what to ask for |",
        "| --- | --- | --- | --- | --- |",
    ]
    for kind in KINDS:
        replaces = WAYS.get(kind.replaces, f"is refused: `{kind.replaces}`")
        said = " ".join(kind.sentences)
        lines.append(f"| {_title(kind)} | {kind.description} | {replaces} | {said} | {kind.ask} |")
    return "\n".join(lines)


def steps_table() -> str:
    """How a run ends at each step, and the students that are due afterwards."""
    lines = [f"| server | {' | '.join(STEPS)} | still due |", "| --- " * (len(STEPS) + 2) + "|"]
    for kind in KINDS:
        ends = [kind.ends(step) for step in STEPS if not kind.real or step in TRIED_ON_REAL]
        cells = [end if end == DELIVERED else f"`{end}`" for end in ends]
        cells += ["not tried"] * (len(STEPS) - len(cells))
        due = "nobody" if set(ends) == {DELIVERED} else "the students of a run that fails"
        lines.append(f"| {_title(kind)} | {' | '.join(cells)} | {due} |")
    return "\n".join(lines)


def _title(kind: Kind) -> str:
    return f"{kind.name} (real)" if kind.real else kind.name
