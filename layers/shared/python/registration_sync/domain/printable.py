"""Text from outside in messages: one printable line, and no link in a mail.

Outside text is all that a server, a caller or an administrator has written: answers of an SFTP
server, names of connections, files, folders and accounts.
"""

import re

MAX_QUOTED_CHARACTERS = 300
MAX_MESSAGE_CHARACTERS = 10_000

_DECORATION = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Fillers and selectors of a character's form, which nobody sees and Python takes for printable."""

_INVISIBLE = re.compile(
    "[\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff0-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Unicode's Format characters: zero-width ones, text directions and tags."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Control characters, line and paragraph separators, halves of surrogate pairs."""

_SPACE = re.compile("[\xa0\u1680\u2000-\u200a\u202f\u205f\u3000]")


def printable(text: str, length: int = MAX_QUOTED_CHARACTERS) -> str:
    """One line of visible characters, at most `length`: a longer one ends in `…`.

    Control characters and line breaks become spaces. Characters that nobody sees, that change the
    direction of the text or that Unicode does not know become U+FFFD: left out, they would make two
    names look the same, or parts of a link whole.
    """
    if not text.isprintable() or not text.isascii():
        text = _SPACE.sub(" ", _CONTROL.sub(" ", _DECORATION.sub("", text)))
        text = "".join(c if c.isprintable() else "\ufffd" for c in text)
    return text if len(text) <= length else f"{text[: length - 1]}…"


def has_unprintable(text: str) -> bool:
    """Whether a name has a second line, or a character that nobody sees or that turns the text."""
    return bool(_CONTROL.search(text) or _INVISIBLE.search(text))


def quote(text: str, length: int = MAX_QUOTED_CHARACTERS) -> str:
    """The text of a server as a quotation, which `mail_text` leaves out."""
    return f"“{printable(text.translate(_QUOTES), length)}”"


def mail_text(text: str) -> str:
    """A message as one line of a mail: without quotations of servers, and without anything that a
    mail program shows as a link. Mail programs make links of `scheme://`, of names of domains, and
    of paths of Windows shares."""
    line = _QUOTED.sub("(see the run)", printable(text, MAX_MESSAGE_CHARACTERS))
    line = _SCHEME.sub(lambda found: f"{found[0][:-1]}[:]", line)
    return _DOT.sub("[.]", line).replace("\\\\", "\\ \\")


_QUOTES = str.maketrans("“”", '""')
_QUOTED = re.compile("“[^”]*”")
_SCHEME = re.compile(
    "(?:\\b(mailto|tel|sms|javascript))?[:\uff1a](?(1)|(?=[/\uff0f]{2}))", re.IGNORECASE
)
_DOT = re.compile(
    r"(?<=[\w\]-])[.\u3002\uff0e\uff61](?=(?!(?:csv|txt|tsv|dat|done)\b)[^\W\d_][\w-])",
    re.IGNORECASE,
)
"""A dot that could be in the name of a domain: two characters follow, the first is a letter. Those
extensions of files are no top-level domains, unlike zip."""
