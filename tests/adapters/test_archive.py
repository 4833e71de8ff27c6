"""The archive on S3: storing, fetching, linking, expired files."""

import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlparse

import boto3
import pytest
from botocore.config import Config
from botocore.response import StreamingBody
from botocore.stub import Stubber
from moto import mock_aws

from registration_sync.adapters.aws.archive import DRY_RUNS, S3Archive
from registration_sync.domain.errors import NotFound, Unavailable

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEYS = {
    "region_name": "us-west-2",
    "aws_access_key_id": "testing",
    "aws_secret_access_key": "testing",
}
RUN = ("north", "20260302T210000Z-1")


def new_client() -> "S3Client":
    return boto3.client("s3", config=Config(signature_version="s3v4"), **KEYS)


_kept_client = cache(new_client)
"""Made once: that takes longer than most tests."""


@pytest.fixture
def client() -> Iterator["S3Client"]:
    with mock_aws():
        client = _kept_client()
        region = {"LocationConstraint": "us-west-2"}
        client.create_bucket(Bucket="archive", CreateBucketConfiguration=region)  # type: ignore[arg-type]
        yield client


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes("ID\r\n007,José\r\n".encode())
    return path


def test_a_stored_file_is_fetched_byte_for_byte(
    client: "S3Client", source: Path, tmp_path: Path
) -> None:
    archive = S3Archive(client, "archive")
    archive.store(*RUN, "2025/files/a.csv", source)

    archive.fetch(*RUN, "2025/files/a.csv", tmp_path / "target")

    assert (tmp_path / "target").read_bytes() == source.read_bytes()


def test_part_of_a_file_is_read(client: "S3Client", source: Path) -> None:
    archive = S3Archive(client, "archive")
    archive.store(*RUN, "2025/files/a.csv", source)

    content = archive.read(*RUN, "2025/files/a.csv", offset=1, length=3, size=source.stat().st_size)

    assert content == source.read_bytes()[1:4]


def test_part_of_a_file_that_has_another_size_now_is_not_found(
    client: "S3Client", source: Path
) -> None:
    archive = S3Archive(client, "archive")
    archive.store(*RUN, "2025/files/a.csv", source)
    size = source.stat().st_size

    for offset, expected in ((1, size + 1), (size + 5, size + 9)):
        with pytest.raises(NotFound):
            archive.read(*RUN, "2025/files/a.csv", offset=offset, length=3, size=expected)


def test_the_files_of_a_connection_are_listed_and_removed(client: "S3Client", source: Path) -> None:
    archive, dry_runs = S3Archive(client, "archive"), S3Archive(client, "archive", prefix=DRY_RUNS)
    for kept, connection_id in ((archive, "north"), (archive, "north-two"), (dry_runs, "north")):
        kept.store(connection_id, "run", "2025/files/a.csv", source)

    assert [*archive.kept("north")] == [("run", "2025/files/a.csv", source.stat().st_size)]
    archive.remove("north", "run", "2025/files/a.csv")
    archive.remove("north", "run", "2025/files/a.csv")

    assert [*archive.kept("north")] == []
    assert [*dry_runs.kept("north")] == [*archive.kept("north-two")]


def test_files_of_dry_runs_have_a_separate_prefix(client: "S3Client", source: Path) -> None:
    dry_runs = S3Archive(client, "archive", prefix=DRY_RUNS)
    dry_runs.store(*RUN, "2025/files/a.csv", source)

    dry_runs.require_exists(*RUN, "2025/files/a.csv")
    with pytest.raises(NotFound):
        S3Archive(client, "archive").require_exists(*RUN, "2025/files/a.csv")


def test_a_link_is_signed_and_names_the_file(client: "S3Client", source: Path) -> None:
    archive = S3Archive(client, "archive")
    archive.store(*RUN, "2025/files/añejo 1.csv", source)

    url = archive.link(*RUN, "2025/files/añejo 1.csv", seconds=300)

    query = parse_qs(urlparse(url).query)
    name = "attachment; filename*=UTF-8''a%C3%B1ejo%201.csv"
    assert query["response-content-disposition"] == [name]
    assert query["response-cache-control"] == ["no-store"]
    assert (query["X-Amz-Algorithm"], query["X-Amz-Expires"]) == (["AWS4-HMAC-SHA256"], ["300"])


def test_a_missing_file_is_not_found(client: "S3Client", tmp_path: Path) -> None:
    archive = S3Archive(client, "archive")

    with pytest.raises(NotFound):
        archive.link(*RUN, "2025/files/a.csv", seconds=300)
    with pytest.raises(NotFound):
        archive.fetch(*RUN, "2025/files/a.csv", tmp_path / "target")
    with pytest.raises(NotFound):
        archive.read(*RUN, "2025/files/a.csv", offset=0, length=5, size=5)


def test_a_transient_error_is_unavailable() -> None:
    client = new_client()
    with Stubber(client) as stub:
        stub.add_client_error("head_object", "SlowDown", http_status_code=503)

        with pytest.raises(Unavailable):
            S3Archive(client, "archive").require_exists(*RUN, "2025/files/a.csv")


def test_a_file_that_is_cut_off_on_its_way_is_unavailable(
    client: "S3Client", source: Path, tmp_path: Path
) -> None:
    archive = S3Archive(client, "archive")
    archive.store(*RUN, "2025/files/a.csv", source)

    def cut_off(parsed: dict[str, Any], **_: object) -> None:
        body = parsed["Body"].read()
        parsed["Body"] = StreamingBody(io.BytesIO(body[:4]), len(body))

    client.meta.events.register("after-call.s3.GetObject", cut_off)

    with pytest.raises(Unavailable):
        archive.fetch(*RUN, "2025/files/a.csv", tmp_path / "target")
    with pytest.raises(Unavailable):
        archive.read(*RUN, "2025/files/a.csv", offset=0, length=8, size=14)
