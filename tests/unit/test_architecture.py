"""Rules of the structure that import-linter does not check."""

import ast
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HANDLERS = sorted((ROOT / "functions").glob("*/app.py"))
PACKAGE = ROOT / "layers/shared/python/registration_sync"
LIMIT_LINES, LIMIT_MODULE_LINES, LIMIT_MODULES = 40, 350, 20


@pytest.mark.parametrize("handler", HANDLERS, ids=lambda path: path.parent.name)
def test_a_handler_imports_no_adapter(handler: Path) -> None:
    imported = {
        node.module
        for node in ast.walk(ast.parse(handler.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module
    }

    assert not [name for name in imported if "adapters" in name or name in {"boto3", "paramiko"}]


def test_the_sync_function_starts_without_pydantic_and_paramiko() -> None:
    program = (
        "import sys; from functions.sync.app import handler; "
        "from registration_sync.bootstrap import sync_function; sync_function.dependencies(); "
        "print(sorted({'pydantic', 'paramiko', 'cryptography'} & set(sys.modules)))"
    )
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/shared/python'}",
        "AWS_DEFAULT_REGION": "us-east-1",
        "REGISTRATIONS_TABLE": "r",
        "CONNECTIONS_TABLE": "c",
        "ENROLL_CLIENT": "e",
        "RETENTION_DAYS": "400",
    }

    printed = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert printed.stdout == "[]\n"


def test_no_module_exceeds_the_maximum_length() -> None:
    too_long = [
        f"{path.relative_to(PACKAGE)}: {lines} lines"
        for path in PACKAGE.rglob("*.py")
        if (lines := len(path.read_text().splitlines())) > LIMIT_MODULE_LINES
    ]

    assert too_long == []


def test_no_folder_of_the_package_has_too_many_modules() -> None:
    modules = Counter(path.parent for path in PACKAGE.rglob("*.py"))

    assert [folder.name for folder, count in modules.items() if count > LIMIT_MODULES] == []


def test_bootstrap_has_no_lint_exception() -> None:
    sources = [path.read_text() for path in (PACKAGE / "bootstrap").glob("*.py")]

    assert not any("noqa" in source for source in sources)


def test_no_function_exceeds_the_maximum_length() -> None:
    too_long = [
        f"{path.name}: {node.name}, {length} lines"
        for path in (ROOT / "layers/shared/python").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
        and (length := (node.end_lineno or 0) - node.body[0].lineno) > LIMIT_LINES
    ]

    assert too_long == []
