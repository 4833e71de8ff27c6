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

from registration_sync.domain.mapping.values.unmappable import Unmappable

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
    codec, always = CODECS[csv.encoding], csv.quote_always
    join, join_quoted = separator.join, (quote + separator + quote).join
    special, write_cell = _special(csv), _cell_writer(csv)

    def write(values: Sequence[str]) -> bytes:
        line = join(values)
        # Most rows need no second look. A lone blank value is an empty line, which readers skip.
        if "\n" not in line and "\r" not in line and (not quote or quote not in line):
            if always:
                return (quote + join_quoted(values) + quote + end).encode(codec)
            if line and line.count(separator) == len(values) - 1:
                return (line + end).encode(codec)
        if always or not line:
            cells = [write_cell(value) for value in values]
        else:
            cells = [write_cell(value) if special(value) else value for value in values]
        return (join(cells) + end).encode(codec)

    return write


def why_unwritable(csv: CsvFormat, value: str, *, lone: bool) -> Unmappable | None:
    """What keeps a value out of a file of this format; `lone` is a file of one column."""
    try:
        needs_more = csv.quote_always or _special(csv)(value) or (lone and not value)
        cell = _cell_writer(csv)(value) if needs_more else value
        cell.encode(CODECS[csv.encoding])
    except Unmappable as problem:
        return problem
    except UnicodeEncodeError:
        return Unmappable(
            "encoding",
            f"The value has a character that {csv.encoding} cannot hold: mend it in Enroll, or "
            "choose the encoding utf-8.",
        )
    return None


def _special(csv: CsvFormat) -> Callable[[str], object]:
    """Finds what a value without a text identifier around it cannot hold."""
    return re.compile(f"[{re.escape(csv.separator + csv.text_identifier)}\r\n]").search


def _cell_writer(csv: CsvFormat) -> Callable[[str], str]:
    """A function from a value that needs more than to be written, to how it stands in the line."""
    quote, special = csv.text_identifier, _special(csv)

    def write_cell(value: str) -> str:
        if csv.line_breaks_to_spaces:
            value = _LINE_BREAK.sub(" ", value)
        if quote:
            if value and not csv.quote_always and not special(value):
                return value  # it only had line breaks
            return quote + value.replace(quote, quote + quote) + quote
        if not value or special(value):
            raise Unmappable(
                "text_identifier",
                "The value is blank in a file of one column, or has a line break or the field "
                "separator in it: that needs a text identifier, or another separator.",
            )
        return value

    return write_cell
