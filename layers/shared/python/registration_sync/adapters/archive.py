"""The archive on S3: `connection/run/year/…`; the bucket's lifecycle lets it expire."""

from pathlib import Path
from typing import TYPE_CHECKING

from boto3.exceptions import S3UploadFailedError

from registration_sync.adapters.aws_errors import passing_faults_are_unavailable
from registration_sync.domain.errors import Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3Archive:
    """Implements the port Archive."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def store(self, connection_id: str, run_id: str, name: str, source: Path) -> None:
        key = f"{connection_id}/{run_id}/{name}"
        try:
            with passing_faults_are_unavailable():
                # Large files go up in parts; S3 checks what arrives against the checksum.
                self._client.upload_file(
                    str(source), self._bucket, key, ExtraArgs={"ChecksumAlgorithm": "SHA256"}
                )
        except S3UploadFailedError as error:
            raise Unavailable("The files could not be archived, so none was sent.") from error
