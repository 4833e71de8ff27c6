"""The package: all files of a mapping in one zip, with a manifest that lists them."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from registration_sync.domain.errors import Problem
from registration_sync.domain.mapping.definition.file import check_name
from registration_sync.domain.mapping.values.base import CodeText, DefinitionPart, Text
from registration_sync.domain.mapping.values.csv_format import CsvFormat, file_start, line_writer

_NAME = AfterValidator(check_name)


class ManifestRow(DefinitionPart):
    """A row of two cells; its second cell may depend on whether a file is in the package."""

    property: Annotated[CodeText, Field(min_length=1, description="the first cell, in quotes")]
    value: Annotated[CodeText, Field(description='the second cell, in quotes, such as "1.1"')]
    file: Annotated[
        Text | None,
        Field(description="the name of a file of this mapping: `value` applies if it has a row"),
    ] = None
    otherwise: Annotated[
        CodeText | None,
        Field(
            description="the second cell if that file has no row; without it, this row is left out"
        ),
    ] = None


class Manifest(DefinitionPart):
    """A file that describes the others: comma, double quotes, UTF-8."""

    name: Annotated[
        Text, _NAME, Field(description="the file's name without its extension, such as manifest")
    ] = "manifest"
    header: Annotated[
        tuple[Text, Text],
        Field(strict=False, description='two headers, such as ["propertyName", "value"]'),
    ] = ("propertyName", "value")
    rows: Annotated[
        tuple[ManifestRow, ...],
        Field(
            strict=False,
            min_length=1,
            max_length=200,
            description="a list of rows, such as "
            '{"property": "file.users", "value": "delta", "file": "users", "otherwise": "absent"}',
        ),
    ]

    @property
    def file_name(self) -> str:
        """The name inside the package, with placeholders."""
        return f"{self.name}.csv"


class Package(DefinitionPart):
    """One zip instead of the files; it leaves out files without a row."""

    name: Annotated[
        Text, _NAME, Field(description="the zip's name without its extension, such as oneroster")
    ]
    manifest: Annotated[
        Manifest | None, Field(description="an object with rows, and optionally name and header")
    ] = None

    @property
    def file_name(self) -> str:
        """The name with its extension and placeholders."""
        return f"{self.name}.zip"


def manifest_content(manifest: Manifest, present: Iterable[str]) -> bytes:
    """The manifest's bytes; `present` has the names, in the mapping, of the files with rows."""
    in_package = set(present)
    csv = CsvFormat()
    write = line_writer(csv)
    lines = [file_start(csv, manifest.header)]
    for row in manifest.rows:
        value = row.value if row.file is None or row.file in in_package else row.otherwise
        if value is not None:
            lines.append(write([row.property, value]))
    return b"".join(lines)


def package_problems(definition: dict[str, Any]) -> Iterable[Problem]:
    """The problems of manifest rows that name a file the mapping does not have."""
    package = definition.get("package")
    manifest = package.get("manifest") if isinstance(package, dict) else None
    files = definition.get("files")
    names = [
        file.get("name")
        for file in (files if isinstance(files, list) else ())
        if isinstance(file, dict)
    ]
    rows = manifest.get("rows") if isinstance(manifest, dict) else None
    for index, row in enumerate(rows if isinstance(rows, list) else ()):
        name = row.get("file") if isinstance(row, dict) else None
        if isinstance(name, str) and name not in names:
            yield Problem(
                f"package.manifest.rows[{index}].file",
                f'The mapping has no file "{name[:80]}": enter the name of one of its files.',
            )
