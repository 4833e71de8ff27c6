"""The exploration writes thousands of small files: into memory, where possible."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

IN_MEMORY = "/dev/shm"  # noqa: S108  # Linux has it


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    parent = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=parent) as folder:
        yield Path(folder)
