"""The page that make torture writes has every subject, in words."""

from pathlib import Path

import pytest

from tests.torture import page
from tests.torture.support import trials
from tests.torture.support.trials import Trials

SUBJECTS = Path(page.__file__).parent.glob("test_*.py")


def rows_of_all(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "ROWS", folder)
    monkeypatch.setattr(page, "PAGE", folder / "reliability.md")
    for subject in page.SUBJECTS:
        recorded = Trials(subject, 7, random=None)  # type: ignore[arg-type]  # nothing is drawn
        recorded.record(fault="Killed", outcome="It is sent.", tried=1200, survived=1200)


def test_every_module_of_trials_is_on_the_page() -> None:
    assert {path.stem.removeprefix("test_") for path in SUBJECTS} == set(page.SUBJECTS)


def test_the_page_has_the_text_and_the_rows_of_every_subject(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows_of_all(tmp_path, monkeypatch)

    page.write_page()

    text = page.PAGE.read_text(encoding="utf-8")
    parts = text.split("\n## ")[1:]
    assert len(parts) == len(page.SUBJECTS)
    assert f"{1200 * len(parts):,} trials" in text
    for part in parts:
        heading, about, table = part.split("\n\n", 2)
        assert len(heading) < 40
        assert about.endswith((".", ":")), about
        assert "| Killed | It is sent. | 1,200 | 1,200 | 0 |" in table


def test_a_subject_without_rows_prevents_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows_of_all(tmp_path, monkeypatch)
    (tmp_path / "load.jsonl").unlink()

    with pytest.raises(ValueError, match="no rows of load"):
        page.write_page()


def test_the_parts_of_a_test_are_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows_of_all(tmp_path, monkeypatch)
    recorded = Trials("load", 7, random=None)  # type: ignore[arg-type]  # nothing is drawn
    for count in (2, 3):
        recorded.record(
            fault="A part",
            outcome="It is sent.",
            tried=count,
            survived=count,
            detail="Killed at calls of",
            of=1300,
            counts={"S3": 1, "DynamoDB": count},
        )

    page.write_page()

    outcome = "It is sent. Killed at calls of DynamoDB 5, S3 2. Tried 5 of 1,300."
    assert f"| A part | {outcome} | 5 | 5 | 0 |" in page.PAGE.read_text(encoding="utf-8")
