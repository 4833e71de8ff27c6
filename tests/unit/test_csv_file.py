"""The file format: a file reads back unchanged, or the writer refuses the value."""

import csv
import io
import unicodedata
from dataclasses import replace
from typing import Any, get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from registration_sync.domain.mapping.values.characters import CONTROL, LINE_BREAK
from registration_sync.domain.mapping.values.csv_format import (
    BLANKS,
    CODECS,
    FORMULA_STARTS,
    CsvFormat,
    Encoding,
    LineWriter,
    file_start,
    format_problem,
    is_encodable,
    line_writer,
    special_writer,
)
from registration_sync.domain.mapping.values.unmappable import Unmappable

TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=12),
    st.text("ab ,;|\t'\"\r\né\\", max_size=8),
    st.text("ab,'\"\n\x0b\x1f\x7f\x85\u2028\\", max_size=4),
)
ROWS = st.lists(TEXTS, min_size=1, max_size=5)
FORMATS = st.builds(
    CsvFormat,
    separator=st.one_of(
        st.sampled_from(",\t|;'\"\\\x0b\x1f\x7f\x85"),
        st.characters(codec="utf-8", exclude_characters="\r\n\0"),
    ),
    text_identifier=st.sampled_from(['"', "'", ""]),
    quote_always=st.booleans(),
    encoding=st.sampled_from(get_args(Encoding)),
    line_ending=st.sampled_from(["\r\n", "\n"]),
    line_breaks_to_spaces=st.booleans(),
    formulas=st.sampled_from(["keep", "quote", "hold"]),
).filter(
    lambda form: (
        form.separator != form.text_identifier
        and not (form.quote_always and not form.text_identifier)
        and is_encodable(form.separator, form.encoding)
    )
)


def read_back(content: bytes, form: CsvFormat) -> list[list[str]]:
    options: dict[str, Any] = {"quotechar": form.text_identifier}
    if not form.text_identifier:
        options = {"quoting": csv.QUOTE_NONE, "quotechar": None}
    text = io.StringIO(content.decode(CODECS[form.encoding]), newline="")
    return list(csv.reader(text, delimiter=form.separator, strict=True, **options))


def expected(row: list[str], form: CsvFormat) -> list[str]:
    return [_expected(value, form) for value in row]


def _expected(value: str, form: CsvFormat) -> str:
    starts = value.startswith(FORMULA_STARTS) or value.lstrip(BLANKS).startswith(FORMULA_STARTS)
    if form.formulas == "quote" and starts:
        value = f"'{value}"
    if form.line_breaks_to_spaces:
        value = LINE_BREAK.sub(" ", value)
    try:
        value.encode(CODECS[form.encoding])
    except UnicodeEncodeError:
        return unicodedata.normalize("NFC", value)
    return value


@given(st.lists(ROWS, min_size=1, max_size=3), FORMATS)
@example([[""]], CsvFormat())
@example([["\n"]], CsvFormat(line_breaks_to_spaces=True))
@example([["", ""]], CsvFormat(text_identifier=""))
@example([["\x85@"]], CsvFormat(line_breaks_to_spaces=True, formulas="quote"))
@example([["a\nb\nc", "", ""]], CsvFormat(separator="\\"))
@example([["a\nb", 'c"d', 'e"f']], CsvFormat(separator='"', text_identifier="'"))
@example([["a\x1fb", "c\nd"]], CsvFormat(separator="\x1f"))
def test_every_row_is_read_back_unchanged_or_refused(
    rows: list[list[str]], form: CsvFormat
) -> None:
    write = line_writer(form)
    written, content = [], b""
    for row in rows:
        reasons = [format_problem(form, value, only_column=len(row) == 1) for value in row]
        if any(reasons):
            with pytest.raises((Unmappable, UnicodeEncodeError)):
                write(row)
        else:
            content += write(row)
            written.append(expected(row, form))

    assert read_back(content, form) == written


