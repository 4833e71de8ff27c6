"""The settings of an export file: its name, its format and its rows."""

import re
import string
import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from registration_sync.domain.mapping.definition.rows import Rows
from registration_sync.domain.mapping.values.base import DefinitionPart, Text
from registration_sync.domain.mapping.values.characters import name_character
from registration_sync.domain.mapping.values.conditions import Condition
from registration_sync.domain.mapping.values.csv_format import CsvFormat, Encoding, Formulas
from registration_sync.domain.mapping.values.run_context import PLACEHOLDER_SHAPES

SEPARATORS = {"comma": ",", "tab": "\t", "pipe": "|", "semicolon": ";"}
TEXT_IDENTIFIERS = {"double": '"', "single": "'", "none": "", '"': '"', "'": "'", "": ""}
LINE_ENDINGS = {"crlf": "\r\n", "lf": "\n"}

MAX_NAME_BYTES = 180
"""A file system allows 255 bytes, and the temporary name of an upload is longer."""

_PLACEHOLDERS = ", ".join(f"{{{name}}}" for name in PLACEHOLDER_SHAPES)


def check_name(name: str) -> str:
    """Returns a file name that cannot leave its folder; ValueError says what to write instead."""
    if not name or name != name.strip() or name.startswith(".") or ".." in name:
        raise ValueError(
            "Enter a file name without its extension, such as students. It can't start or end with "
            "a space, start with a dot, or have two dots together."
        )
    # Windows servers reject these characters, and ":" names an alternate data stream there.
    wrong = [
        c if c.isprintable() else name_character(name, index)
        for index, c in enumerate(name)
        if c in '/\\:*?"<>|' or unicodedata.category(c)[0] == "C"
    ]
    if wrong:
        raise ValueError(
            f"Leave {' '.join(dict.fromkeys(wrong))} out of the name: the connection sets the "
            "folder, and some servers reject these characters."
        )
    if len(name.encode("utf-8", "replace")) > MAX_NAME_BYTES:
        raise ValueError(f"Enter a name of at most {MAX_NAME_BYTES} bytes.")
    _check_placeholders(name)
    return name


def _check_placeholders(name: str) -> None:
    message = f"A name can contain {_PLACEHOLDERS}: enter no other braces."
    try:
        parts = list(string.Formatter().parse(name))
    except ValueError:
        raise ValueError(message) from None
    if "{{" in name or "}}" in name:
        raise ValueError(message)
    for _, placeholder, form, conversion in parts:
        known = placeholder is None or placeholder in PLACEHOLDER_SHAPES
        if not known or form or conversion:
            raise ValueError(message)


def _check_extension(extension: str) -> str:
    """Returns a valid extension; CSV, the spelling in the product, becomes csv."""
    if not re.fullmatch("[A-Za-z0-9]{0,10}", extension):
        raise ValueError(
            "Enter up to 10 letters and digits without the dot, such as csv or txt, or an empty "
            "text for no extension."
        )
    return "csv" if extension == "CSV" else extension


def _to_separator(value: str) -> str:
    separator = SEPARATORS.get(value.casefold(), value)
    if len(separator) != 1 or separator in "\r\n\0":
        raise ValueError(
            f"Enter {', '.join(SEPARATORS)}, or any one character except a line break."
        )
    return separator


def _to_text_identifier(value: str) -> str:
    identifier = TEXT_IDENTIFIERS.get(value.casefold())
    if identifier is None:
        raise ValueError("Enter double, single or none: the quotation mark around a value.")
    return identifier


def _to_rows(value: object) -> object:
    """Replaces `student`, the default, by None."""
    return None if value == "student" else value


