"""What a check warns of in the folder of the files: that it was created, links, permissions."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from registration_sync.domain.connections.sftp import FolderEntry, ReplacedBy
from registration_sync.domain.errors import DeliveryError
from registration_sync.domain.printable import printable
from registration_sync.ports.sftp import SftpSession

MAX_FOLDERS_SHOWN, MAX_NAME_CHARACTERS = 10, 60
"""Of the folders beside one that was created."""


def created_folder(folder: str, first: str, session: SftpSession) -> str:
    """Names the folders beside `first`, the first one that was created: it may be mistyped."""
    parent, _, name = first.rpartition("/")
    found: list[FolderEntry] = []
    with suppress(DeliveryError):  # a later step fails if the session is lost
        found = session.entries(parent or ("/" if first.startswith("/") else "."))
    names = {printable(one.name, MAX_NAME_CHARACTERS) for one in found if one.is_folder}
    others = sorted(names - {printable(name, MAX_NAME_CHARACTERS)}, key=str.casefold)
    more = len(others) - MAX_FOLDERS_SHOWN
    shown = ", ".join(others[:MAX_FOLDERS_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return (
        f"There was no folder {folder}, so we created it. If your SIS already has a folder, check "
        "the spelling." + (f" Folders there: {shown}." if others else "")
    )


def link_warnings(old: Sequence[FolderEntry], *, keep_links: bool) -> Iterator[str]:
    links = [entry.name for entry in old if entry.is_link]
    if links and not keep_links:
        yield (
            f"The folder has symbolic links: {', '.join(links[:3])}. A delivery under such a name "
            "replaces the link with a file, unless the setting “Keep symbolic links” is on."
        )


def permission_warnings(
    old: Sequence[FolderEntry], final: str, session: SftpSession
) -> Iterator[str]:
    """A sentence for each file whose permissions or group a rename replaces by those of `final`."""
    if session.traits.replaced_by is ReplacedBy.IN_PLACE or not old:
        return
    folder, _, probe = final.rpartition("/")
    new = next((entry for entry in session.entries(folder) if entry.name == probe), None)
    for entry in old:
        if new and not entry.is_link and _access(entry) != _access(new):
            yield (
                f"{entry.name} has {_access(entry)} on the server, and a new file gets "
                f"{_access(new)}. If the importer cannot read it then, ask the server's "
                "administrator to change what new files get."
            )


def _access(entry: FolderEntry) -> str:
    permissions = (
        "no known permissions"
        if entry.permissions is None
        else (f"the permissions {entry.permissions:04o}")
    )
    return permissions if entry.group is None else f"{permissions} and the group {entry.group}"
