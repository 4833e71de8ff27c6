"""Names under which files are uploaded before they replace the old ones."""

import hashlib
import posixpath
import re
from enum import StrEnum


class NameForm(StrEnum):
    """The form of temporary names, in the order in which they are tried."""

    HIDDEN = "hidden"
    """`.students.csv.TOKEN.part`"""
    HIDDEN_WITH_EXTENSION = "hidden_with_extension"
    """`.students.csv.TOKEN.part.csv`"""
    VISIBLE = "visible"
    """`students.csv.TOKEN.part`"""
    VISIBLE_WITH_EXTENSION = "visible_with_extension"
    """`students.csv.TOKEN.part.csv`"""


OWNER_DIGITS = 8


def upload_token(connection_id: str, lease_token: str) -> str:
    """The token of an attempt's temporary names: it starts with the owner, the connection."""
    return hashlib.sha256(connection_id.encode()).hexdigest()[:OWNER_DIGITS] + lease_token


def temporary_name(name: str, token: str, form: NameForm = NameForm.HIDDEN) -> str:
    """The name under which a file is uploaded, in the folder of its final name.

    A name with another token belongs to another attempt. Importers skip names with a leading dot.
    """
    dot = "." if form.startswith("hidden") else ""
    extension = posixpath.splitext(name)[1] if form.endswith("with_extension") else ""
    return f"{dot}{name}.{token}.part{extension}"


def form_of(path: str) -> NameForm:
    """The form of a temporary path."""
    base = posixpath.basename(path)
    if base.endswith(".part"):
        return NameForm.HIDDEN if base.startswith(".") else NameForm.VISIBLE
    if base.startswith("."):
        return NameForm.HIDDEN_WITH_EXTENSION
    return NameForm.VISIBLE_WITH_EXTENSION


def aside_name(temporary: str) -> str:
    """Where the old file is kept while it is replaced on a server that cannot rename over a file.

    It is a temporary name of the same file and owner, which the fence finds. Its token is derived
    from that of the new file: two runs never share it. Both are paths.
    """
    return _with_token(temporary, "{owner}{digest}", temporary)


def retired_name(temporary: str, *, of: str = "") -> str:
    """Where a temporary file of an earlier attempt is moved if it cannot be removed, or the file
    `of`: no rename by that attempt finds it there, and no fence. All are paths."""
    return _with_token(temporary, "{owner}-{digest}", of or temporary)


def is_temporary_name_of(candidate: str, name: str) -> bool:
    """Whether `candidate` is a temporary name of the file `name`, with any token, in any form."""
    found = _TEMPORARY.fullmatch(candidate)
    names = {name, name.removeprefix(".")}
    return found is not None and found["name"] in names and _is_hexadecimal(found["token"])


def is_temporary_name_by(candidate: str, token: str) -> bool:
    """Whether `candidate` is a temporary name of any file by the owner of `token`, in any form."""
    found = _TEMPORARY.fullmatch(candidate)
    if found is None or not found["token"].startswith(token[:OWNER_DIGITS]):
        return False
    return len(found["token"]) > OWNER_DIGITS and _is_hexadecimal(found["token"])


def has_temporary_form(candidate: str) -> bool:
    """Whether some file and some token have this temporary name, or one that a server which ignores
    case takes for it."""
    found = _TEMPORARY.fullmatch(candidate.casefold())
    return found is not None and re.fullmatch("[0-9a-f-]+", found["token"]) is not None


_TEMPORARY = re.compile(r"\.?(?P<name>.+)\.(?P<token>[0-9a-z-]+)\.part(?:\.[^.]+)?", re.DOTALL)


def _is_hexadecimal(token: str) -> bool:
    return re.fullmatch("[0-9a-f]+", token) is not None


def _with_token(path: str, form: str, digested: str) -> str:
    folder, base = posixpath.split(path)
    found = _TEMPORARY.fullmatch(base)
    if not found:
        raise ValueError(f"no temporary name: {base}")
    digest = hashlib.sha256(digested.encode(errors="surrogateescape")).hexdigest()[:16]
    token = form.format(owner=found["token"][:OWNER_DIGITS], digest=digest)
    start, end = found.span("token")
    return posixpath.join(folder, base[:start] + token + base[end:])
