"""Writes rows of text as CSV bytes (RFC 4180), every value unchanged unless a setting says so.

csv.writer is not used: joining a row and searching it for special characters takes a tenth of its
time, and csv.writer treats a single blank value and a missing quote character differently. The
tests read every file back with csv.reader.
"""

import codecs
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

import orjson

from registration_sync.domain.mapping.values.characters import (
    BLANKS,
    CONTROL,
    LINE_BREAK,
    compose,
    name_character,
)
from registration_sync.domain.mapping.values.unmappable import Unmappable

Encoding = Literal["utf-8", "utf-8-bom", "windows-1252"]
CODECS: dict[Encoding, str] = {"utf-8": "utf-8", "utf-8-bom": "utf-8", "windows-1252": "cp1252"}

Formulas = Literal["keep", "quote", "hold"]
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""Spreadsheets run a value with one of these at its start as a formula (OWASP, CSV Injection); some
ignore blanks before it."""

_FORMULA, _BEFORE_FORMULA = re.escape("".join(FORMULA_STARTS)), re.escape(BLANKS)

type LineWriter = Callable[[Sequence[str]], bytes]


@dataclass(frozen=True, slots=True)
class CsvFormat:
    """How to write a row of values as a line; an empty `text_identifier` means no quoting."""

    separator: str = ","
    text_identifier: str = '"'
    quote_always: bool = False
    encoding: Encoding = "utf-8"
    line_ending: str = "\r\n"
    line_breaks_to_spaces: bool = False
    formulas: Formulas = "keep"


def file_start(csv: CsvFormat, headers: Sequence[str] | None) -> bytes:
    """The bytes before the first row: the byte order mark and the header line, if configured."""
    mark = codecs.BOM_UTF8 if csv.encoding == "utf-8-bom" else b""
    if headers is None:
        return mark
    return mark + line_writer(replace(csv, formulas="keep"))(headers)  # as the SIS names them


@lru_cache(maxsize=100)  # building one costs far more than writing a line
def line_writer(csv: CsvFormat) -> LineWriter:
    """Builds the function that turns a row's values into an encoded line with its line ending.

    The function raises Unmappable or UnicodeEncodeError for a row that the format cannot represent
    (see `format_problem`), and TypeError for a value that is not text.
    """
    separator, quote, end = csv.separator, csv.text_identifier, csv.line_ending
    always, end_bytes = csv.quote_always, csv.line_ending.encode()
    join, join_quoted = separator.join, (quote + separator + quote).join
    as_json, other_quote = orjson.dumps, quote if quote != '"' else ""
    escapes = len(orjson.dumps(separator)) - 2 - len(separator.encode())
    escaped_by_one = [character for character in '"\\' if character != separator]
    keeps = not csv.line_breaks_to_spaces
    quoted_where_needed, write_special = _quoter(separator, quote), special_writer(csv)
    if csv.formulas != "keep" or CODECS[csv.encoding] != "utf-8" or CONTROL.match(separator):
        return write_special

    def write(values: Sequence[str]) -> bytes:
        line = join(values)
        utf8 = line.encode()
        separators, gaps = line.count(separator), len(values) - 1
        # Fast paths for most rows. JSON escapes double quotes and backslashes by one character, and
        # control characters: `escaped` counts these. In UTF-8 the control characters from U+0080
        # start with C2, the line breaks U+2028 and U+2029 with E2.
        escaped = len(as_json(line)) - 2 - len(utf8) - escapes * separators
        if "\x7f" in line or not (
            line.isascii() or (utf8.find(b"\xc2") < 0 and (keeps or utf8.find(b"\xe2") < 0))
        ):
            return write_special(values)
        if escaped == 0 and separators == gaps and not (other_quote and other_quote in line):
            if always:
                return (quote + join_quoted(values) + quote + end).encode()
            if line:  # a single blank value needs quotes: readers skip an empty line
                return utf8 + end_bytes
        elif quote and not always and escaped == sum(map(line.count, escaped_by_one)):
            return (join(quoted_where_needed(values)) + end).encode()
        return write_special(values)

    return write


def _quoter(separator: str, quote: str) -> Callable[[Sequence[str]], list[str]]:
    """Builds the function that quotes the values with a separator or a quote. The values have no
    control characters, and few of them need quotes: they are searched together."""
    twice = quote + quote

    def quoted_where_needed(values: Sequence[str]) -> list[str]:
        cells = list(values)
        text = "\0".join(cells)
        for character in (separator, quote):
            found = text.find(character)
            while found >= 0:
                index = text.count("\0", 0, found)
                cells[index] = quote + values[index].replace(quote, twice) + quote
                end = text.find("\0", found)
                found = text.find(character, end) if end >= 0 else end
        return cells

    return quoted_where_needed


def special_writer(csv: CsvFormat) -> LineWriter:
    """Builds the function that writes any row, value by value; the fast paths write the same."""
    separator, quote, codec = csv.separator, csv.text_identifier, CODECS[csv.encoding]
    special = re.compile(f"[{re.escape(separator + quote)}\r\n]").search
    needs_care = _needs_care(csv)

    def write_value(value: str, *, only: bool) -> str:
        if csv.formulas != "keep":
            value = _without_formula(csv, value)
        if csv.line_breaks_to_spaces:
            value = LINE_BREAK.sub(" ", value)
        if found := CONTROL.search(value):
            raise Unmappable(
                "control_character",
                f"The value has the control character {name_character(value, found.start())}: "
                "remove it in Enroll or with Substitute.",
            )
        if codec != "utf-8":
            value = _encodable(value, codec)
        found = special(value)
        needs_quotes = found or (only and not value)
        if quote and (csv.quote_always or needs_quotes):
            return quote + value.replace(quote, quote + quote) + quote
        if needs_quotes:
            raise _needs_identifier(value, found)
        return value

    def write(values: Sequence[str]) -> bytes:
        if len(values) == 1:
            cells = [write_value(values[0], only=True)]
        elif csv.quote_always:
            cells = [write_value(value, only=False) for value in values]
        else:
            cells = [write_value(one, only=False) if needs_care(one) else one for one in values]
        return (separator.join(cells) + csv.line_ending).encode(codec)

    return write


def _needs_identifier(value: str, found: re.Match[str] | None) -> Unmappable:
    """The problem of a value that needs quotes in a file without a text identifier."""
    reason = (
        f"has {name_character(value, found.start())}, a line break or the field separator"
        if found
        else "is blank in a file of one column"
    )
    return Unmappable(
        "text_identifier", f"The value {reason}: choose a text identifier, or another separator."
    )


def _needs_care(csv: CsvFormat) -> Callable[[str], object]:
    """Finds a character for which a value may not be written as it is."""
    characters = re.escape(csv.separator + csv.text_identifier) + "\x00-\x08\x0a-\x1f\x7f-\x9f"
    characters += "\u2028\u2029" if csv.line_breaks_to_spaces else ""
    characters += "\xa0-\U0010ffff" if CODECS[csv.encoding] != "utf-8" else ""
    starts = "" if csv.formulas == "keep" else f"|\\A[{_BEFORE_FORMULA}]*[{_FORMULA}]"
    return re.compile(f"[{characters}]{starts}").search


def _encodable(value: str, codec: str) -> str:
    """The value, composed (NFC) if the encoding has only the composed characters."""
    try:
        value.encode(codec)
    except UnicodeEncodeError:
        return compose(value)
    return value


def _without_formula(csv: CsvFormat, value: str) -> str:
    """Puts an apostrophe before a value that a spreadsheet would run, or holds it."""
    index = 0 if value.startswith(FORMULA_STARTS) else len(value) - len(value.lstrip(BLANKS))
    if not value.startswith(FORMULA_STARTS, index):
        return value
    if csv.formulas == "quote":
        return f"'{value}"
    raise Unmappable(
        "formula",
        f"The value starts with {name_character(value, index)}, so a spreadsheet would run it as a "
        "formula: correct it in Enroll, or change how the file writes formulas.",
    )


def format_problem(csv: CsvFormat, value: str, *, only_column: bool) -> Unmappable | None:
    """Why a file of this format cannot hold the value, or None; `only_column`: the file has one
    column."""
    try:
        line_writer(csv)([value] if only_column else [value, "x"])
    except Unmappable as problem:
        return problem
    except UnicodeEncodeError:
        if is_encodable(value, csv.encoding):
            return None  # the separator is the problem
        return Unmappable(
            "encoding",
            f"{unencodable(csv.encoding, value)}: correct it in Enroll, or "
            "choose the encoding utf-8.",
        )
    return None


def unwritable(csv: CsvFormat, text: str) -> Unmappable | None:
    """Why a text of the mapping can be in no file of this format, or None. Its message has what to
    change in the mapping."""
    if (found := format_problem(csv, text, only_column=False)) is None:
        return None
    remedy = {
        "control_character": "enter it without this character",
        "encoding": "enter another text, or choose the encoding utf-8",
        "formula": "enter another text, or set the file's `formulas` to `keep` or `quote`",
        "text_identifier": "choose a text identifier, or another separator",
    }[found.rule]
    reason = found.message.partition(": ")[0].replace("The value", "The text", 1)
    return Unmappable(found.rule, f"{reason}: {remedy}.")


def unencodable(encoding: Encoding, value: str) -> str:
    """Names the first character that an encoding cannot hold; composed, as it is written."""
    value = compose(value)
    index = next((i for i, c in enumerate(value) if not is_encodable(c, encoding)), 0)
    return f"The text has {name_character(value, index)}, which {encoding} cannot hold"


def is_encodable(text: str, encoding: Encoding) -> bool:
    """Whether the encoding can hold the text, if need be composed (NFC)."""
    try:
        _encodable(text, CODECS[encoding]).encode(CODECS[encoding])
    except UnicodeEncodeError:
        return False
    return True
