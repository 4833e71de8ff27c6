"""The archive on S3: what is kept, fetched, linked and gone."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlparse

import boto3
import pytest
from botocore.config import Config
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


@pytest.fixture
def client() -> Iterator["S3Client"]:
    with mock_aws():
        client = new_client()
        place = {"LocationConstraint": "us-west-2"}
        client.create_bucket(Bucket="archive", CreateBucketConfiguration=place)  # type: ignore[arg-type]
        yield client


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "source"
    path.write_bytes("ID\r\n007,José\r\n".encode())
    return path


def test_what_is_stored_is_fetched_byte_for_byte(
    client: "S3Client", source: Path, tmp_path: Path
) -> None:
    archive = S3Archive(client, "archive")
    archive.store(*RUN, "2025/files/a.csv", source)

    archive.fetch(*RUN, "2025/files/a.csv", tmp_path / "target")

    assert (tmp_path / "target").read_bytes() == source.read_bytes()


def test_a_passage_is_read_alone(client: "S3Client", source: Path) -> None:
    archive = S3Archive(client, "archive")
    archive.store(*RUN, "2025/files/a.csv", source)

    passage = archive.read(*RUN, "2025/files/a.csv", offset=1, length=3, size=source.stat().st_size)

    assert passage == source.read_bytes()[1:4]


def test_a_passage_of_a_file_that_has_another_size_by_now_is_not_found(
    client: "S3Client", source: Path
) -> None:
    archive = S3Archive(client, "archive")
    archive.store(*RUN, "2025/files/a.csv", source)
    size = source.stat().st_size

    for offset, expected in ((1, size + 1), (size + 5, size + 9)):
        with pytest.raises(NotFound):
            archive.read(*RUN, "2025/files/a.csv", offset=offset, length=3, size=expected)


def test_what_is_kept_of_a_connection_is_listed_and_removed(
    client: "S3Client", source: Path
) -> None:
    archive, dry_runs = S3Archive(client, "archive"), S3Archive(client, "archive", prefix=DRY_RUNS)
    for kept, connection_id in ((archive, "north"), (archive, "north-two"), (dry_runs, "north")):
        kept.store(connection_id, "run", "2025/files/a.csv", source)

    assert [*archive.kept("north")] == [("run", "2025/files/a.csv", source.stat().st_size)]
    archive.remove("north", "run", "2025/files/a.csv")
    archive.remove("north", "run", "2025/files/a.csv")

    assert [*archive.kept("north")] == []
    assert [*dry_runs.kept("north")] == [*archive.kept("north-two")]


def test_dry_runs_lie_below_a_prefix_of_their_own(client: "S3Client", source: Path) -> None:
    dry_runs = S3Archive(client, "archive", prefix=DRY_RUNS)
    dry_runs.store(*RUN, "2025/files/a.csv", source)

    dry_runs.require_exists(*RUN, "2025/files/a.csv")
    with pytest.raises(NotFound):
        S3Archive(client, "archive").require_exists(*RUN, "2025/files/a.csv")


def test_a_link_is_signed_and_gives_the_file_its_name(client: "S3Client", source: Path) -> None:
    archive = S3Archive(client, "archive")
    archive.store(*RUN, "2025/files/añejo 1.csv", source)

    url = archive.link(*RUN, "2025/files/añejo 1.csv", seconds=300)

    asked = parse_qs(urlparse(url).query)
    name = "attachment; filename*=UTF-8''a%C3%B1ejo%201.csv"
    assert asked["response-content-disposition"] == [name]
    assert (asked["X-Amz-Algorithm"], asked["X-Amz-Expires"]) == (["AWS4-HMAC-SHA256"], ["300"])


def test_what_is_gone_is_not_found(client: "S3Client", tmp_path: Path) -> None:
    archive = S3Archive(client, "archive")

    with pytest.raises(NotFound):
        archive.link(*RUN, "2025/files/a.csv", seconds=300)
    with pytest.raises(NotFound):
        archive.fetch(*RUN, "2025/files/a.csv", tmp_path / "target")
    with pytest.raises(NotFound):
        archive.read(*RUN, "2025/files/a.csv", offset=0, length=5, size=5)


def test_a_passing_fault_is_unavailable() -> None:
    client = new_client()
    with Stubber(client) as stub:
        stub.add_client_error("head_object", "SlowDown", http_status_code=503)

        with pytest.raises(Unavailable):
            S3Archive(client, "archive").require_exists(*RUN, "2025/files/a.csv")
