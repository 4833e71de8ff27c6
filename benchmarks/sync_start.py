"""Start of the sync function, from import until every adapter is built, in whole processes.

The floor is the least that any function with DynamoDB needs: boto3 and one client. Measured in CPU
seconds of interleaved processes, both including the interpreter; the bytecode exists already, as on
a function that has started before.

    python -m benchmarks.sync_start [PAIRS]
"""

import os
import subprocess
import sys
from functools import partial
from pathlib import Path

from benchmarks.measure import compare, cpu_seconds_of_children, print_comparison

ROOT = Path(__file__).parents[1]
FLOOR = "import boto3; boto3.client('dynamodb')"
OURS = "import functions.sync.app"  # builds the adapters, too
ENVIRONMENT = {
    **os.environ,
    "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/shared/python'}",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "measured",
    "AWS_SECRET_ACCESS_KEY": "measured",
    "REGISTRATIONS_TABLE": "registrations",
    "CONNECTIONS_TABLE": "connections",
    "RETENTION_DAYS": "400",
}


def start(program: str) -> None:
    subprocess.run([sys.executable, "-c", program], env=ENVIRONMENT, check=True)


def main(pairs: int = 9) -> None:
    """Starts each once before measuring, to write the bytecode."""
    floor, ours = partial(start, FLOOR), partial(start, OURS)
    floor()
    ours()
    found = compare(floor, ours, pairs=pairs, clock=cpu_seconds_of_children)
    print_comparison("start of the sync function", "boto3 with a client", found, at_most=1.25)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
