"""The table of docs/costs.md: a month's costs, from counted requests and list prices.

Requests to DynamoDB and S3 are counted from the real code (tests/request_units.json), prices are in
prices.json beside this module, and the assumptions are below.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.processes import ROOT
from registration_sync.domain.runs import summary

_TEMPLATE = (ROOT / "template.yaml").read_text(encoding="utf-8")
_PRICES = json.loads((Path(__file__).parent / "prices.json").read_text(encoding="utf-8"))
_UNITS = json.loads((ROOT / "tests" / "request_units.json").read_text(encoding="utf-8"))


def _gigabytes(function: str) -> float:
    """The memory of the function in the template."""
    found = re.search(
        rf"^  {function}:.*?^      MemorySize: (\d+)", _TEMPLATE, re.DOTALL | re.MULTILINE
    )
    if not found:
        raise ValueError(f"{function} has no MemorySize.")
    return int(found[1]) / 1024


DAYS, HOURS = 30, 730
SYNC_SECONDS, SYNC_GB = 0.15, _gigabytes("SyncFunction")
CONSOLE_SECONDS, CONSOLE_GB = 0.1, _gigabytes("ConfigurationFunction")
EXPORT_SECONDS, EXPORT_SECONDS_PER_THOUSAND, EXPORT_GB = 10, 2, _gigabytes("ExportFunction")
SNAPSHOT_KB, ROW_KB, LOG_KB = 1.5, 0.3, 1.5
RETENTION_MONTHS = 12
SECRETS, SECRETS_READ = 1, 3
"""Secrets of each connection (a password, or a private key without a passphrase), and secrets that
an export asks for."""

METRICS = [
    name for constant, name in vars(summary).items() if constant.isupper() and isinstance(name, str)
]

TOKENS_A_DAY = 24
"""Enroll asks for a token once an hour, for all districts."""


@dataclass(frozen=True, slots=True)
class Districts:
    """Equal districts: students and syncs a day of each connection, whose export runs each night,
    and requests of people a day."""

    number: int
    nat: bool = False
    connections: int = 1
    students: int = 5000
    syncs: int = 200
    requests: int = 200


CASES = tuple(Districts(number, nat) for number in (1, 50, 500) for nat in (False, True))


def costs() -> str:
    """The assumptions and the table, as Markdown."""
    columns = [month(case, _PRICES["dollars"]) for case in CASES]
    heads = [f"{case.number:,}{', NAT' if case.nat else ''}" for case in CASES]
    rows = [f"| dollars a month; districts: | {' | '.join(heads)} |", "| --- |" + " ---: |" * 6]
    rows += [
        f"| {name} | {' | '.join(_dollars(column[name]) for column in columns)} |"
        for name in columns[0]
    ]
    totals = [sum(column.values()) for column in columns]
    rows.append(f"| **all** | {' | '.join(f'**{_dollars(total)}**' for total in totals)} |")
    each = [total / case.number for total, case in zip(totals, CASES, strict=True)]
    rows.append(f"| for each district | {' | '.join(map(_dollars, each))} |")
    one = CASES[0]
    assumed = (
        f"List prices of {_PRICES['region']}, {_PRICES['as_of']}, without free tiers and taxes. "
        f"Each district has {one.connections} connection with {one.students:,} students; "
        f"{one.syncs} syncs a day, of one student each; a nightly export; and "
        f"{one.requests} requests of people a day. Enroll keeps its token for an hour. Files are "
        f"kept for {RETENTION_MONTHS} months."
    )
    return "\n".join([assumed, "", *rows])


def month(case: Districts, price: Mapping[str, float]) -> dict[str, float]:
    """The dollars of a month by service."""
    nights = case.number * case.connections * DAYS
    syncs = nights * case.syncs
    requests = case.number * case.requests * DAYS
    export = {kind: _of_export(kind, case.syncs) for kind in _UNITS["export of 10"]}
    writes = syncs * _UNITS["sync of 1"]["write units"] + nights * export["write units"]
    writes += requests  # an entry of the access log, if each shows students
    reads = syncs * _UNITS["sync of 1"]["read units"] + nights * export["read units"] + requests * 3
    stored_gb = case.number * case.connections * case.students * SNAPSHOT_KB / 1e6
    archived_gb = syncs * ROW_KB / 1e6 * RETENTION_MONTHS
    seconds = EXPORT_SECONDS + EXPORT_SECONDS_PER_THOUSAND * case.syncs / 1000
    gb_seconds = (
        syncs * SYNC_SECONDS * SYNC_GB
        + requests * CONSOLE_SECONDS * CONSOLE_GB
        + nights * seconds * EXPORT_GB
    )
    calls = syncs + requests
    secrets = case.number * case.connections * SECRETS
    exported_gb = nights * case.syncs * (SNAPSHOT_KB + ROW_KB) / 1e6
    return {
        "DynamoDB": writes / 1e6 * price["DynamoDB, million write units"]
        + reads / 1e6 * price["DynamoDB, million read units"]
        + stored_gb * price["DynamoDB, GB-month"]
        + stored_gb * price["DynamoDB, GB-month of point-in-time recovery"],
        "Lambda": (calls + nights) / 1e6 * price["Lambda, million invocations"]
        + gb_seconds * price["Lambda arm64, GB-second"],
        "API Gateway": calls / 1e6 * price["API Gateway REST, million requests"],
        "S3": nights * export["s3 writes"] / 1e3 * price["S3, thousand writes"]
        + nights * export["s3 reads"] / 1e3 * price["S3, thousand reads"]
        + archived_gb * price["S3, GB-month"],
        "Secrets Manager": secrets * price["Secrets Manager, secret-month"]
        + nights * SECRETS_READ / 1e4 * price["Secrets Manager, ten thousand calls"],
        "Cognito": price["Cognito, app client with client credentials, month"]
        + TOKENS_A_DAY * DAYS / 1e3 * price["Cognito, thousand tokens by client credentials"],
        "CloudWatch": (calls + nights) * LOG_KB / 1e6 * price["CloudWatch, GB of logs"]
        + _TEMPLATE.count("Type: AWS::CloudWatch::Alarm") * price["CloudWatch, alarm-month"]
        + _TEMPLATE.count("Type: AWS::CloudWatch::Dashboard") * price["CloudWatch, dashboard-month"]
        + len(METRICS) * price["CloudWatch, metric-month"],
        "NAT gateway": case.nat
        * (
            HOURS * (price["NAT gateway, hour"] + price["public IPv4 address, hour"])
            + exported_gb * price["NAT gateway, GB"]
        ),
    }


def _of_export(kind: str, students: int) -> float:
    """The units of an export of so many due students: those of 10, and the growth from 10 to 30."""
    few, many = _UNITS["export of 10"][kind], _UNITS["export of 30"][kind]
    return float(few + (many - few) / 20 * (students - 10))


def _dollars(amount: float) -> str:
    return f"{amount:,.2f}" if amount < 100 else f"{amount:,.0f}"
