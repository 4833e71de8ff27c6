"""The peer of `map_and_write` in polars: runs in an environment of its own (.local/env/bench).

Reads a file of decoded snapshots, one JSON object on each line, and writes the CSV file that the
mapping of `map_and_write` describes. polars maps whole columns, in all processors; it holds no
student, finds no second problem, and keeps no trail from a student to a row.

    python benchmarks/polars_peer.py PLAN SNAPSHOTS TARGET
"""

import json
import sys
from pathlib import Path
from typing import Any

import polars as pl  # type: ignore[import-not-found]  # in the environment of the benchmarks


def column(schema: Any, name: str, path: list[str], step: dict[str, Any]) -> Any:
    """The expression of a column; the plan comes from the mapping. An absent field is blank."""
    group, field = path
    is_there = field in {one.name for one in schema[group].fields}
    value = pl.col(group).struct.field(field) if is_there else pl.lit("")
    match step["type"]:
        case "upper":
            value = value.str.to_uppercase()
        case "lower":
            value = value.str.to_lowercase()
        case "match_codes":
            value = value.replace_strict(step["codes"])
        case "value_input":
            value = pl.lit(step["value"])
        case "date" if "HH" in step["from"]:
            moment = value.str.to_datetime("%Y-%m-%d %H:%M:%S")
            value = moment.dt.strftime("%m/%d/%Y %H:%M")
        case "date":
            value = value.str.to_date("%Y-%m-%d").dt.strftime("%-m/%-d/%Y")
    return value.replace("", None).alias(name)  # polars quotes an empty text


def main(plan: str, snapshots: str, target: str) -> None:
    fields = json.loads(Path(plan).read_text(encoding="utf-8"))
    read = pl.read_ndjson(snapshots, infer_schema_length=None)
    data = read.select(pl.col("data").struct.unnest())
    columns = [column(data.schema, **field) for field in fields]
    data.select(columns).write_csv(target, line_terminator="\r\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
