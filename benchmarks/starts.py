"""Start of the sync, export and configuration functions in the built form, in whole processes.

From the start of the interpreter until every adapter is built, as in Lambda's INIT: the layers of
`make build` with their bytecode, and a handler without. The floor is the least that a function with
DynamoDB needs: boto3 of the same layer, and one client. CPU seconds of interleaved processes.

    python -m benchmarks.starts [PAIRS]
"""

import subprocess
import sys
from functools import partial
from pathlib import Path

from benchmarks.measure import compare, cpu_seconds_of_children, report_comparison
from local.build import FUNCTION_PYTHON, built
from local.processes import environment

FLOOR = "import boto3; boto3.client('dynamodb')"
OURS = "import app"  # builds the adapters, too
SETTINGS = (
    "ALERTS_TOPIC",
    "ARCHIVE_BUCKET",
    "CONNECTIONS_TABLE",
    "ENROLL_CLIENT",
    "EXPORT_FUNCTION",
    "POWERTOOLS_METRICS_NAMESPACE",
    "REGISTRATIONS_TABLE",
    "SCHEDULE_FAILURES",
    "SCHEDULE_GROUP",
    "SCHEDULE_ROLE",
    "SCHEDULE_TARGET",
    "SECRET_PREFIX",
    "SECRETS_KEY",
)


def start(output: Path, function: str, program: str) -> None:
    folders = (function, "DependenciesLayer/python", "SharedLayer/python")
    subprocess.run(
        [FUNCTION_PYTHON, "-c", program],
        env=environment(
            PYTHONPATH=":".join(str(output / folder) for folder in folders),
            PYTHONDONTWRITEBYTECODE="1",  # Lambda's folders cannot be written
            PYTHONPYCACHEPREFIX="",
            AWS_DEFAULT_REGION="us-east-1",
            AWS_ACCESS_KEY_ID="measured",
            AWS_SECRET_ACCESS_KEY="measured",
            RETENTION_DAYS="400",
            ALLOWED_PRIVATE_NETWORKS="",
            **dict.fromkeys(SETTINGS, "measured"),
        ),
        check=True,
    )


def main(pairs: int = 9) -> None:
    with built(print) as output:
        for function in ("Sync", "Configuration", "Export"):
            folder = f"{function}Function"
            floor, ours = (partial(start, output, folder, program) for program in (FLOOR, OURS))
            floor()
            ours()
            found = compare(floor, ours, pairs=pairs, clock=cpu_seconds_of_children)
            at_most = 1.0 if function == "Sync" else None
            name = f"start the {function.lower()} function"
            report_comparison(name, "boto3 with one client", found, at_most=at_most)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
