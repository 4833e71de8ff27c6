"""The local folder of a school year's files, and what happens if the disk is full."""

import errno
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registration_sync.domain.errors import DiskFull, TooLarge

_SQLITE_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
"""Primary result codes (https://www.sqlite.org/rescode.html). SQLite reports a file that it cannot
create or extend as the second or third; our database is in a folder of our own."""


@contextmanager
def year_workspace(workspace: Path, school_year: int) -> Iterator[Path]:
    """Yields the path without creating it, and deletes the folder on exit: the disk has to hold the
    largest year of a run, not all of them. Raises DiskFull if the files do not fit, and TooLarge
    if the year needs more memory than there is."""
    folder = workspace / str(school_year)
    try:
        with full_disk_as_error():
            yield folder
    except MemoryError as error:
        raise TooLarge(
            "This school year needs more memory than the export function has. Ask your operations "
            "engineer to give it more memory (MemorySize). The students wait for the next export."
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def full_disk_as_error() -> Iterator[None]:
    """Raises DiskFull if a local file could not be written because the disk is full."""
    try:
        yield
    except (OSError, sqlite3.OperationalError) as error:
        if not _is_full(error):
            raise
        raise DiskFull(
            "The files of this run do not fit on the disk of the export function. Ask your "
            "operations engineer to deploy with more ExportStorageMegabytes. The students wait for "
            "the next export."
        ) from error


def _is_full(error: OSError | sqlite3.OperationalError) -> bool:
    if isinstance(error, OSError):
        return error.errno == errno.ENOSPC
    return error.sqlite_errorcode & 0xFF in _SQLITE_FULL
