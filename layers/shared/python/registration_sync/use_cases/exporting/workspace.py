"""A school year's folder on our disk, as long as its files are written, archived and sent."""

import errno
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from registration_sync.domain.errors import DiskFull


@contextmanager
def year_workspace(workspace: Path, school_year: int) -> Iterator[Path]:
    """Its path, whoever wants it makes it. It is gone in the end: the disk has to hold the largest
    year of a run, not all of them. Raises DiskFull where what is done within does not fit."""
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
    finally:
        shutil.rmtree(folder, ignore_errors=True)
