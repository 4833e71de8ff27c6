"""`make check-mapping`: a mapping file and registrations of a person, without any stack."""

from pathlib import Path

import pytest

from local import check_mapping
from local.district import UnreadableFile, numbered_registrations_of

MAPPING = """
files:
  - name: students
    fields:
      - {from: students.id, mapping_type: direct, to: ID, unique: true}
      - {from: students.grade, mapping_type: match_codes, codes: {K: "0"}, to: Grade}
"""
REGISTRATIONS = "id,grade\n007,K\n008,12\n"


def checked(
    mapping: str | bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    content: str = REGISTRATIONS,
) -> int | str | None:
    """What the command exits with: 0, 1 if somebody is held, or a message."""
    file, registrations = tmp_path / "my.yaml", tmp_path / "students.csv"
    file.write_bytes(mapping if isinstance(mapping, bytes) else mapping.encode())
    registrations.write_text(content, newline="")
    monkeypatch.setattr(
        "sys.argv", ["check_mapping", str(file), "--registrations", str(registrations)]
    )
    with pytest.raises(SystemExit) as ended:
        check_mapping.main()
    return ended.value.code


def test_it_shows_lines_held_students_and_values_without_a_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(MAPPING, tmp_path, monkeypatch) == 1

    shown = capsys.readouterr().out
    assert "1 files, 2 fields, no mistake found" in shown
    assert "    007,0\n" in shown
    assert "2 registrations: students.csv 1 rows.\nNeeds attention: 1." in shown
    assert "1 in students.csv, Grade: The value has no match code" in shown
    assert "students.csv, Grade: '12', 1 times" in shown


def test_nobody_held_is_success(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checked(MAPPING.replace("codes: {", 'codes: {12: "12", '), tmp_path, monkeypatch) != 0
    corrected = MAPPING.replace("codes: {", 'codes: {"12": "12", ')
    assert checked(corrected, tmp_path, monkeypatch) == 0


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (MAPPING.replace("grade", ".grade"), "files[0].fields[1].from: Enter the field's path"),
        (MAPPING.replace('"0"', "0"), "files[0].fields[1].codes.K: Enter it as text in quotes"),
        ("files: [", "line 2, column 1: This is not YAML"),
        (MAPPING.encode("utf-16"), "The file is not UTF-8 text"),
    ],
)
def test_a_mistake_is_reported_with_its_location(
    mapping: str | bytes, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert words in str(checked(mapping, tmp_path, monkeypatch))


def test_a_wrong_registration_is_named_by_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [f'{number},"K\nx"' for number in range(600)] + [",K"]

    found = str(checked(MAPPING, tmp_path, monkeypatch, "\n".join(["id,grade", *rows])))

    assert "line 1202" in found
    assert "registrations[" not in found


def test_a_byte_that_is_not_utf_8_is_named_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "students.csv"
    file.write_bytes(b"\xef\xbb\xbfid,fname\n" + b'1,"An\na"\n' * 20_000 + b"2,Jos\xe9\n")

    with pytest.raises(UnreadableFile) as caught:
        list(numbered_registrations_of(file, school_year=2025))

    assert str(caught.value).startswith(f"Line 40002 of {file} has the byte E9, ")


def test_an_id_that_repeats_counts_once_as_in_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(MAPPING, tmp_path, monkeypatch, "id,grade\n1,12\n2,K\n1,K\n") == 0

    shown = capsys.readouterr().out
    assert "Line 4 has the same student id as line 2 and replaces it." in shown
    assert "2 registrations: students.csv 2 rows." in shown


def test_blanks_around_a_header_are_removed_and_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert checked(MAPPING, tmp_path, monkeypatch, " id , grade \n7,K\n") == 0

    shown = capsys.readouterr().out
    assert "    7,0\n" in shown
    assert 'The header " grade " has blanks around it: read as "grade".' in shown


def test_a_path_that_no_registration_has_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    typed = MAPPING.replace("students.grade", "students.grad")

    assert checked(typed, tmp_path, monkeypatch) == 0

    shown = capsys.readouterr().out
    assert (
        "Warnings:\n  files[0].fields[1].from: No registration has the field students.grad" in shown
    )
    assert "did you mean students.grade?" in shown
