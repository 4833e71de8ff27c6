"""NO_SKIP=1, as CI sets it: a skipped test fails, unless it needs data outside this repository."""

import pytest

from tests.support.skips import NOT_THERE, without_skip


def skipped(reason: str) -> pytest.CollectReport:
    return pytest.CollectReport("a", "skipped", longrepr=("a", 1, f"Skipped: {reason}"), result=[])


def test_a_skip_is_a_failure_that_names_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_SKIP", "1")

    report = without_skip(skipped("no sshd"))

    assert (report.outcome, report.longrepr) == (
        "failed",
        "NO_SKIP=1 allows no skip: Skipped: no sshd",
    )


def test_a_skip_for_data_outside_this_repository_stays_a_skip(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_SKIP", "1")

    assert without_skip(skipped(f"{NOT_THERE}: students.csv")).outcome == "skipped"


def test_without_no_skip_every_skip_stays_a_skip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SKIP", raising=False)

    assert without_skip(skipped("no sshd")).outcome == "skipped"
