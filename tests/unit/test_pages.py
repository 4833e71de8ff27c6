"""Answers stay within the size that AWS carries."""

import json

import pytest

from registration_sync.routes.pages import MAX_PAGE_BYTES, SHORTENED, count_that_fits, shortened

HELD = {"student_id": "007", "file": "students", "field": "É" * 300, "rule": "x", "message": "m"}


def test_a_page_ends_before_it_is_too_large() -> None:
    items = [{"text": "x" * 1_000_000}] * 5

    assert count_that_fits(items) == 2
    assert count_that_fits(items[:2]) == 2
    assert count_that_fits([]) == 0


def test_a_page_has_at_least_one_item() -> None:
    assert count_that_fits([{"text": "x" * MAX_PAGE_BYTES}, {}]) == 1


def test_a_body_that_fits_is_unchanged() -> None:
    body = {"items": [HELD] * 100, "next": None}

    assert shortened(body) is body


@pytest.mark.parametrize(
    "body",
    [
        {"line": "x" * 4_000_000},
        {"files": [{"line": "😀" * 19_000}] * 400},
        {"years": [{"held": [HELD] * 1_000, "lines": ("é" * 900,) * 100}] * 10},
        {"items": [HELD] * 100_000, "next": None},
    ],
    ids=["a text", "texts", "years", "items"],
)
def test_a_body_that_is_too_large_is_shortened_and_says_so(body: dict[str, object]) -> None:
    found = shortened({"message": "Delivered.", **body})

    assert len(json.dumps(found)) <= MAX_PAGE_BYTES + len(SHORTENED)
    assert found["message"] == f"Delivered. {SHORTENED}"
    assert found.keys() == {"message", *body}
