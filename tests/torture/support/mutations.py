"""Changes texts, bytes and JSON values at random, as a broken or hostile sender would."""

import json
import random
from collections.abc import Iterator
from typing import Any

TEXTS = (
    "",
    " ",
    "\0",
    "\x1b[31m",
    "\ufeff",
    "\ud800",
    "\udcff",
    "\ufffd",
    "\u202e<b>",
    "\u2028",
    "\r\n",
    '"',
    "'",
    ",",
    "\\",
    "=cmd|' /C calc'!A0",
    "a" * 70_000,
    "é" * 3_000,
    "\U0001f600" * 200,
    "e\u0301" * 500,
    "9" * 4_301,
    "1e400",
    "-0",
    "NaN",
    "0001-01-01",
    "9999-12-31T23:59:59-14:00",
    "2025-02-30",
    "24:00",
    "../../etc/passwd",
    "%00",
    "%",
    "{school_year}",
    "{{}}",
    "students..id",
    "(a+)+$",
    "[",
    "(?P<x>",
    "\\1",
    "a{1000}{1000}",
    "null",
    "true",
)
"""Also the texts at which programs have stumbled: dates that do not exist, formulas, patterns."""

RAW = (
    "NaN",
    "-Infinity",
    "1e400",
    "-1e400",
    "1e-400",
    "9" * 4_301,
    f"1e{'9' * 4_300}",
    "9223372036854775808",
    "-0.0",
    "1.50",
    "01",
    "[" * 200 + "]" * 200,
    '{"a":' * 120 + "1" + "}" * 120,
    '{"a": 1, "a": 2}',
    '"\\ud800"',
    '"\\u0000"',
    '"\\x"',
    "'a'",
    "nul",
    "",
)
"""JSON as text: much of it no parser has to accept."""

_MARK = "a-raw-token-goes-here-"

type Path = tuple[str | int, ...]


def changed_bytes(data: bytes, randomness: random.Random) -> bytes:
    """The bytes with one to three changes: bits, ranges left out, repeated, replaced or added."""
    for _ in range(randomness.randint(1, 3)):
        start = randomness.randint(0, len(data))
        end = min(len(data), start + randomness.choice((1, 1, 2, 8, 100)))
        piece = data[start:end]
        data = (
            data[:start]
            + randomness.choice(
                (
                    bytes(byte ^ (1 << randomness.randrange(8)) for byte in piece),
                    b"",
                    piece * randomness.choice((2, 50)),
                    randomness.randbytes(randomness.choice((1, 4, 30))),
                    randomness.choice((b"\0", b"\n", b"\xff", b"\xc0\x80", b"\xed\xa0\x80")),
                    piece + bytes([randomness.randrange(256)]),
                )
            )
            + data[end:]
        )
    return data


def changed_text(text: str, randomness: random.Random) -> str:
    """The text with changed bytes, read as AWS reads it: U+FFFD for what is not UTF-8."""
    return changed_bytes(text.encode(errors="surrogatepass"), randomness).decode(errors="replace")


def hostile_text(randomness: random.Random) -> str:
    """One of TEXTS, or two of them together."""
    return "".join(randomness.choices(TEXTS, k=randomness.choice((1, 1, 2))))


def hostile_value(randomness: random.Random, depth: int = 0) -> Any:
    """A value of any type of JSON."""
    simple = (None, True, False, 0, -1, 1.5, 2**63, 10**30, [], {})
    if depth > 2 or randomness.random() < 0.6:
        return randomness.choice((hostile_text(randomness), randomness.choice(simple)))
    count = randomness.choice((1, 2, 40))
    values = [hostile_value(randomness, depth + 1) for _ in range(count)]
    if randomness.random() < 0.5:
        return values
    return {hostile_text(randomness)[:200]: value for value in values}


def paths_in(content: Any, path: Path = ()) -> Iterator[Path]:
    """The path of each value in the content, its own first."""
    yield path
    if isinstance(content, dict):
        for name, value in content.items():
            yield from paths_in(value, (*path, name))
    elif isinstance(content, list):
        for index, value in enumerate(content):
            yield from paths_in(value, (*path, index))


def value_at(content: Any, path: Path) -> Any:
    for part in path:
        content = content[part]
    return content


def replaced(content: Any, path: Path, value: Any) -> Any:
    """A copy with the value at the path."""
    if not path:
        return value
    first, *rest = path
    copy = dict(content) if isinstance(content, dict) else list(content)
    copy[first] = replaced(content[first], tuple(rest), value)
    return copy


class Donors:
    """Values of valid documents by the name of their key, to be put where others are."""

    def __init__(self, *documents: Any) -> None:
        self._by_name: dict[str, list[Any]] = {}
        for document in documents:
            for path in paths_in(document):
                name = next((part for part in reversed(path) if isinstance(part, str)), "")
                self._by_name.setdefault(name, []).append(value_at(document, path))
        self._names = sorted(self._by_name)

    def value(self, randomness: random.Random, name: str = "") -> Any:
        """A value of this key, or of any."""
        known = self._by_name.get(name) or self._by_name[randomness.choice(self._names)]
        return randomness.choice(known)

    def key(self, randomness: random.Random) -> str:
        return randomness.choice(self._names)


def changed_json(content: Any, donors: Donors, randomness: random.Random) -> Any:
    """The content with one to four changes of its values, keys and lists."""
    for _ in range(randomness.choice((1, 1, 1, 2, 4))):
        path = randomness.choice(list(paths_in(content)))
        value = value_at(content, path)
        name = next((part for part in reversed(path) if isinstance(part, str)), "")
        content = replaced(content, path, _changed_value(value, name, donors, randomness))
    return content


def _changed_value(value: Any, name: str, donors: Donors, randomness: random.Random) -> Any:
    ways = [
        lambda: hostile_value(randomness),
        *[lambda: donors.value(randomness, name)] * 4,
        lambda: donors.value(randomness),
        lambda: [value],
        lambda: {name: value},
    ]
    if isinstance(value, str):
        ways += [lambda: changed_text(value, randomness), lambda: value + hostile_text(randomness)]
    if isinstance(value, list) and value:
        some = randomness.randrange(len(value))
        ways += [
            lambda: value[:some] + value[some + 1 :],
            lambda: [*value, value[some]],
            lambda: value * randomness.choice((2, 30)),
        ]
    if isinstance(value, dict):
        key = donors.key(randomness)
        added = {key: donors.value(randomness, key)}
        ways += [
            lambda: {**value, **added},
            lambda: {**value, **added},
            lambda: {**value, hostile_text(randomness)[:300]: 1},
            lambda: {k: v for k, v in value.items() if randomness.random() < 0.8},
        ]
    return randomness.choice(ways)()


def as_text(content: Any, randomness: random.Random) -> str:
    """The content as JSON; now and then with raw tokens, repeated names, a byte order mark or
    changed bytes."""
    way = randomness.random()
    if way < 0.15:
        path = randomness.choice(list(paths_in(content)))
        marked = json.dumps(replaced(content, path, _MARK), default=str)
        return marked.replace(f'"{_MARK}"', randomness.choice(RAW))
    text = json.dumps(content, ensure_ascii=randomness.random() < 0.5)
    if way < 0.3:
        text = changed_text(text, randomness)
    return "\ufeff" + text if randomness.random() < 0.02 else text
