"""What deletes a connection for good: its deletion's record, and all items that are kept of it.

Every method may raise Unavailable.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Protocol

from registration_sync.domain.connections.deletion import Deletion


class Deletions(Protocol):
    """The deletion of each connection, kept with the connection."""

    def request(self, connection_id: str, deletion: Deletion) -> None:
        """Stores the deletion, over an earlier one. Raises NotFound if there is no such connection,
        or its purge has begun."""

    def take_back(self, connection_id: str) -> bool:
        """Removes the deletion; returns whether there was one. Raises NotFound likewise."""

    def find(self, connection_id: str) -> Deletion | None:
        """The deletion, also if its purge has begun or ended; None for a connection in use. A
        connection that an older version deleted has a closed deletion without a name, which is due.
        Raises NotFound if there was never such a connection."""

    def of_district(self, district: str) -> dict[str, Deletion | None]:
        """The ids of all connections of the district, deleted ones too, as `find` returns them."""

    def close(self, connection_id: str, seen: Deletion, closed: Deletion) -> bool:
        """Deletes the connection itself and stores the closed deletion, if the stored one is still
        as `seen`; returns whether it was. From then on it cannot be taken back."""

    def save(self, connection_id: str, deletion: Deletion) -> None:
        """Stores the progress of a closed deletion."""


class ConnectionItems(Protocol):
    """All table items of a connection except its deletion and its audit entries."""

    def delete_from(self, connection_id: str, position: int) -> Iterator[tuple[int, str, int]]:
        """Deletes the items of one group of partitions after another, from this position on. After
        each step yields where to continue, the kind of the items (a field of Purged) and how many
        were deleted. Raises MarkerLost."""

    def delete_marker(self, connection_id: str) -> None:
        """Deletes the marker with its lease, and its creation record: the last step."""


class PurgeSchedule(Protocol):
    """Starts the export function for a purge, every quarter of an hour until it is stopped."""

    def start_purge(self, connection_id: str, at: dt.datetime) -> None:
        """Sets or replaces the first start."""

    def stop_purge(self, connection_id: str) -> None:
        """Removes the starts, if there are any."""
