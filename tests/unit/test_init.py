"""Adapters are built when Lambda starts a function, not during its first request."""

import os
import subprocess
import sys
from pathlib import Path

from tests.functional.conftest import ENVIRONMENT

ROOT = Path(__file__).parents[2]
PATHS = {"PYTHONPATH": f"{ROOT}:{ROOT / 'layers/shared/python'}", "PATH": os.environ["PATH"]}


PROGRAM = """
from functions.configuration import app
from functions.export import app
from functions.sync import app
from registration_sync.bootstrap import configuration_function, export_function, sync_function
functions = configuration_function, export_function, sync_function
print(*(function.dependencies.cache_info().currsize for function in functions))
"""


def built(environment: dict[str, str]) -> list[str]:
    """How many sets of adapters each function has after the import of its handler."""
    ended = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**PATHS, **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    return ended.stdout.split()


def test_adapters_are_built_during_the_start() -> None:
    assert built(ENVIRONMENT) == ["1", "1", "1"]


def test_a_function_with_a_missing_setting_starts_and_reports_it_in_each_request() -> None:
    assert built({}) == ["0", "0", "0"]
