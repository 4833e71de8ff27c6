"""Reading CSV files of a SIS or a spreadsheet in the browser."""

import base64
from collections.abc import Callable
from typing import Any

from tests.console.support.person import Person

type Visit = Callable[..., Person]

READ = """async (content) => {
    const { readCsv, textOfFile } = await import(new URL("lib/text/csv.js", document.querySelector(
        "script[type=module]").src));
    const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
    return readCsv(await textOfFile(new Blob([bytes])));
}"""

FILES: list[tuple[bytes, str, list[list[str]]]] = [
    (b"id,name\r\n007,Ana\r\n", ",", [["id", "name"], ["007", "Ana"]]),
    (b"id\n007\n\n08", ",", [["id"], ["007"], ["08"]]),
    (b"", ",", []),
    (b'id;name\n1;"a;b, c"\n2;"d ""e"""', ";", [["id", "name"], ["1", "a;b, c"], ["2", 'd "e"']]),
    (b'id\tnote\n1\t"two\nlines"\n', "\t", [["id", "note"], ["1", "two\nlines"]]),
    (
        b"id|name\n1|Lee, Ann\n2|Lee, Bo\n",
        "|",
        [["id", "name"], ["1", "Lee, Ann"], ["2", "Lee, Bo"]],
    ),
    ("\ufeffid,name\n1,Zoë\n".encode(), ",", [["id", "name"], ["1", "Zoë"]]),
    ("id\tname\n1\tZoë\n".encode("utf-16"), "\t", [["id", "name"], ["1", "Zoë"]]),
    (b"\xfe\xff" + "id,name\n1,Zoë\n".encode("utf-16-be"), ",", [["id", "name"], ["1", "Zoë"]]),
    ("id,name\n1,Zoë€\n".encode("windows-1252"), ",", [["id", "name"], ["1", "Zoë€"]]),
    ("id,name\n1,Zoë\n".encode("utf-16-le"), ",", [["id", "name"], ["1", "Zoë"]]),
    ("id,name\n1,Zoë\n".encode("utf-16-be"), ",", [["id", "name"], ["1", "Zoë"]]),
    (b"sep=;\r\na,b;c\r\n1,2;3\r\n", ";", [["a,b", "c"], ["1,2", "3"]]),
    (b"id,name\n,\n1,Ana,more\n", ",", [["id", "name"], ["1", "Ana", "more"]]),
]


def test_a_file_is_read_whatever_its_encoding_and_delimiter(visit: Visit) -> None:
    page = visit().page

    found: list[Any] = [
        page.evaluate(READ, base64.b64encode(content).decode()) for content, *_ in FILES
    ]

    assert found == [{"delimiter": delimiter, "rows": rows} for _, delimiter, rows in FILES]
