"""Values of a delivery: the account, the traits of its server, and remote files."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from registration_sync.domain.temporary_names import NameForm


class ReplacedBy(StrEnum):
    """How a finished file replaced the old one; the run record shows it.

    NEW: there was no file of that name, and a plain rename was enough. PICKED_UP: the connection
    was lost during the rename, and the next one found the new file in place.
    """

    POSIX_RENAME = "posix_rename"
    RENAME = "rename"
    NEW = "new"
    ASIDE_AND_RENAME = "aside_and_rename"
    IN_PLACE = "in_place"
    PICKED_UP = "picked_up"


@dataclass(frozen=True, slots=True)
class Replacement:
    """How a file was put in place, and the server's time of the file, in seconds since 1970."""

    way: ReplacedBy
    modified: int | None = None


NAME_RULES = {
    NameForm.HIDDEN: "",
    NameForm.HIDDEN_WITH_EXTENSION: (
        "The server accepts only certain file name extensions, so temporary names end in the "
        "extension of the file."
    ),
    NameForm.VISIBLE: (
        "The server refuses or hides names that start with a dot, so temporary names start without "
        "one: the importer must skip names that end in .part."
    ),
    NameForm.VISIBLE_WITH_EXTENSION: (
        "The server refuses names that start with a dot and accepts only certain extensions: an "
        "importer that reads every file of the folder may read a temporary file. It must read the "
        "exact file names."
    ),
}

REPLACEMENTS = {
    ReplacedBy.ASIDE_AND_RENAME: (
        "The server does not rename over an existing file, so the old file is moved aside first: "
        "for an instant there is no file."
    ),
    ReplacedBy.IN_PLACE: (
        "The server cannot rename, so files are written in place: an importer may read an "
        "incomplete file. The server's administrator should allow renaming."
    ),
}


NO_TEMPORARY_NAMES = (
    "The server refuses the names of temporary files, so files are written in place: an importer "
    "may read an incomplete file. The server's administrator should allow names that start with a "
    "dot, or that end in .part."
)

SHOWS_NOT = (
    "The server does not show uploaded files to this account, so their size was not verified."
)

READS_NOT = "The account may not read files, so the content of uploaded files was not verified."

LISTS_NOT = (
    "The server does not list temporary files for this account, so those of interrupted runs stay "
    "in the folder, and a late rename by such a run cannot be prevented."
)

REMOVES_NOT = (
    "The account may not delete files, so temporary files of interrupted runs stay in the folder. "
    "Ask the server's administrator to allow deletion, or to delete them."
)


@dataclass(frozen=True, slots=True)
class ServerTraits:
    """What is known of a server; None is unknown.

    `name_form` is the form of temporary names that the server accepts and shows, `replaced_by` the
    best way to replace a file, `truncates` False if it appends to old files.
    """

    name_form: NameForm | None = None
    replaced_by: ReplacedBy | None = None
    shows_files: bool | None = None
    lists_names: bool | None = None
    reads: bool | None = None
    removes: bool | None = None
    truncates: bool | None = None

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "ServerTraits":
        """The traits that `to_json` made; a value that is no longer known is left out."""
        traits: dict[str, Any] = {name: stored.get(name) for name in cls.__slots__}
        for name, values in (("name_form", NameForm), ("replaced_by", ReplacedBy)):
            traits[name] = values(stored[name]) if stored.get(name) in list(values) else None
        return cls(**traits)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def leaves_temporary_files(self) -> bool:
        """Whether a temporary file is of no use and would stay: files are written in place, and the
        account may not delete."""
        return self.replaced_by is ReplacedBy.IN_PLACE and self.removes is False

    def write_warnings(self) -> Iterator[str]:
        """A sentence for each limit on names and on verification."""
        if self.name_form and NAME_RULES[self.name_form]:
            yield NAME_RULES[self.name_form]
        if self.shows_files is False:
            yield SHOWS_NOT
        elif self.reads is False:
            yield READS_NOT
        if self.lists_names is False:
            yield LISTS_NOT

    def replace_warnings(self) -> Iterator[str]:
        """A sentence if a file is not replaced in one step."""
        if self.replaced_by is ReplacedBy.IN_PLACE and self.name_form is None:
            yield NO_TEMPORARY_NAMES
        elif self.replaced_by in REPLACEMENTS:
            yield REPLACEMENTS[self.replaced_by]

    def unverified(self) -> Iterator[str]:
        """A sentence for each thing that a delivery cannot verify or clean up."""
        if self.shows_files is False:
            yield SHOWS_NOT
        elif self.reads is False:
            yield READS_NOT
        if self.lists_names is False:
            yield LISTS_NOT
        if self.removes is False:
            yield REMOVES_NOT


@dataclass(frozen=True, slots=True)
class Credentials:
    """Secrets of one SFTP account; never shown by repr. `new_key` is a generated private key, which
    has no passphrase and has not signed in yet: the others stay until it has."""

    password: str | None = field(default=None, repr=False)
    private_key: str | None = field(default=None, repr=False)
    passphrase: str | None = field(default=None, repr=False)
    new_key: str | None = field(default=None, repr=False)

    def without_others(self) -> "Credentials":
        """The same, with an empty text, which removes a secret, for each kind that is not given."""
        return Credentials(self.password or "", self.private_key or "", self.passphrase or "", "")

    def with_new_key(self) -> "Credentials":
        """The same, with the new key in place of the former one."""
        return Credentials(self.password, self.new_key)

    def without_new_key(self) -> "Credentials":
        return replace(self, new_key=None)


def _keep_nothing(_line: str) -> None:
    """Without a new key."""


@dataclass(frozen=True, slots=True)
class SftpAccount:
    """The server, the user and the credentials.

    `host_keys` are lines as in known_hosts without the host name, `ssh-ed25519 AAAA…`; several
    during a key rotation. `write_in_place` allows the last resort on servers that cannot rename.
    `keep_links` replaces the file that a symbolic link leads to, and not the link. `traits` is what
    is known of the server. `keep_new_key` is called with the public half, as `ssh-ed25519 AAAA…`,
    when the new key has signed in: it replaces the former one.
    """

    host: str
    port: int
    username: str
    host_keys: tuple[str, ...]
    credentials: Credentials
    write_in_place: bool = False
    keep_links: bool = False
    traits: ServerTraits = ServerTraits()
    keep_new_key: Callable[[str], None] = field(default=_keep_nothing, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """What a folder has under a name: a link, a folder or something else, its permission bits and
    the number of its group; None if not reported."""

    name: str
    is_link: bool
    permissions: int | None = None
    group: int | None = None
    is_folder: bool = False


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as the server reports it: `size` in bytes, `modified` in seconds since 1970 by the
    server's clock; None if not reported. `is_hidden` if the server refuses to show it, or does not
    say whether it exists."""

    path: str
    size: int | None
    modified: int | None = None
    is_hidden: bool = False
