"""What all checkers rest on: the reader, the rules of values, and their independence."""

import ast
import sys
from pathlib import Path

import pytest

from tests.formats.rules import as_day, date, each, one_of
from tests.formats.table import MAX_SHOWN, Finding, read, run

CHECKERS = [
    path for path in Path(__file__).parent.glob("*.py") if not path.name.startswith("test_")
]


@pytest.mark.parametrize("path", CHECKERS, ids=lambda path: path.name)
def test_a_checker_needs_the_standard_library_only(path: Path) -> None:
    names = [
        name
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [])
        + ([one.name for one in node.names] if isinstance(node, ast.Import) else [])
    ]

    foreign = [
        name
        for name in names
        if name.split(".")[0] not in sys.stdlib_module_names
        and not name.startswith("tests.formats")
    ]
    assert foreign == []


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("a,b\r\n1,2\r\n", [(2, ["1", "2"])]),
        ("a,b\n1,2", [(2, ["1", "2"])]),
        ("a,b\n,\n", [(2, ["", ""])]),
        ('a,b\n"1,""x""",""\n3,4\n', [(2, ['1,"x"', ""]), (3, ["3", "4"])]),
        ("a,b\n 1 ,'2'\n", [(2, [" 1 ", "'2'"])]),
        ("a\n1\n", [(2, ["1"])]),
    ],
    ids=["CRLF", "no last line end", "blank values", "quotes", "blanks stay", "one column"],
)
def test_a_sound_file_is_read_as_written(content: str, rows: list[tuple[int, list[str]]]) -> None:
    table = read("f.csv", content.encode())

    assert [(line, list(row.values())) for line, row in table.rows] == rows
    assert table.findings == []


def test_lines_are_counted_as_an_editor_does_after_a_line_break_in_a_value() -> None:
    table = read("f.csv", b'a,b\n1,"x\ny"\n3,4\n')

    assert [line for line, _ in table.rows] == [2, 4]
    assert [(finding.line, finding.column) for finding in table.findings] == [(2, "b")]


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        ("", 1, ""),
        ("a,b\n", 0, ""),
        ("a,b\n1,2\n3\n", 3, ""),
        ('a,b\n1,"2\n', 2, "b"),
        ('a,b\n1,"2"x\n', 2, "b"),
        ("a,b\r1,2\r", 1, ""),
        ("a,a\n1,2\n", 1, "a"),
    ],
    ids=["empty", "header only", "cut off", "open quote", "after a quote", "old Mac", "twice"],
)
def test_an_unsound_file_is_reported(content: str, line: int, column: str) -> None:
    first = read("f.csv", content.encode()).findings[0]

    assert (first.line, first.column) == (line, column)


def test_references_into_a_file_that_was_not_read_completely_are_not_checked() -> None:
    whole, cut_off = read("t.csv", b"id,x\n1,\n"), read("t.csv", b"id,x\n1,\n2\n")
    table = read("f.csv", b"ref,x\n2,\n")

    table.check_references("ref", cut_off, "id")
    before = list(table.findings)
    table.check_references("ref", whole, "id")

    assert before == []
    assert [(finding.line, finding.column) for finding in table.findings] == [(2, "ref")]


@pytest.mark.parametrize(
    ("written", "good", "bad"),
    [
        (
            "YYYY-MM-DD",
            "2024-02-29",
            ["2023-02-29", "2024-2-29", "02/29/2024", "1024-02-29", "٢٠٢٤-02-29"],
        ),
        ("YYYYMMDD", "20240229", ["2024-02-29", "20240230", "202402290"]),
        ("MM/DD/YYYY", "02/29/2024", ["2/29/2024", "29/02/2024", "02/29/24"]),
        ("M/D/YYYY", "2/9/2024", ["2-9-2024", "13/9/2024", "2/9/2024 "]),
    ],
)
def test_a_date_is_written_exactly_so_and_exists(written: str, good: str, bad: list[str]) -> None:
    rule = date(written)

    assert rule.accepts(good)
    assert as_day(written)(good) in {"2024-02-29", "2024-02-09"}
    assert [value for value in bad if rule.accepts(value)] == []


def test_a_list_passes_if_each_item_passes() -> None:
    rule = each(one_of("KG", "01"))

    assert rule.accepts("KG,01")
    assert not rule.accepts("KG,1")
    assert not rule.accepts("KG,")


def test_the_command_line_shows_the_first_findings_and_counts_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    findings = [Finding("f.csv", line, "a", "is blank.", "") for line in range(1, MAX_SHOWN + 9)]

    code = run(lambda _folder: findings, [str(tmp_path)])

    printed = capsys.readouterr().out.splitlines()
    assert code == 1
    assert len(printed) == MAX_SHOWN + 2
    assert printed[-1] == f"{MAX_SHOWN + 8} found."


def test_the_command_line_needs_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(lambda _folder: [], ["/nowhere"]) == 2
    assert capsys.readouterr().err == "Name the folder of the files.\n"
