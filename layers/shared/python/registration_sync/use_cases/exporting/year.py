"""What an export needs to know of one school year."""

from dataclasses import dataclass, field

from registration_sync.domain.connections.guard_settings import Guards
from registration_sync.domain.errors import RegistrationSyncError
from registration_sync.domain.mapping.compiled.mapping import CompiledMapping
from registration_sync.domain.pluralize import pluralize
from registration_sync.domain.registrations.batches import YearMarker
from registration_sync.use_cases.exporting.write_files import WrittenYear


@dataclass(frozen=True, slots=True)
class YearToExport:
    """One year's part of a run; without `send` its files are archived only, for download.

    `overridden_by` names who decided that a file of all students goes without those held,
    `let_through_by` who decided that it goes whatever the guards find.
    `expires_at` (epoch seconds) is when snapshots that were exported may go. `attempted_before`:
    this run was, by an attempt that may have died.
    """

    connection_id: str
    run_id: str
    school_year: int
    marker: YearMarker
    compiled: CompiledMapping
    mapping_version: int
    everyone: bool
    folder: str
    send: bool
    expires_at: int
    done_file: bool = False
    overridden_by: str | None = None
    guards: Guards = field(default_factory=Guards)
    let_through_by: str | None = None
    attempted_before: bool = False

    @property
    def paths(self) -> list[str]:
        """Where its files go on the server."""
        return [f"{self.folder}/{name}" for name in self.compiled.delivered_names]


class IncompleteFullFile(RegistrationSyncError):
    """A file of all students may not lack one: a missing child would count as gone."""

    code = "held_in_full_file"

    def __init__(self, written: WrittenYear) -> None:
        super().__init__(
            f"{pluralize(written.held_count, 'student')} cannot be mapped, and a full file without "
            "them would report them to the SIS as gone. Correct the mapping or the registrations."
        )
        self.written = written
