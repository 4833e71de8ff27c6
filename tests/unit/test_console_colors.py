"""The colors of the console: every text is readable where it stands, in light and dark."""

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "functions/console/static/styles/tokens.css"
COLOR = re.compile(r"--([\w-]+): light-dark\((#\w+), (#\w+)\);")
ENOUGH = 4.5
"""WCAG 2.2, 1.4.3, for text of normal size."""

GROUNDS = ("ground", "surface", "raised", "sunken")
ON = {
    "ink": (*GROUNDS, "accent-wash", "good-wash", "warn-wash", "bad-wash"),
    "ink-soft": (*GROUNDS, "accent-wash"),
    "accent": (*GROUNDS, "accent-wash"),
    "good": ("surface", "raised", "good-wash"),
    "warn": ("surface", "raised", "warn-wash"),
    "bad": ("surface", "raised", "bad-wash"),
}


def colors(scheme: str) -> dict[str, str]:
    found = COLOR.findall(TOKENS.read_text(encoding="utf-8"))
    return {name: light if scheme == "light" else dark for name, light, dark in found}


def luminance(color: str) -> float:
    """WCAG's relative luminance."""
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_is_readable_on_its_grounds(scheme: str) -> None:
    of = colors(scheme)

    grounds = {name: of[name] for name in {ground for pair in ON.values() for ground in pair}}
    low = {
        (text, ground): round(contrast(of[text], of[ground]), 1)
        for text, pair in ON.items()
        for ground in pair
        if contrast(of[text], of[ground]) < ENOUGH
    }
    assert {name: color for name, color in grounds.items() if len(color) != 7} == {}  # opaque
    assert low == {}
