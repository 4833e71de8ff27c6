"""The checker for the delivered folder of each ready-made mapping."""

from collections.abc import Callable
from pathlib import Path

from tests.formats import clever, focus, oneroster_1_1, oneroster_1_2, powerschool
from tests.formats.table import Finding


def _in_zip(check: Callable[[Path], list[Finding]]) -> Callable[[Path], list[Finding]]:
    return lambda folder: check(folder / "oneroster.zip")


CHECKS: dict[str, Callable[[Path], list[Finding]]] = {
    "clever": clever.check,
    "focus": focus.check,
    "oneroster_1_1": _in_zip(oneroster_1_1.check),
    "oneroster_1_2": _in_zip(oneroster_1_2.check),
    "powerschool": powerschool.check,
    "powerschool_autocomm": powerschool.check,
}
