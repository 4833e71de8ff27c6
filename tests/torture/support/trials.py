"""Trials of one fault, their seed, and the rows for docs/reliability.md."""

import json
import os
import random
from dataclasses import asdict, dataclass

from local.processes import ROOT

SEED = int(os.environ.get("TORTURE_SEED", "0"))
"""Of the long form, which `make torture` starts; 0 is the short form."""

ROWS = ROOT / ".local" / "torture"


@dataclass(frozen=True, slots=True)
class Row:
    """`survived` counts the trials after which every promise held; `lost` students that are
    missing, `half_files` files that an importer could have read half, `mixed` pairs of files that
    do not belong together.
    """

    fault: str
    outcome: str
    tried: int
    survived: int
    lost: int = 0
    half_files: int = 0
    mixed: int = 0
    detail: str = ""


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
    ) -> None:
        """Stores the row in the long form. Fails the test if a promise did not hold."""
        row = Row(fault, outcome, tried, survived, lost, half_files, mixed, detail)
        if self.long:
            ROWS.mkdir(parents=True, exist_ok=True)
            with (ROWS / f"{self.subject}.jsonl").open("a", encoding="utf-8") as out:
                out.write(json.dumps(asdict(row)) + "\n")
        again = f"repeat it with TORTURE_SEED={self.seed}" if self.long else "short form"
        assert tried > 0, f"{fault}: no trial ({again})"
        assert (survived, lost, half_files, mixed) == (tried, 0, 0, 0), f"{row} ({again})"


def rows_of(subject: str) -> list[Row]:
    """The rows that the last long run stored, in the order of their faults' names."""
    path = ROWS / f"{subject}.jsonl"
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines()
    return sorted((Row(**json.loads(line)) for line in lines), key=lambda row: row.fault)
