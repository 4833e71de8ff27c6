"""One school year of a run: what to export, and how it can fail."""

from dataclasses import dataclass, field, replace

from registration_sync.domain.connections.guard_settings import Guards
from registration_sync.domain.errors import RegistrationSyncError
from registration_sync.domain.mapping.compiled.mapping import CompiledFile, CompiledMapping
from registration_sync.domain.pluralize import need_attention
from registration_sync.domain.registrations.batches import YearMarker
from registration_sync.domain.runs.run import RunError, RunStatus, YearOutcome
from registration_sync.use_cases.exporting.write_files import WrittenYear


@dataclass(frozen=True, slots=True)
class YearToExport:
    """A school year to export; without `send` its files are archived only, for download.

    `held_overridden_by` sends a full file without the held students, `guards_overridden_by` sends
    the files whatever the guards find. Exported snapshots expire at `expires_at` (epoch seconds).
    `attempted_before`: an earlier attempt of this run may have been interrupted.
    """

    connection_id: str
    run_id: str
    school_year: int
    marker: YearMarker
    compiled: CompiledMapping
    mapping_version: int
    folder: str
    send: bool
    expires_at: int
    done_file: bool = False
    held_overridden_by: str | None = None
    guards: Guards = field(default_factory=Guards)
    guards_overridden_by: str | None = None
    attempted_before: bool = False

    @property
    def paths(self) -> list[str]:
        """The remote paths of the files that the year may deliver."""
        return [f"{self.folder}/{name}" for name in self.compiled.delivered_names]

    def path_of(self, file_name: str) -> str:
        """The remote path of a file, or of the package that contains it."""
        package = self.compiled.package
        return f"{self.folder}/{package.name if package else file_name}"

    def files_at(self, path: str) -> list[CompiledFile]:
        """The files that the year delivers to the path: one, or those of its package."""
        return [file for file in self.compiled.files if self.path_of(file.name) == path]

    def is_full_at(self, path: str) -> bool:
        """Whether every file that the year delivers to the path is a full file."""
        files = self.files_at(path)
        return bool(files) and all(file.is_full for file in files)

    def is_new_at(self, path: str, number: int) -> bool:
        """Whether the file of this number, delivered to the path, has only new students. The number
        counts only in a package: a mapping that was changed since may have other numbers."""
        files = self.files_at(path)
        return any(file.is_new and (len(files) == 1 or file.number == number) for file in files)


class IncompleteFullFile(RegistrationSyncError):
    """A full file must have every student: the SIS treats a missing one as gone."""

    code = "held_in_full_file"

    def __init__(self, written: WrittenYear) -> None:
        super().__init__(
            f"{need_attention(written.held_count)}, and a full file without them would report them "
            "to the SIS as gone. Fix the mapping or the registrations."
        )
        self.written = written


def failed_year(school_year: int, error: RegistrationSyncError) -> YearOutcome:
    """Nothing of the year was delivered. The outcome lists the students that a full file lacks."""
    failed = YearOutcome(school_year, RunStatus.FAILED, error=RunError.of(error))
    if not isinstance(error, IncompleteFullFile):
        return failed
    written = error.written
    return replace(
        failed,
        held_count=written.held_count,
        held=written.held,
        held_groups=written.held_groups,
        unmatched=written.unmatched,
        oldest_due_at=written.oldest_due_at,
    )
