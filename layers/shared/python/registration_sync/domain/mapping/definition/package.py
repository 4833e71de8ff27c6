"""The files of a mapping as one zip archive, with a manifest that says what is in it."""

from collections.abc import Iterable
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from registration_sync.domain.errors import Problem
from registration_sync.domain.mapping.definition.file import check_name
from registration_sync.domain.mapping.values.base import CodeText, DefinitionPart, Text
from registration_sync.domain.mapping.values.csv_format import CsvFormat, file_head, line_writer

_NAME = AfterValidator(check_name)


class ManifestRow(DefinitionPart):
    """A row of two cells; one about a file says whether that file is in the package."""

    property: Annotated[CodeText, Field(min_length=1, description="the first cell, in quotes")]
    value: Annotated[CodeText, Field(description='the second cell, in quotes, such as "1.1"')]
    file: Annotated[
        Text | None,
        Field(description="the name of a file of this mapping: the value stands if it is there"),
    ] = None
    otherwise: Annotated[
        CodeText | None,
        Field(description="the second cell where that file has no row; without it, no row either"),
    ] = None


class Manifest(DefinitionPart):
    """A file about the others: comma, double quotes, UTF-8."""

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
        """The name inside the package, placeholders not yet filled in."""
        return f"{self.name}.csv"


class Package(DefinitionPart):
    """One zip in place of the files; those without a row are not in it."""

    name: Annotated[
        Text, _NAME, Field(description="the zip's name without its extension, such as oneroster")
    ]
    manifest: Annotated[
        Manifest | None, Field(description="an object with rows, and perhaps name and header")
    ] = None

    @property
    def file_name(self) -> str:
        """The name with its extension, placeholders not yet filled in."""
        return f"{self.name}.zip"


def manifest_content(manifest: Manifest, present: Iterable[str]) -> bytes:
    """The manifest, where the files named in `present` (as the mapping names them) have rows."""
    there = set(present)
    form = CsvFormat()
    write = line_writer(form)
    lines = [file_head(form, manifest.header)]
    for row in manifest.rows:
        value = row.value if row.file is None or row.file in there else row.otherwise
        if value is not None:
            lines.append(write([row.property, value]))
    return b"".join(lines)


def package_problems(definition: dict[str, Any]) -> Iterable[Problem]:
    """Rows about files that the mapping does not have."""
    package = definition.get("package")
    manifest = package.get("manifest") if isinstance(package, dict) else None
    files = definition.get("files")
    names = [
        file.get("name")
        for file in (files if isinstance(files, list) else ())
        if isinstance(file, dict)
    ]
    rows = manifest.get("rows") if isinstance(manifest, dict) else None
    for place, row in enumerate(rows if isinstance(rows, list) else ()):
        name = row.get("file") if isinstance(row, dict) else None
        if isinstance(name, str) and name not in names:
            yield Problem(
                f"package.manifest.rows[{place}].file",
                f'The mapping has no file named "{name[:80]}": write the name of one.',
            )
