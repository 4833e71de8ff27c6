"""The file format: rows of text to bytes by RFC 4180, every value unchanged.

Written here instead of with csv.writer: joining a row and looking for what needs quotes takes a
tenth of its time, and its exceptions (a lone blank value, an escape character, a text identifier
of none) would have to be caught one by one. csv.reader reads it all back in the tests.
"""

import codecs
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from registration_sync.domain.unmappable import Unmappable

Encoding = Literal["utf-8", "utf-8-bom", "windows-1252"]
CODECS: dict[Encoding, str] = {"utf-8": "utf-8", "utf-8-bom": "utf-8", "windows-1252": "cp1252"}

_LINE_BREAK = re.compile("\r\n|\r|\n")

type LineWriter = Callable[[Sequence[str]], bytes]


@dataclass(frozen=True, slots=True)
class CsvFormat:
    """How values become a line; `text_identifier` is one character, or empty for none."""

    separator: str = ","
    text_identifier: str = '"'
    quote_always: bool = False
    encoding: Encoding = "utf-8"
    line_ending: str = "\r\n"
    line_breaks_to_spaces: bool = False


def file_head(csv: CsvFormat, headers: Sequence[str] | None) -> bytes:
    """What stands before the first row: a byte order mark, and the header line, where wanted."""
    mark = codecs.BOM_UTF8 if csv.encoding == "utf-8-bom" else b""
    return mark + (line_writer(csv)(headers) if headers is not None else b"")


def line_writer(csv: CsvFormat) -> LineWriter:
    """A function from a row's values to its encoded line, line ending included.

    It raises Unmappable or UnicodeEncodeError for a row that the format cannot hold (see
    `why_unwritable`), and TypeError if a value is not text.
    """
    separator, quote, end = csv.separator, csv.text_identifier, csv.line_ending
    codec = CODECS[csv.encoding]
    join = separator.join
    join_quoted = (quote + separator + quote).join
    write_cell = _cell_writer(csv)

    def write(values: Sequence[str]) -> bytes:
        line = join(values)
        # Most rows need no second look. A lone blank value is an empty line: readers skip it.
        if "\n" not in line and "\r" not in line and (not quote or quote not in line):
            if csv.quote_always:
                return (quote + join_quoted(values) + quote + end).encode(codec)
            if line and line.count(separator) == len(values) - 1:
                return (line + end).encode(codec)
        lone = len(values) == 1
        return (join([write_cell(value, lone) for value in values]) + end).encode(codec)

    return write


def why_unwritable(csv: CsvFormat, value: str, *, lone: bool) -> Unmappable | None:
    """What keeps a value out of a file of this format; `lone` is a file of one column."""
    try:
        _cell_writer(csv)(value, lone).encode(CODECS[csv.encoding])
    except Unmappable as problem:
        return problem
    except UnicodeEncodeError:
        return Unmappable(
            "encoding",
            f"The value has a character that {csv.encoding} cannot hold: mend it in Enroll, or "
            "choose the encoding utf-8.",
        )
    return None


def _cell_writer(csv: CsvFormat) -> Callable[[str, bool], str]:
    """A function from a value, and whether it is alone in its row, to how it stands in the line."""
    separator, quote = csv.separator, csv.text_identifier
    special = re.compile(f"[{re.escape(separator + quote)}\r\n]").search

    def write_cell(value: str, lone: bool) -> str:
        if csv.line_breaks_to_spaces:
            value = _LINE_BREAK.sub(" ", value)
        if not csv.quote_always and not special(value) and (value or not lone):
            return value
        if not quote:
            raise Unmappable(
                "text_identifier",
                "The value is blank in a file of one column, or has a line break or the field "
                "separator in it: that needs a text identifier, or another separator.",
            )
        return quote + value.replace(quote, quote + quote) + quote

    return write_cell
