"""Links, resends, dry runs, cancel and .done files on the deployed functions."""

import hashlib
import time
from typing import Any

import boto3
from botocore.config import Config

from local.http_client import send
from local.stack import REGION, ROOT_KEYS, LocalStack
from registration_sync.adapters.aws.archive import S3Archive
from tests.stack.support.district import District, new_district, registration


def link_of(district: District, run: dict[str, Any], year: int = 2025) -> str:
    path = f"{district.path}/exports/{run['run_id']}/files/{year}/students.csv"
    answer = district.stack.call("GET", path, role="limited_access")
    assert answer.status == 200, answer.body
    url: str = answer.json()["url"]
    return url


def resend(district: District, run: dict[str, Any], **options: Any) -> dict[str, Any]:
    path = f"{district.path}/exports/{run['run_id']}/resend"
    answer = district.stack.call("POST", path, options, role="limited_access")
    assert answer.status == 202, answer.body
    return district.finished(answer.json()["run_id"])


def due(district: District) -> list[dict[str, Any]]:
    """The connection's items in the registrations table, without lease times."""
    stack = district.stack
    pages = stack.client("dynamodb").get_paginator("scan")
    found = pages.paginate(TableName=stack.outputs["RegistrationsTableName"])
    return sorted(
        (
            {name: value for name, value in item.items() if not name.startswith("lease_")}
            for page in found
            for item in page["Items"]
            if district.connection_id in item["pk"]["S"].split("#")
        ),
        key=str,
    )


def due_once_cleared(district: District) -> list[dict[str, Any]]:
    """The result of `due` after the last export, once its batch is retired."""
    for _ in range(100):
        items = due(district)
        key = {"S": f"MARKER#{district.connection_id}"}
        (marker,) = [item for item in items if item["pk"] == key]
        if marker.get("retired_2025") == marker["exported_2025"]:
            return due(district)  # read once more: a scan is not of one instant
        time.sleep(0.1)
    raise AssertionError("the batches that were exported are not cleared away")


def test_a_link_downloads_an_archived_file(stack: LocalStack) -> None:
    district = new_district(stack, delivery="download")
    district.sync(registration("007"))
    run = district.export()

    downloaded = send("GET", link_of(district, run))

    (file,) = run["years"][0]["files"]
    assert downloaded.status == 200, downloaded.body
    assert hashlib.sha256(downloaded.body.encode()).hexdigest() == file["sha256"]
    named = "attachment; filename*=UTF-8''students.csv"
    assert downloaded.headers["content-disposition"] == named


def test_an_expired_or_unsigned_link_is_refused(
    stack: LocalStack,
) -> None:
    district = new_district(stack, delivery="download")
    district.sync(registration("007"))
    run = district.export()
    client = boto3.client(
        "s3",
        endpoint_url=stack.endpoint_url,
        region_name=REGION,
        aws_access_key_id=ROOT_KEYS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=ROOT_KEYS["AWS_SECRET_ACCESS_KEY"],
        config=Config(signature_version="s3v4"),
    )
    archive = S3Archive(client, stack.outputs["ArchiveBucketName"])
    name = "2025/files/students.csv"
    brief = archive.link(district.connection_id, run["run_id"], name, seconds=1)

    time.sleep(2.5)

    assert send("GET", brief).status == 403
    assert send("GET", brief.partition("?")[0]).status == 403


def test_a_resend_sends_the_same_bytes_and_makes_no_student_due(stack: LocalStack) -> None:
    district = new_district(stack, done_file=True)
    district.sync(registration("007", "José"), registration("1e5"))
    first = district.export()
    district.sync(registration("9", "Zoe"))
    district.export()
    before = due_once_cleared(district)

    resent = resend(district, first)

    delivered = district.files()
    (file,) = first["years"][0]["files"]
    content = delivered["2025/students.csv"].encode()
    assert (resent["status"], resent["resend_of"]) == ("succeeded", first["run_id"])
    assert hashlib.sha256(content).hexdigest() == file["sha256"]
    assert delivered["2025/students.csv.done"] == ""
    assert due(district) == before
    resend(district, first, student_ids=["1e5"])
    assert district.names() == ["Ann"]


def test_a_dry_run_shows_the_lines_and_changes_neither_table_nor_server(stack: LocalStack) -> None:
    district = new_district(stack)
    district.sync(registration("007", "José"))
    before = due(district)

    run = district.export(dry_run=True)

    (file,) = run["years"][0]["files"]
    assert file["lines"] == ["ID,First,DOB\r\n", "007,José,4/5/2015\r\n"]
    assert send("GET", link_of(district, run)).body == "".join(file["lines"])
    assert due(district) == before
    assert not district.folder.exists()


def test_either_the_cancellation_or_the_run_succeeds(stack: LocalStack) -> None:
    district = new_district(stack)
    district.sync(registration("007"))
    asked = stack.call("POST", f"{district.path}/exports", {}, role="limited_access")
    path = f"{district.path}/exports/{asked.json()['run_id']}"

    answer = stack.call("POST", f"{path}/cancel", role="limited_access")

    run = district.finished(asked.json()["run_id"])
    if answer.status == 200:
        assert run["status"] == "cancelled"
        assert not district.folder.exists()
    else:
        assert (answer.status, run["status"]) == (409, "succeeded")
    listed = stack.call("GET", f"{district.path}/exports", role="limited_access").json()
    assert [item["run_id"] for item in listed["items"]] == [run["run_id"]]
