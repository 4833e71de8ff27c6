"""The local folder of a school year's files."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registration_sync.domain.errors import DiskFull, TooLarge


@contextmanager
def year_workspace(workspace: Path, school_year: int) -> Iterator[Path]:
    """Yields the path without creating it, and deletes the folder on exit: the disk has to hold the
    largest year of a run, not all of them. Raises DiskFull if the files do not fit, and TooLarge
    if the year needs more memory than there is."""
    folder = workspace / str(school_year)
    try:
        yield folder
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        raise DiskFull(
            "The files of this school year do not fit on the disk of the export function. Ask your "
            "operations engineer to deploy with more ExportStorageMegabytes; all students stay due."
        ) from error
    except MemoryError as error:
        raise TooLarge(
            "This school year needs more memory than the export function has. Ask your operations "
            "engineer to give it more memory (MemorySize); all students stay due."
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
