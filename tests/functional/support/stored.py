"""Reads all stored data uncompressed, to search it for traces of a student."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import boto3

from tests.functional.conftest import TABLES, stored_items

COMPRESSED = b"Z"
"""The codec of records and large snapshots."""


def all_stored(kept: dict[str, bytes] | None = None) -> dict[str, bytes]:
    """Every table item and every file of the bucket by its path, with compressed content both as
    stored and uncompressed."""
    found = {
        f"{table}/{item['pk']['S']}/{item['sk']['S']}": b"\n".join(opened(item))
        for table in TABLES
        for item in stored_items(table)
    }
    for name, content in (in_bucket() if kept is None else kept).items():
        found[name] = b"\n".join([name.encode(), content, *unzipped(content)])
    return found


def in_bucket(prefix: str = "") -> dict[str, bytes]:
    """The files of the archive whose keys have this prefix."""
    client = boto3.client("s3")
    listed = client.list_objects_v2(Bucket="archive", Prefix=prefix).get("Contents", [])
    return {
        kept["Key"]: client.get_object(Bucket="archive", Key=kept["Key"])["Body"].read()
        for kept in listed
    }


type State = tuple[dict[str, list[dict[str, Any]]], dict[str, bytes]]


def state() -> State:
    """A copy of all stored data, for `put_back`."""
    return {table: stored_items(table) for table in TABLES}, in_bucket()


def put_back(before: State) -> None:
    """Restores all stored data."""
    items, files = before
    dynamodb, s3 = boto3.client("dynamodb"), boto3.client("s3")
    for table in TABLES:
        was = {str((item["pk"], item["sk"])): item for item in items[table]}
        now = {str((item["pk"], item["sk"])): item for item in stored_items(table)}
        for key, item in now.items():
            if key not in was:
                dynamodb.delete_item(TableName=table, Key={"pk": item["pk"], "sk": item["sk"]})
        for key, item in was.items():
            if now.get(key) != item:
                dynamodb.put_item(TableName=table, Item=item)
    there = in_bucket()
    for key in there.keys() - files.keys():
        s3.delete_object(Bucket="archive", Key=key)
    for key, content in files.items():
        if there.get(key) != content:
            s3.put_object(Bucket="archive", Key=key, Body=content)


def traces(*needles: str, kept: dict[str, bytes] | None = None) -> list[str]:
    """The paths at which any of these texts occurs, in any of our encodings: in the tables and in
    the files `kept` (default: the whole bucket)."""
    encoded = {text.encode(codec) for text in needles for codec in ("utf-8", "cp1252")}
    return sorted(
        path
        for path, content in all_stored(kept).items()
        if any(text in content for text in encoded)
    )


def opened(value: Any) -> Iterator[bytes]:
    """Every text and number in an item, names of attributes included."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name.encode()
            yield from opened(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from opened(inner)
    elif isinstance(value, bytes):
        yield value
        if value.startswith(COMPRESSED):
            yield zlib.decompress(value[1:])
    else:
        yield str(value).encode()


def unzipped(content: bytes) -> Iterator[bytes]:
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            for name in package.namelist():
                yield name.encode()
                yield package.read(name)
