"""Reads all stored data uncompressed, to search it for traces of a student."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.s3.models import S3Backend, s3_backends

from tests.functional.conftest import TABLES, create_tables, stored_items
from tests.functional.support.expressions import Item
from tests.functional.support.memory_dynamodb import items_of, store

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
    kept = _archive().get_bucket("archive").keys
    return {name: file.value for name, file in sorted(kept.items()) if name.startswith(prefix)}


def _archive() -> S3Backend:
    return s3_backends[DEFAULT_ACCOUNT_ID]["aws"]


type State = tuple[dict[str, list[Item]], dict[str, bytes]]


def state() -> State:
    """All stored data, for `put_back`."""
    return {table: items_of(table) for table in TABLES}, in_bucket()


def put_back(before: State) -> None:
    """Restores all stored data."""
    kept, files = before
    create_tables()
    for table, items in kept.items():
        store(table, *items)
    there = in_bucket()
    for key in there.keys() - files.keys():
        _archive().delete_object("archive", key)
    for key, content in files.items():
        if there.get(key) != content:
            _archive().put_object("archive", key, content)


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