@given(ROWS, FORMATS)
@example(["a\x1fb", "c"], CsvFormat(separator="\x1f"))
@example(["12\x0bMain", "c"], CsvFormat(separator="\x0b", line_breaks_to_spaces=True))
def test_the_fast_paths_write_what_is_written_value_by_value(
    row: list[str], form: CsvFormat
) -> None:
    def written(write: LineWriter) -> bytes | str:
        try:
            return write(row)
        except Unmappable as problem:
            return problem.rule
        except UnicodeEncodeError:
            return "encoding"

    assert written(line_writer(form)) == written(special_writer(form))


@given(ROWS, FORMATS.filter(lambda form: form.text_identifier and form.encoding != "windows-1252"))
@example(["a\x1fb", "c"], CsvFormat(separator="\x1f"))
def test_with_a_text_identifier_every_text_without_control_characters_can_be_written(
    row: list[str], form: CsvFormat
) -> None:
    form = replace(form, formulas="keep")
    found = [format_problem(form, value, only_column=len(row) == 1) for value in row]

    for value, problem in zip(expected(row, form), found, strict=True):
        assert (problem.rule if problem else None) == (
            "control_character" if CONTROL.search(value) else None
        )


@pytest.mark.parametrize("character", "\0\x01\x07\x08\x0b\x0c\x1b\x1c\x1f\x7f\x80\x85\x9f")
@pytest.mark.parametrize(
    "form", [CsvFormat(), CsvFormat(quote_always=True), CsvFormat(separator="\t")]
)
def test_a_control_character_is_refused_with_its_number(character: str, form: CsvFormat) -> None:
    problem = format_problem(form, f"Añ{character}", only_column=False)

    assert problem is not None
    assert problem.rule == "control_character"
    assert f"U+{ord(character):04X} (character 3)" in problem.message
    for row in (["a", f"b{character}"], [f"é{character}", "a"], [character]):
        with pytest.raises(Unmappable):
            line_writer(form)(row)


@pytest.mark.parametrize("character", "\t\xa0\xad\u200b\u2028\u2029\ufeff\ufffd😀\\")
def test_any_other_character_is_written_unchanged(character: str) -> None:
    assert line_writer(CsvFormat())(["a", character]) == f"a,{character}\r\n".encode()


@pytest.mark.parametrize("line_break", ["\r\n", *"\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"])
def test_line_breaks_of_every_kind_become_spaces(line_break: str) -> None:
    form = CsvFormat(line_breaks_to_spaces=True)

    assert line_writer(form)([f"12{line_break}Main", "x"]) == b"12 Main,x\r\n"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("Jose\u0301", "José"),
        ("n\u0303", "ñ"),
        ("José", "José"),
        ("\u037e", '";"'),
    ],
)
def test_windows_1252_has_composed_characters(value: str, written: str) -> None:
    form = CsvFormat(encoding="windows-1252", separator=";")

    assert format_problem(form, value, only_column=False) is None
    assert line_writer(form)([value, "x"]) == f"{written};x\r\n".encode("cp1252")


def test_a_character_that_the_encoding_cannot_hold_is_named() -> None:
    problem = format_problem(CsvFormat(encoding="windows-1252"), "Ana 😀", only_column=False)

    assert problem is not None
    assert "U+1F600 (character 5), which windows-1252 cannot hold" in problem.message


FORMULAS = ["=HYPERLINK(1)", "+1", "-2", "@x", "\tx", "\rx", "\nx", "\uff1d1"]


@pytest.mark.parametrize("value", FORMULAS)
def test_formulas_are_kept_quoted_or_held(value: str) -> None:
    kept = format_problem(CsvFormat(), value, only_column=False)
    held = format_problem(CsvFormat(formulas="hold"), value, only_column=False)
    quoted = line_writer(CsvFormat(formulas="quote", quote_always=True))([value, "a=b"])

    assert kept is None
    assert held is not None
    assert held.rule == "formula"
    assert quoted == f'"\'{value}","a=b"\r\n'.encode()


