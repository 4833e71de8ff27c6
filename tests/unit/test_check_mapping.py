"""`make check-mapping`: a mapping file and registrations of a person, without any stack."""

from pathlib import Path

import pytest

from local import check_mapping

MAPPING = """
files:
  - name: students
    fields:
      - {from: students.id, mapping_type: direct, to: ID, unique: true}
      - {from: students.grade, mapping_type: match_codes, codes: {K: "0"}, to: Grade}
"""
REGISTRATIONS = "id,grade\n007,K\n008,12\n"


def checked(
    mapping: str | bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> int | str | None:
    """What the command exits with: 0, 1 if somebody is held, or a message."""
    file, registrations = tmp_path / "my.yaml", tmp_path / "students.csv"
    file.write_bytes(mapping if isinstance(mapping, bytes) else mapping.encode())
    registrations.write_text(REGISTRATIONS)
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
    assert "2 registrations, 1 held: students.csv 1 rows." in shown
    assert "1 in students.csv, Grade: The value has no match code" in shown
    assert "students.csv, Grade: '12', 1 times" in shown


def test_nobody_held_is_success(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert checked(MAPPING.replace("codes: {", 'codes: {12: "12", '), tmp_path, monkeypatch) != 0
    corrected = MAPPING.replace("codes: {", 'codes: {"12": "12", ')
    assert checked(corrected, tmp_path, monkeypatch) == 0


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (MAPPING.replace("grade", ".grade"), "files[0].fields[1].from: Write the field's path"),
        (MAPPING.replace('"0"', "0"), "files[0].fields[1].codes.K: Write it as text in quotes"),
        ("files: [", "line 2, column 1: This is not YAML"),
        (MAPPING.encode("utf-16"), "The file is not UTF-8 text"),
    ],
)
def test_a_mistake_is_reported_with_its_location(
    mapping: str | bytes, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert words in str(checked(mapping, tmp_path, monkeypatch))
