"""Rules for the fields of a connection: each returns the value, or raises ValueError.

The message of the error says what to write instead. Rules apply to what is saved: a stored value
was saved under the rules of an earlier version, and is read as it is.
"""

import base64
import difflib
import ipaddress
import posixpath
import re
import zoneinfo
from collections.abc import Callable
from typing import Any

from pydantic import ValidationInfo

from registration_sync.domain.printable import has_unprintable

STORED = "stored"
"""The context in which pydantic reads a stored document."""


def unless_stored(check: Callable[[Any], str]) -> Callable[[Any, ValidationInfo], Any]:
    """The rule as a validator that leaves stored values alone."""
    return lambda value, info: value if info.context == STORED else check(value)


HOST_KEY_TYPES = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "ssh-rsa",
)
"""The types that the SFTP library can verify; no current server uses DSA."""

MAX_SECRET_CHARACTERS = 16_384
MAX_HOST_KEY_CHARACTERS = 8_000
"""More than an RSA key of 16,384 bits, the largest that OpenSSH reads, and its comment."""

_HOST_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0[xX][0-9A-Fa-f]*", re.ASCII)
_ZONE = re.compile(r"UTC|(?!Etc/)[A-Z][A-Za-z]+(/[A-Z][A-Za-z_-]+)+")
"""UTC, or Area/Place. The zone database has more names: EventBridge Scheduler, which is Java's, may
refuse abbreviations such as EST, and `right/…` and `posix/…` are not zones of their own."""

_PLACES = {
    "EST": "America/New_York",
    "EDT": "America/New_York",
    "CST": "America/Chicago",
    "CDT": "America/Chicago",
    "MST": "America/Denver",
    "MDT": "America/Denver",
    "PST": "America/Los_Angeles",
    "PDT": "America/Los_Angeles",
    "AKS": "America/Anchorage",
    "HST": "Pacific/Honolulu",
    "GMT": "UTC",
    "Etc": "UTC",
}
"""The place to suggest for an abbreviation, by its first three letters."""


def check_text(value: str) -> str:
    """A name on one line."""
    return _line(value, 200)


def _line(value: str, length: int) -> str:
    if value != value.strip() or len(value) > length or has_unprintable(value):
        raise ValueError(
            f"Enter at most {length} characters on one line, with no space at either end and no "
            "invisible character."
        )
    return value


def check_name(value: str) -> str:
    """A name on one line that is not empty."""
    if not value:
        raise ValueError("Enter a name.")
    return check_text(value)


def check_host(value: str) -> str:
    """A host name (RFC 1123, section 2.1; underscores are allowed, which some servers have), an
    IPv4 address or an IPv6 address without a zone, which only has a meaning on one computer. Empty
    if the connection does not deliver by SFTP. Messages and mails name the host."""
    if not value:
        return value
    if "://" in value:
        raise ValueError("Enter the server's name alone, without sftp:// before it.")
    if _is_address(value):
        return value
    if re.fullmatch(r"[^:]+:[0-9]+", value):
        raise ValueError("Enter the server's name alone; its port belongs in the field port.")
    labels = value.removesuffix(".").split(".")
    # A last label that is a number is an address in another notation, for some resolvers.
    is_name = len(value) <= 253 and all(_HOST_LABEL.fullmatch(label) for label in labels)
    if not is_name or _NUMBER.fullmatch(labels[-1]):
        raise ValueError(
            "Enter a host name or an IP address, such as sftp.example.org: letters, digits, dots "
            "and hyphens, with no spaces and no path."
        )
    return value


def _is_address(value: str) -> bool:
    try:
        return getattr(ipaddress.ip_address(value), "scope_id", None) is None
    except ValueError:
        return False


def check_host_key(line: str) -> str:
    """A line of an OpenSSH public key; returned as `type base64`, without a comment."""
    if len(line) > MAX_HOST_KEY_CHARACTERS:
        raise ValueError("This is longer than any host key: copy the line of the key alone.")
    parts = line.split()
    if len(parts) > 2 and parts[1] in HOST_KEY_TYPES:
        raise ValueError("Leave out the host name before the key: begin with the key type.")
    if len(parts) < 2 or "\n" in line.strip():
        raise ValueError("Enter one key on one line: its type and the key, as ssh-ed25519 AAAA…")
    kind, encoded = parts[:2]
    if kind not in HOST_KEY_TYPES:
        raise ValueError(
            f"The key type {kind[:40]} is not supported: use one of {', '.join(HOST_KEY_TYPES)}."
        )
    try:
        content = base64.b64decode(encoded, validate=True)
    except ValueError:  # binascii.Error, or letters that are not ASCII
        raise ValueError("The key is incomplete: copy the whole line again.") from None
    # RFC 4253, section 6.6: the key begins with its type as a string, 4 bytes of length first.
    inner = len(kind).to_bytes(4) + kind.encode()
    if not content.startswith(inner) or not _is_complete(content):
        raise ValueError(f"This is not a complete key of type {kind}: copy the whole line again.")
    return f"{kind} {encoded}"


