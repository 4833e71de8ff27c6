"""Trials of one fault, their seed, and the rows for docs/reliability.md."""

import json
import os
import random
import zlib
from collections import Counter
from dataclasses import asdict, dataclass, field

import pytest

from local.processes import ROOT

SEED = int(os.environ.get("TORTURE_SEED", "0"))
"""Of the long form, which `make torture` starts; 0 is the short form."""

ROWS = ROOT / ".local" / "torture"


@dataclass(frozen=True, slots=True)
class Row:
    """`survived` counts the trials after which every promise held; `lost` students that are
    missing, `half_files` files that an importer could have read half, `mixed` pairs of files that
    do not belong together. `of` is how many different trials there are, if that is known, and
    `counts` how many of the tried ones are of each kind.
    """

    fault: str
    outcome: str
    tried: int
    survived: int
    lost: int = 0
    half_files: int = 0
    mixed: int = 0
    detail: str = ""
    of: int = 0
    counts: dict[str, int] = field(default_factory=dict)

    def __add__(self, other: "Row") -> "Row":
        """The row of both parts of a test."""
        return Row(
            self.fault,
            self.outcome,
            self.tried + other.tried,
            self.survived + other.survived,
            self.lost + other.lost,
            self.half_files + other.half_files,
            self.mixed + other.mixed,
            " ".join(dict.fromkeys([self.detail, other.detail])).strip(),
            max(self.of, other.of),
            dict(Counter(self.counts) + Counter(other.counts)),
        )


@dataclass(frozen=True, slots=True)
class Part:
    """One of so many parts of the trials of a test. Each finds the items itself, in an order that
    may differ, and takes those that fall to it."""

    number: int
    of: int

    def share[Item](self, items: list[Item]) -> list[Item]:
        return [one for one in items if zlib.crc32(repr(one).encode()) % self.of == self.number]


WHOLE = Part(0, 1)


def in_parts(count: int) -> pytest.MarkDecorator:
    """Makes so many test cases of a test in the long form, which workers share; each gets its
    `part`. Their rows are one on the page."""
    parts = [Part(number, count) for number in range(count)] if SEED else [WHOLE]
    return pytest.mark.parametrize("part", parts, ids=lambda part: f"part{part.number}")


@dataclass(frozen=True, slots=True)
class Trials:
    """`long` in `make torture`. A test draws from `random`: the same seed repeats its trials."""

    subject: str
    seed: int
    random: random.Random

    @property
    def long(self) -> bool:
        return self.seed != 0

    def sample[Item](self, items: list[Item], short: int) -> list[Item]:
        """All items in the long form; in the short form so many, at random, in their order."""
        if self.long or len(items) <= short:
            return items
        return [items[number] for number in sorted(self.random.sample(range(len(items)), short))]

    def record(
        self,
        *,
        fault: str,
        outcome: str,
        tried: int,
        survived: int,
        lost: int = 0,
        half_files: int = 0,
        mixed: int = 0,
        detail: str = "",
        of: int = 0,
        counts: dict[str, int] | None = None,
    ) -> None:
        """Stores the row in the long form. Fails the test if a promise did not hold."""
        row = Row(
            fault, outcome, tried, survived, lost, half_files, mixed, detail, of, counts or {}
        )
        if self.long:
            ROWS.mkdir(parents=True, exist_ok=True)
            with (ROWS / f"{self.subject}.jsonl").open("a", encoding="utf-8") as out:
                out.write(json.dumps(asdict(row)) + "\n")
        again = f"repeat it with TORTURE_SEED={self.seed}" if self.long else "short form"
        assert tried > 0, f"{fault}: no trial ({again})"
        assert (survived, lost, half_files, mixed) == (tried, 0, 0, 0), f"{row} ({again})"


def rows_of(subject: str) -> list[Row]:
    """The rows that the last long run stored, one of each fault, in the order of their names."""
    path = ROWS / f"{subject}.jsonl"
    if not path.exists():
        return []
    found = dict[str, Row]()
    for line in path.read_text(encoding="utf-8").splitlines():
        row = Row(**json.loads(line))
        found[row.fault] = found[row.fault] + row if row.fault in found else row
    return [found[fault] for fault in sorted(found)]