class FileSettings(DefinitionPart):
    """The keys of a file except its fields. A title is the console's label of the key."""

    name: Annotated[
        Text,
        AfterValidator(check_name),
        Field(
            title="File Name",
            description="the file's name without its extension, such as students; it can contain "
            f"{_PLACEHOLDERS}",
        ),
    ]
    extension: Annotated[
        Text,
        AfterValidator(_check_extension),
        Field(
            title="File Extension",
            description="csv or another extension without the dot; an empty text for none",
        ),
    ] = "csv"
    separator: Annotated[
        Text,
        AfterValidator(_to_separator),
        Field(
            title="Field Separator", description=f"{', '.join(SEPARATORS)}, or any one character"
        ),
    ] = ","
    text_identifier: Annotated[
        Text,
        AfterValidator(_to_text_identifier),
        Field(title="Text Identifier", description="double, single or none"),
    ] = '"'
    header: Annotated[bool, Field(description="true or false, without quotes")] = True
    quoting: Annotated[Literal["needed", "always"], Field(description="needed or always")] = (
        "needed"
    )
    encoding: Annotated[Encoding, Field(description="utf-8, utf-8-bom or windows-1252")] = "utf-8"
    line_ending: Annotated[Literal["crlf", "lf"], Field(description="crlf or lf")] = "crlf"
    line_breaks: Annotated[
        Literal["keep", "space"],
        Field(
            title="Line breaks in values",
            description="keep or space, for line breaks inside a value",
        ),
    ] = "keep"
    formulas: Annotated[
        Formulas,
        Field(
            description="keep, quote (with an apostrophe before it) or hold, for a value that a "
            "spreadsheet would run as a formula"
        ),
    ] = "keep"
    contents: Annotated[
        Literal["changes", "new", "all"],
        Field(
            description="changes (the students synced since the last export), new (of these, only "
            "students that no export of this connection has delivered) or all (every approved "
            "student of the year)"
        ),
    ] = "changes"
    when_nothing_due: Annotated[
        Literal["leave", "header_only"],
        Field(
            title="When no students are ready",
            description="leave (the last file stays as it is) or header_only (a scheduled export "
            "replaces the last file by one with only its header, for importers that read again "
            "what lies there)",
        ),
    ] = "leave"
    removals: Annotated[
        Literal["omit", "row"],
        Field(
            title="Removed students",
            description="omit, or row: a removed student has a row with registration.student_id, "
            "school_year and removed_at, and everything else blank",
        ),
    ] = "omit"
    rows: Annotated[
        Rows | None,
        BeforeValidator(_to_rows, json_schema_input_type=Literal["student"] | Rows),
        Field(
            description="student (one row for each), or an object with each or distinct, such as "
            '{"each": "contacts"}'
        ),
    ] = None
    where: Annotated[
        tuple[Condition, ...],
        Field(
            strict=False,
            max_length=20,
            title="Include rows only if",
            description="a list of conditions that a row must meet, such as "
            '{"field": "students.grade", "not_equal": "PK"}',
        ),
    ] = ()

    @property
    def file_name(self) -> str:
        """The name with its extension and placeholders."""
        return f"{self.name}.{self.extension}" if self.extension else self.name

    @property
    def is_full(self) -> bool:
        """Whether the file contains all current students, not only the due ones."""
        return self.contents == "all"

    @property
    def csv_format(self) -> CsvFormat:
        """The settings for writing lines."""
        return CsvFormat(
            separator=self.separator,
            text_identifier=self.text_identifier,
            quote_always=self.quoting == "always",
            encoding=self.encoding,
            line_ending=LINE_ENDINGS[self.line_ending],
            line_breaks_to_spaces=self.line_breaks == "space",
            formulas=self.formulas,
        )


def may_coincide(name: str, other: str) -> bool:
    """Whether two names with placeholders can become the same name, in one run or in two.

    Ignores case, and dots at the end, as Windows servers do.
    """
    shapes = _shape(name), _shape(other)
    return len(shapes[0]) == len(shapes[1]) and all(
        a == b
        or (a is None and b is not None and b in string.digits)
        or (b is None and a is not None and a in string.digits)
        for a, b in zip(*shapes, strict=True)
    )


def _shape(name: str) -> list[str | None]:
    """The name's characters, with None for each digit of a placeholder."""
    shape: list[str | None] = []
    normalized = unicodedata.normalize("NFC", name).rstrip(".")
    for text, placeholder, *_ in string.Formatter().parse(normalized):
        shape += text.casefold()
        for c in PLACEHOLDER_SHAPES.get(placeholder or "", ""):
            shape.append(None if c == "0" else c)
    return shape
