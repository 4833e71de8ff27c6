"""The archive on S3, under `connection/run/year/…`; a lifecycle rule of the bucket expires files.

Files of dry runs are under `dry_runs/`, which is not a valid connection id, for one day.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from boto3.exceptions import RetriesExceededError, S3UploadFailedError
from boto3.s3.transfer import TransferConfig

from registration_sync.adapters.aws.errors import aws_errors
from registration_sync.domain.errors import NotFound, ServiceRefused, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

DRY_RUNS = "dry_runs/"

TRANSFER_CONFIG = TransferConfig(max_concurrency=2)
"""Each part in flight takes memory, and boto3's default of ten is no faster on the function's one
core."""

_GONE = "This file is no longer kept: archived files expire, those of previews after one day."


class S3Archive:
    """Implements the port Archive."""

    def __init__(self, client: "S3Client", bucket: str, *, prefix: str = "") -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = prefix

    def store(self, connection_id: str, run_id: str, name: str, source: Path) -> None:
        key = self._key(connection_id, run_id, name)
        try:
            with aws_errors():
                # S3 verifies the checksum; large files are uploaded in parts.
                self._client.upload_file(
                    str(source),
                    self._bucket,
                    key,
                    ExtraArgs={"ChecksumAlgorithm": "SHA256"},
                    Config=TRANSFER_CONFIG,
                )
        except S3UploadFailedError as error:
            raise Unavailable("The files could not be archived, so none was delivered.") from error

    def fetch(self, connection_id: str, run_id: str, name: str, target: Path) -> None:
        try:
            with _missing_as_not_found():
                self._client.download_file(
                    self._bucket, self._key(connection_id, run_id, name), str(target)
                )
        except RetriesExceededError as error:
            raise Unavailable("The archive did not answer in time: please try again.") from error

    def read(
        self, connection_id: str, run_id: str, name: str, *, offset: int, length: int, size: int
    ) -> bytes:
        with _missing_as_not_found():
            answer = self._client.get_object(
                Bucket=self._bucket,
                Key=self._key(connection_id, run_id, name),
                Range=f"bytes={offset}-{offset + length - 1}",
            )
            content = answer["Body"].read()
        if not answer["ContentRange"].endswith(f"/{size}"):
            raise NotFound(_GONE)
        return content

    def kept(self, connection_id: str) -> Iterator[tuple[str, str, int]]:
        prefix = f"{self._prefix}{connection_id}/"
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix
        )
        with aws_errors():
            for page in pages:
                for kept in page.get("Contents", ()):
                    run_id, _, name = kept["Key"].removeprefix(prefix).partition("/")
                    yield run_id, name, kept["Size"]

    def remove(self, connection_id: str, run_id: str, name: str) -> None:
        with aws_errors():
            self._client.delete_object(
                Bucket=self._bucket, Key=self._key(connection_id, run_id, name)
            )

    def require_exists(self, connection_id: str, run_id: str, name: str) -> None:
        with _missing_as_not_found():
            self._client.head_object(
                Bucket=self._bucket, Key=self._key(connection_id, run_id, name)
            )

    def link(self, connection_id: str, run_id: str, name: str, *, seconds: int) -> str:
        self.require_exists(connection_id, run_id, name)
        file_name = quote(name.rpartition("/")[2])
        return self._client.generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": self._key(connection_id, run_id, name),
                "ResponseContentDisposition": f"attachment; filename*=UTF-8''{file_name}",
                "ResponseCacheControl": "no-store",
            },
            ExpiresIn=seconds,
        )

    def _key(self, connection_id: str, run_id: str, name: str) -> str:
        return f"{self._prefix}{connection_id}/{run_id}/{name}"


@contextmanager
def _missing_as_not_found() -> Iterator[None]:
    """Raises NotFound if there is no such object or range."""
    try:
        with aws_errors():
            yield
    except ServiceRefused as error:
        if error.reason in {"404", "NoSuchKey", "NotFound", "InvalidRange"}:
            raise NotFound(_GONE) from error
        raise
