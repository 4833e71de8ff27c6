"""Deliveries to a server whose answers are spoiled, and what must hold after each."""

from pathlib import Path
from typing import Any

from registration_sync.adapters.sftp.transport import Limits
from registration_sync.domain.connections.sftp import Credentials, SftpAccount
from registration_sync.domain.errors import DeliveryError
from registration_sync.use_cases.delivery.deliver_files import (
    FinishedFile,
    RunConnection,
    deliver_files,
)
from tests.torture.support.hostile_mappings import check_sentence
from tests.torture.support.memory_sftp import MemorySftp
from tests.unit.test_deliver_files import held_lease

QUICK = Limits(silence_seconds=0.3, operation_seconds=1.0, settle_seconds=0.05)
PATIENT = Limits(silence_seconds=20, operation_seconds=30, settle_seconds=0.05)
ACCOUNT = SftpAccount("127.0.0.1", 22, "district", (), Credentials())
OLD, NEW = b"ID\r\n1\r\n", b"ID\r\n1\r\n2\r\n"
NAMES = ("students.csv", "contacts.csv")
MOST_SECONDS = 30.0
"""Three attempts, each with some requests that are not answered, on a busy machine."""
TOKEN = "ab12"


def deliver(servers: Any, source: Path, attempt: str = TOKEN) -> str:
    """`delivered`, or the code of the error, which must have a sentence."""
    connection = RunConnection(servers, lambda: ACCOUNT)
    try:
        deliver_files(
            [FinishedFile(name, source) for name in NAMES],
            "exports",
            server=connection,
            lease=held_lease(attempt=attempt),
            pause=lambda _: None,
        )
    except DeliveryError as error:
        check_sentence(error.message)
        return error.code
    finally:
        connection.close()
    return "delivered"


def half_files(server: MemorySftp) -> int:
    """Files that an importer could have read half: no content but the old and the new one."""
    seen = [content for name in NAMES for content in server.seen.get(f"exports/{name}", [])]
    return sum(content not in {OLD, NEW} for content in seen)


def check_paths(server: MemorySftp) -> None:
    """No request is about a path outside of the folder, whatever names the server has listed."""
    for _, path in server.asked:
        folder, _, name = path.rpartition("/")
        assert path == "exports" or (folder == "exports" and name not in {"", ".", ".."}), path
        assert "\0" not in path, path
