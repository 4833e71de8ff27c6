"""The folder for the temporary files of an invocation, which hold student data."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def workspace(function: str) -> Iterator[Path]:
    """Yields an empty folder, and deletes it on exit.

    A function always uses the same one: Lambda keeps /tmp after a time-out or a crash, and the next
    invocation must neither keep the files that are left there nor miss their space
    (docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
    """
    folder = Path(tempfile.gettempdir()) / f"registration-sync-{function}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
