"""Exports of the exploration write thousands of small files: into memory, if there is a folder."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

IN_MEMORY = "/dev/shm"  # noqa: S108  # Linux has it


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    place = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place) as folder:
        yield Path(folder)
