"""Writes rows of text as CSV bytes (RFC 4180), every value unchanged.

csv.writer is not used: joining a row and searching it for special characters takes a tenth of its
time, and csv.writer treats a single blank value and a missing quote character differently. The
tests read every file back with csv.reader.
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
    """How to write a row of values as a line; an empty `text_identifier` means no quoting."""

    separator: str = ","
    text_identifier: str = '"'
    quote_always: bool = False
    encoding: Encoding = "utf-8"
    line_ending: str = "\r\n"
    line_breaks_to_spaces: bool = False


def file_start(csv: CsvFormat, headers: Sequence[str] | None) -> bytes:
    """The bytes before the first row: the byte order mark and the header line, if configured."""
    mark = codecs.BOM_UTF8 if csv.encoding == "utf-8-bom" else b""
    return mark + (line_writer(csv)(headers) if headers is not None else b"")


def line_writer(csv: CsvFormat) -> LineWriter:
    """Builds the function that turns a row's values into an encoded line with its line ending.

    The function raises Unmappable or UnicodeEncodeError for a row that the format cannot represent
    (see `format_problem`), and TypeError for a value that is not text.
    """
    separator, quote, end = csv.separator, csv.text_identifier, csv.line_ending
    codec, always = CODECS[csv.encoding], csv.quote_always
    join, join_quoted = separator.join, (quote + separator + quote).join
    special, write_cell = _special(csv), _cell_writer(csv)

    def write(values: Sequence[str]) -> bytes:
        line = join(values)
        # Fast path for most rows. A single blank value needs quotes: readers skip an empty line.
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


def format_problem(csv: CsvFormat, value: str, *, only_column: bool) -> Unmappable | None:
    """Why a file of this format cannot hold the value, or None; `only_column`: the file has one
    column."""
    try:
        needs_more = csv.quote_always or _special(csv)(value) or (only_column and not value)
        cell = _cell_writer(csv)(value) if needs_more else value
        cell.encode(CODECS[csv.encoding])
    except Unmappable as problem:
        return problem
    except UnicodeEncodeError:
        return Unmappable(
            "encoding",
            f"The value has a character that {csv.encoding} cannot hold: correct it in Enroll, or "
            "choose the encoding utf-8.",
        )
    return None


def _special(csv: CsvFormat) -> Callable[[str], object]:
    """Finds a character that needs a text identifier around the value."""
    return re.compile(f"[{re.escape(csv.separator + csv.text_identifier)}\r\n]").search


def _cell_writer(csv: CsvFormat) -> Callable[[str], str]:
    """Builds the function that quotes a value and replaces its line breaks as needed."""
    quote, special = csv.text_identifier, _special(csv)

    def write_cell(value: str) -> str:
        if csv.line_breaks_to_spaces:
            value = _LINE_BREAK.sub(" ", value)
        if quote:
            if value and not csv.quote_always and not special(value):
                return value  # its line breaks are gone
            return quote + value.replace(quote, quote + quote) + quote
        if not value or special(value):
            raise Unmappable(
                "text_identifier",
                "The value is blank in a file of one column, or contains a line break or the field "
                "separator: choose a text identifier, or another separator.",
            )
        return value

    return write_cell
