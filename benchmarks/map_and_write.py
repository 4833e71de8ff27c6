"""Mapping and writing N registrations (default 100,000) of 60 fields, 12 of them transformed.

The floor is the least that any mapping needs: decoding each snapshot with orjson and passing a
finished row to csv.writer. polars is the peer that maps whole columns; it runs in a process of its
own, which reads the snapshots from a file. Ratios are medians of interleaved pairs, in CPU seconds.

    python -m benchmarks.map_and_write [N] [PAIRS]
"""

import csv
import datetime as dt
import random
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from benchmarks.measure import compare, cpu_seconds, cpu_seconds_of_children, report_comparison
from local.processes import ROOT
from registration_sync.domain.mapping.compiled.mapping import RunContext, compile_mapping
from registration_sync.domain.mapping.definition.mapping import parse_mapping

FIELDS = 60
POLARS_PYTHON = ROOT / ".local/env/bench/bin/python"
LINES_PER_WRITE = 500
GRADES = {"K": "0", **{str(grade): f"{grade:02}" for grade in range(1, 13)}}
NAMES = ["Maya", "Liam", "José", "Emma", "Noah", "Ava", "Zoë", "Mia", "Omar", "Ivy", "Leo", "Eli"]
DATE = {"type": "date", "from": "YYYY-MM-DD", "to": "M/D/YYYY"}
TIMESTAMP = {"type": "date", "from": "YYYY-MM-DD HH:mm:ss", "to": "MM/DD/YYYY HH:mm"}


def mapping() -> dict[str, Any]:
    """Three dates, a time that rarely repeats, three codes, two upper, one lower, one constant."""
    dates = [(f"student_annual.date{n}", [DATE]) for n in range(2)]
    chains: list[tuple[str, list[dict[str, Any]]]] = [
        ("students.dob", [DATE]),
        *dates,
        ("applications.submitted_timestamp", [TIMESTAMP]),
        *[
            (f"student_annual.grade{n}", [{"type": "match_codes", "codes": GRADES}])
            for n in range(3)
        ],
        ("students.fname", [{"type": "upper"}]),
        ("students.lname", [{"type": "upper"}]),
        ("students.email", [{"type": "lower"}]),
        ("students.id", [{"type": "value_input", "value": "US"}]),
    ]
    transformed: list[dict[str, Any]] = [
        {"from": path, "mapping_type": "transformation", "transformations": chain}
        for path, chain in chains
    ]
    group = ("students", "student_annual")
    direct = [
        {"from": f"{group[n % 2]}.field{n}", "mapping_type": "direct"}
        for n in range(FIELDS - len(transformed))
    ]
    fields = [{**field, "to": f"Column_{n}"} for n, field in enumerate(transformed + direct)]
    return {"files": [{"name": "students", "fields": fields}]}


def registration(number: int, chance: random.Random) -> dict[str, Any]:
    """A made-up student; one in six has an accent, one in eight an address with a comma."""

    def day(first: int, last: int) -> str:
        return (
            f"{chance.randint(first, last)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        )

    students = {"dob": day(2007, 2020), "fname": chance.choice(NAMES), "lname": f"O'Brien-{number}"}
    students["email"] = f"Student.{number}@Example.org"
    annual = {f"date{n}": day(2024, 2025) for n in range(2)}
    annual |= {f"grade{n}": chance.choice(list(GRADES)) for n in range(4)}
    for n in range(FIELDS - 12):
        text = chance.choice(["06520", "Springfield", "", "Yes", f"{number} Main Street"])
        if n == 7 and number % 8 == 0:
            text = f'{number} Main Street, Apartment "B"'
        (students if n % 2 == 0 else annual)[f"field{n}"] = text
    return {
        "registration_id": str(number),
        "student_id": str(number),
        "school_year": "2025",
        "synced_at": "2026-08-01T21:05:00.000Z",
        "data": {
            "students": students,
            "student_annual": annual,
            "applications": {"submitted_timestamp": f"{day(2025, 2025)} 09:{number % 60:02}:00"},
        },
    }


def floor(snapshots: list[bytes], rows: list[list[str]], target: Path) -> None:
    """Decodes the snapshots, and writes finished rows."""
    decode = orjson.loads
    with target.open("w", encoding="utf-8", newline="") as file:
        write = csv.writer(file).writerow
        for snapshot, row in zip(snapshots, rows, strict=True):
            decode(snapshot)
            write(row)


def ours(snapshots: list[bytes], definition: dict[str, Any], target: Path) -> None:
    """Parses and compiles the mapping; decodes, maps and writes."""
    facts = RunContext(dt.datetime(2026, 8, 1, 21, 5, tzinfo=dt.UTC), ZoneInfo("UTC"), 2025)
    compiled = compile_mapping(parse_mapping(definition), facts)
    decode = orjson.loads
    with target.open("wb") as file:
        file.write(compiled.files[0].header)
        waiting: list[bytes] = []
        for snapshot in snapshots:
            mapped = compiled.map(decode(snapshot))
            if mapped.problems:
                raise AssertionError(mapped.problems)
            waiting += mapped.lines[0]
            if len(waiting) >= LINES_PER_WRITE:
                file.write(b"".join(waiting))
                waiting.clear()
        file.write(b"".join(waiting))


def polars_plan(definition: dict[str, Any]) -> list[dict[str, Any]]:
    """The columns as `polars_peer` reads them."""
    return [
        {
            "name": field["to"],
            "path": field["from"].split("."),
            "step": field.get("transformations", [{"type": "direct"}])[0],
        }
        for field in definition["files"][0]["fields"]
    ]


def compare_with_polars(snapshots: list[bytes], folder: Path, pairs: int) -> None:
    """Skips polars, saying so, where its environment was not made: only `make bench` makes it."""
    if not POLARS_PYTHON.exists():
        print("polars: skipped, because `make bench` has not installed it", flush=True)
        return
    plan, source, target = (folder / name for name in ("plan.json", "students.jsonl", "polars.csv"))
    plan.write_bytes(orjson.dumps(polars_plan(mapping())))
    source.write_bytes(b"\n".join(snapshots))
    program = Path(__file__).with_name("polars_peer.py")
    found = compare(
        lambda: subprocess.run([POLARS_PYTHON, program, plan, source, target], check=True),
        lambda: ours(snapshots, mapping(), folder / "ours.csv"),
        pairs=pairs,
        clock=lambda: cpu_seconds() + cpu_seconds_of_children(),
    )
    if target.read_bytes() != (folder / "ours.csv").read_bytes():
        raise AssertionError("the file of polars differs")
    report_comparison(
        f"map and write {len(snapshots):,} registrations", "polars, by columns", found
    )


def main(count: int = 100_000, pairs: int = 5) -> None:
    """Measures both, and compares the two files."""
    chance = random.Random(20250801)
    snapshots = [orjson.dumps(registration(number, chance)) for number in range(count)]
    definition = mapping()
    with tempfile.TemporaryDirectory() as folder:
        path, floor_path = Path(folder, "ours.csv"), Path(folder, "floor.csv")
        ours(snapshots, definition, path)
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        found = compare(
            lambda: floor(snapshots, rows, floor_path),
            lambda: ours(snapshots, definition, path),
            pairs=pairs,
            clock=cpu_seconds,
        )
        head = (",".join(header) + "\r\n").encode()
        if path.read_bytes() != head + floor_path.read_bytes():
            raise AssertionError("the two files differ")
        compare_with_polars(snapshots, Path(folder), pairs)
    report_comparison(
        f"map and write {count:,} registrations of {FIELDS} fields",
        "orjson.loads and csv.writer",
        found,
        at_most=1.2,
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