@pytest.mark.parametrize(
    ("form", "row", "line"),
    [
        (CsvFormat(), ["06520", "007", "1e5"], b"06520,007,1e5\r\n"),
        (CsvFormat(), [" a ", "=1+1", ""], b" a ,=1+1,\r\n"),
        (CsvFormat(), ["a,b", 'say "hi"', "x"], b'"a,b","say ""hi""",x\r\n'),
        (CsvFormat(), ["a\nb", "c\r\nd", "e\rf"], b'"a\nb","c\r\nd","e\rf"\r\n'),
        (CsvFormat(), [""], b'""\r\n'),
        (CsvFormat(), ["", ""], b",\r\n"),
        (CsvFormat(text_identifier="'"), ["O'Brien", 'say "hi"'], b"'O''Brien',say \"hi\"\r\n"),
        (CsvFormat(quote_always=True), ["a", ""], b'"a",""\r\n'),
        (CsvFormat(quote_always=True), ['a"b', "c"], b'"a""b","c"\r\n'),
        (CsvFormat(separator="\t", text_identifier=""), ['a"b', ""], b'a"b\t\r\n'),
        (CsvFormat(line_ending="\n"), ["a", "b"], b"a,b\n"),
        (CsvFormat(line_breaks_to_spaces=True), ["a\r\nb\n\nc", "d\re"], b"a b  c,d e\r\n"),
        (CsvFormat(line_breaks_to_spaces=True), ["a,\nb"], b'"a, b"\r\n'),
        (CsvFormat(text_identifier="", line_breaks_to_spaces=True), ["a\nb"], b"a b\r\n"),
        (CsvFormat(), ["José", "😀"], "José,😀\r\n".encode()),
        (CsvFormat(encoding="windows-1252"), ["José", "€"], b"Jos\xe9,\x80\r\n"),
    ],
)
def test_a_line_is_written_by_the_rules(form: CsvFormat, row: list[str], line: bytes) -> None:
    assert line_writer(form)(row) == line


@pytest.mark.parametrize(
    ("form", "value", "rule"),
    [
        (CsvFormat(encoding="windows-1252"), "Łukasz", "encoding"),
        (CsvFormat(encoding="windows-1252"), "\x81", "control_character"),
        (CsvFormat(), "\ud800", "encoding"),
        (CsvFormat(text_identifier=""), "a,b", "text_identifier"),
        (CsvFormat(text_identifier=""), "a\nb", "text_identifier"),
    ],
)
def test_a_value_that_the_format_cannot_hold_is_refused(
    form: CsvFormat, value: str, rule: str
) -> None:
    problem = format_problem(form, value, only_column=False)

    assert problem is not None
    assert problem.rule == rule
    assert value not in problem.message
    with pytest.raises((Unmappable, UnicodeEncodeError)):
        line_writer(form)(["x", value])


def test_a_lone_blank_without_a_text_identifier_would_be_an_empty_line() -> None:
    assert format_problem(CsvFormat(text_identifier=""), "", only_column=True) is not None
    assert format_problem(CsvFormat(text_identifier=""), "", only_column=False) is None


def test_a_value_that_is_not_text_is_never_written() -> None:
    with pytest.raises(TypeError):
        line_writer(CsvFormat())(["a", ["b"]])  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("encoding", "headers", "head"),
    [
        ("utf-8", ["Größe", "b"], "Größe,b\r\n".encode()),
        ("utf-8", None, b""),
        ("utf-8-bom", ["a"], b"\xef\xbb\xbfa\r\n"),
        ("utf-8-bom", None, b"\xef\xbb\xbf"),
        ("windows-1252", ["Größe"], b"Gr\xf6\xdfe\r\n"),
    ],
)
def test_a_file_begins_with_its_mark_and_its_header(
    encoding: Encoding, headers: list[str] | None, head: bytes
) -> None:
    assert file_start(CsvFormat(encoding=encoding), headers) == head


def test_a_header_is_written_without_the_setting_for_formulas() -> None:
    assert file_start(CsvFormat(formulas="quote"), ["-Total", "@x"]) == b"-Total,@x\r\n"
