"""Reads the text of a body, and parses JSON as RFC 8259 defines it. Says where a rule is broken.

Python's parser also takes NaN and Infinity, and keeps the last of repeated names.
"""

import base64
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from registration_sync.domain.errors import InvalidRequest, Problem

MAX_NAME_SHOWN = 80
MAX_DEPTH = 100
"""Of objects and lists in each other; Python's own limit for functions that call themselves is some
1,000."""
_TOO_DEEP = "The body is nested too deeply."
REPLACEMENT = "\ufffd"
"""Decoders write this character for bytes that are not UTF-8 (Unicode 16, section 3.9), and so does
API Gateway before a function gets the body."""

_CONSTANT = re.compile(r'"(?:[^"\\]|\\.)*"|(NaN|-?Infinity)', re.DOTALL)


class Number(str):
    """A number, as it was typed."""

    __slots__ = ()


class RepeatedName(dict[str, Any]):
    """An object in which a name is repeated: `repeated` is the first such name."""

    repeated: str


def decode_base64(body: str) -> str:
    """The text of a body in base64; raises InvalidRequest if it is not UTF-8."""
    try:
        content = base64.b64decode(body, validate=True)
    except ValueError:  # also for a character that is not ASCII
        raise InvalidRequest("The body must be UTF-8 text.") from None
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        readable = content[: error.start].decode()
        found = f"{position(readable, len(readable))} (byte {content[error.start]:02X})"
        raise InvalidRequest(f"The body is not UTF-8 at {found}: send it as UTF-8.") from None


def refuse_damaged(body: str) -> None:
    """Raises InvalidRequest for text that was not UTF-8."""
    if REPLACEMENT in body:
        raise InvalidRequest(
            f"The body has U+FFFD at {position(body, body.index(REPLACEMENT))}: the text was not "
            "UTF-8. Send UTF-8; if you mean this character, write it as \\ufffd."
        )


def parse_json(text: str, *, number: Callable[[str], object] | None = None) -> Any:
    """The value, whose objects are dicts, and RepeatedName where a name is repeated. `number` makes
    each number from its text. Raises InvalidRequest with the line and column of a mistake."""
    try:
        return json.loads(
            text,
            parse_int=number,
            parse_float=number or _finite,
            parse_constant=_constant,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        raise InvalidRequest(f"The body is not JSON: {_mistake(error)}.") from None
    except _Constant as error:
        found = next(one for one in _CONSTANT.finditer(text) if one[1])
        where = position(text, found.start())
        raise InvalidRequest(
            f"The body is not JSON: {error} at {where}: write null or a text."
        ) from None
    except RecursionError:
        raise InvalidRequest(_TOO_DEEP) from None
    except ValueError:  # Python's bound for the digits of an integer, or beyond any float
        raise InvalidRequest("The body has a number that is too long.") from None


def _mistake(error: json.JSONDecodeError) -> str:
    """What the parser found and where, with the number of a character that is hard to see or to
    tell from one of JSON's, such as a no-break space or a curly quote."""
    text, index = error.doc, error.pos
    index += text[index : index + 1] == "\\"  # the character after it is wrong
    found = text[index : index + 1]
    number = f" (U+{ord(found):04X})" if found and not "!" <= found <= "~" else ""
    reason = (error.msg[0].lower() + error.msg[1:]).removesuffix(" at")
    return f"{reason} at {position(text, index)}{number}"


def refuse_repeated_names(content: object) -> None:
    """Raises InvalidRequest with the path of each repeated name in the parsed JSON, whose other
    values are lost; for a name that is not Unicode; and for JSON that is nested deeper than
    MAX_DEPTH."""
    problems = [
        Problem(path, f"{shown(path)} appears twice in one object: remove one.")
        for path in _repeated(content, "", 1)
    ]
    if problems:
        raise InvalidRequest(problems[0].message, problems=problems)


def position(text: str, index: int) -> str:
    """The line and column, each from 1, of a character."""
    line_start = text.rfind("\n", 0, index) + 1
    return f"line {text.count('\n', 0, index) + 1}, column {index - line_start + 1}"


def shown(name: str) -> str:
    """A name in quotes, shortened."""
    return f'"{name[:MAX_NAME_SHOWN]}"'


def _repeated(content: object, path: str, depth: int) -> Iterator[str]:
    if depth > MAX_DEPTH:
        raise InvalidRequest(_TOO_DEEP)
    if isinstance(content, RepeatedName):
        yield f"{path}.{content.repeated}" if path else content.repeated
    if isinstance(content, dict):
        if not _is_unicode("".join(content)):
            raise InvalidRequest("The body has a name that is not Unicode text.")
        for name, value in content.items():
            yield from _repeated(value, f"{path}.{name}" if path else name, depth + 1)
    elif isinstance(content, list):
        for index, value in enumerate(content):
            yield from _repeated(value, f"{path}[{index}]", depth + 1)


def _finite(text: str) -> float:
    value = float(text)
    if value in {math.inf, -math.inf}:
        raise ValueError(text[:MAX_NAME_SHOWN])
    return value


def _is_unicode(text: str) -> bool:
    """False for half of a surrogate pair, which no encoding can write."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


class _Constant(Exception):
    """NaN or Infinity."""


def _constant(name: str) -> object:
    raise _Constant(name)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content = dict(pairs)
    if len(content) == len(pairs):
        return content
    marked = RepeatedName(content)
    counts = Counter(name for name, _ in pairs)
    marked.repeated = next(name for name, count in counts.items() if count > 1)
    return marked