def _is_complete(content: bytes) -> bool:
    """Whether the last field of the key ends with the key; each field begins with its length."""
    fields, position = 0, 0
    while position + 4 <= len(content):
        position += 4 + int.from_bytes(content[position : position + 4])
        fields += 1
    return position == len(content) and fields > 1


_NO_FOLDERS = {
    "^~|/~(/|$)": (
        "Leave out ~: the path begins at the account's start folder. Enter SISData/exports."
    ),
    r"\$\w|\$\{|%\w+%": (
        "The server does not replace variables such as $HOME: enter the path from the account's "
        "start folder, such as SISData/exports."
    ),
    "://": "Enter the folder alone, without sftp:// and the host: SISData/exports.",
    "^[A-Za-z]:": (
        "Leave out the drive letter: enter the path as an SFTP client shows it, such as "
        "/SISData/exports."
    ),
    "^[^/]*:": "Enter the folder alone, without the host or the protocol: SISData/exports.",
    "^(['\"`\u2018\u201c]).*['\"`\u2019\u201d]$": "Leave out the quotation marks: SISData/exports.",
    r"\\": "Enter the folder with forward slashes: SISData/exports/{school_year}",
}
"""Folders as people write them elsewhere; a server would create a folder of this very name."""


def check_folder(value: str) -> str:
    """A relative or absolute path with forward slashes, and placeholders for the two years only."""
    _line(value, 500)
    for pattern, advice in _NO_FOLDERS.items():
        if re.search(pattern, value):
            raise ValueError(advice)
    if ".." in value.split("/"):
        raise ValueError("Leave .. out of the folder: enter the path directly.")
    if re.search(r"[{}]", re.sub(r"\{school_year(_end)?\}", "", value)):
        raise ValueError(
            "A folder may contain {school_year} and {school_year_end}, and no other braces."
        )
    return value


def rendered_folder(folder: str, school_year: int) -> str:
    """The normalized folder of a school year; `.` is the account's start folder."""
    path = folder.replace("{school_year}", str(school_year)).replace(
        "{school_year_end}", str(school_year + 1)
    )
    return posixpath.normpath(re.sub("/+", "/", path)) if path else "."


def check_district(value: str) -> str:
    """A district's name is part of a group's name, which has no spaces; commas separate groups.

    Letters beyond English are refused: an accent can be written in two ways, and one that differs
    from the group's would refuse everyone of the district.
    """
    if not re.fullmatch(r"[\w.-]{1,100}", value, re.ASCII):
        raise ValueError(
            "Enter 1 to 100 English letters, digits or . _ - here, as in the group district:NAME."
        )
    return value


def check_time_zone(value: str) -> str:
    """UTC, or a name of the IANA time zone database that has an area and a place."""
    if not _is_time_zone(value):
        place = _PLACES.get(value[:3])
        zones = [zone for zone in zoneinfo.available_timezones() if _ZONE.fullmatch(zone)]
        nearest = [place] if place else difflib.get_close_matches(value, zones, n=1)
        hint = f"did you mean {nearest[0]}?" if nearest else "enter one such as America/Chicago."
        raise ValueError(f"There is no such time zone: {hint}")
    return value


def _is_time_zone(value: str) -> bool:
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return _ZONE.fullmatch(value) is not None


def secret_problem(name: str, value: object) -> str | None:
    """The problem with a secret in a request, without quoting it; None if there is none."""
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        return "Enter it as text; leave it out to keep the saved one, or send null to remove it."
    if len(value) > MAX_SECRET_CHARACTERS or not _is_storable(value):
        return f"Enter at most {MAX_SECRET_CHARACTERS} characters of plain text."
    if name == "private_key":
        return _private_key_problem(value)
    return None


def _private_key_problem(value: str) -> str | None:
    if value.startswith("PuTTY-User-Key-File"):
        return "This is a PuTTY key: export it as an OpenSSH key (in PuTTYgen: Conversions)."
    if re.match(r"\s*(ssh|ecdsa)-", value):
        return "This is the public key: enter the private key, which begins with -----BEGIN."
    if not re.fullmatch(
        r"\s*-----BEGIN [A-Z ]*PRIVATE KEY-----.*-----END [A-Z ]*PRIVATE KEY-----\s*",
        value,
        re.DOTALL,
    ):
        return "Enter the whole private key file, from -----BEGIN to the last -----."
    return None


def _is_storable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return "\x00" not in value
