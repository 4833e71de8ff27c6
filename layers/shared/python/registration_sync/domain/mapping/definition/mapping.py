"""The definition of a mapping: the export files and their fields. `parse_mapping` reads it."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from registration_sync.domain.errors import InvalidRequest, TooLarge
from registration_sync.domain.mapping.definition.checks import too_large, whole_mapping_problems
from registration_sync.domain.mapping.definition.file import FileSettings
from registration_sync.domain.mapping.definition.package import Package, package_problems
from registration_sync.domain.mapping.definition.problems import Models, as_problems
from registration_sync.domain.mapping.transformations.registry import (
    TRANSFORMATIONS,
    AnyStep,
    CodeTable,
)
from registration_sync.domain.mapping.values.base import CodeText, DefinitionPart, Text, check_code
from registration_sync.domain.mapping.values.characters import is_blank, name_character
from registration_sync.domain.mapping.values.sources import check_source
from registration_sync.domain.mapping.values.unmappable import OnError


def _check_header(header: str) -> str:
    message = "Enter the column header that your SIS expects: 1 to 200 characters, on one line."
    if is_blank(header) or len(header) > 200:
        raise ValueError(message)
    for index, character in enumerate(header):
        if not character.isprintable():
            raise ValueError(f"{name_character(header, index)} is not visible. {message}")
    return header


def _check_pattern(pattern: str | None) -> str | None:
    from registration_sync.domain.mapping.values.patterns import compile_pattern  # noqa: PLC0415  # loads slowly

    if pattern is not None:
        compile_pattern(pattern)
    return pattern


_TRUE_OR_FALSE = "true or false, without quotes"

SourcePath = Annotated[Text, AfterValidator(check_source)]
_FROM = Field(alias="from", description="the field of the registration, such as students.fname")
Header = Annotated[
    Text,
    BeforeValidator(check_code),
    AfterValidator(_check_header),
    Field(description="the header of the column, as the SIS names it"),
]


class _Field(DefinitionPart):
    """The keys that every field of a file may have."""

    to: Header
    default: Annotated[
        CodeText | None,
        Field(description="the text to write for a blank source, in quotes"),
    ] = None
    on_error: Annotated[
        OnError,
        Field(description="hold, blank, keep or default, for a value that cannot be mapped"),
    ] = "hold"
    required: Annotated[bool, Field(description=_TRUE_OR_FALSE)] = False
    unique: Annotated[bool, Field(description=_TRUE_OR_FALSE)] = False
    max_length: Annotated[
        int | None, Field(ge=1, le=1_000_000, description="a number of characters, from 1")
    ] = None
    truncate: Annotated[bool, Field(description=_TRUE_OR_FALSE)] = False
    one_of: Annotated[
        tuple[CodeText, ...] | None,
        Field(
            strict=False,
            min_length=1,
            max_length=10_000,
            description='a list of the values that the SIS accepts, in quotes, such as ["M", "F"]',
        ),
    ] = None
    pattern: Annotated[
        Text | None,
        AfterValidator(_check_pattern),
        Field(description="a regular expression for the whole value, such as [0-9]{10}"),
    ] = None
    overwrite: Annotated[
        bool,
        Field(description=f"{_TRUE_OR_FALSE}: an import setting, without effect on exports"),
    ] = False


class DirectField(_Field):
    """The unchanged value; without a source, every row has the `default`, which may be empty."""

    mapping_type: Literal["direct"]
    source: Annotated[SourcePath | None, _FROM] = None


class MatchCodesField(_Field, CodeTable):
    """The value's code; `unmatched`, or else `on_error`, applies to a value without a code."""

    mapping_type: Literal["match_codes"]
    source: Annotated[SourcePath, _FROM]


class TransformationField(_Field):
    """The value after a chain of transformations; some chains need no source (see `starts`)."""

    mapping_type: Literal["transformation"]
    source: Annotated[SourcePath | None, _FROM] = None
    transformations: Annotated[
        tuple[AnyStep, ...],
        Field(
            strict=False,
            min_length=1,
            max_length=20,
            description="a list of 1 to 20 transformations, such as "
            '{"type": "date", "from": "YYYY-MM-DD", "to": "M/D/YYYY"}',
        ),
    ]


class DoNotMapField(DefinitionPart):
    """Not in the file; listed to show that the field was considered."""

    mapping_type: Literal["do_not_map"]
    source: Annotated[SourcePath | None, _FROM] = None
    to: Header | None = None
    overwrite: bool = False


type MappedField = DirectField | MatchCodesField | TransformationField

AnyField = Annotated[
    DirectField | MatchCodesField | TransformationField | DoNotMapField,
    Field(discriminator="mapping_type"),
]


class ExportFile(FileSettings):
    """A file and its fields, in the order of its columns."""

    fields: Annotated[
        tuple[AnyField, ...],
        Field(strict=False, description="a list of fields"),
    ]

    @property
    def mapped_fields(self) -> tuple[MappedField, ...]:
        """The columns."""
        return tuple(field for field in self.fields if not isinstance(field, DoNotMapField))


class Mapping(DefinitionPart):
    """The export files of a connection."""

    files: Annotated[
        tuple[ExportFile, ...],
        Field(
            strict=False,
            min_length=1,
            description="a list of 1 to 100 files, each with a name and fields",
        ),
    ]

    package: Annotated[
        Package | None,
        Field(description='an object with a name, such as {"name": "oneroster"}, to zip the files'),
    ] = None

    @property
    def delivered_names(self) -> tuple[str, ...]:
        """The names of what is delivered, with placeholders: the package, or the files."""
        if self.package:
            return (self.package.file_name,)
        return tuple(file.file_name for file in self.files)


_MODELS = Models(
    root=Mapping,
    fields={
        "direct": DirectField,
        "match_codes": MatchCodesField,
        "transformation": TransformationField,
        "do_not_map": DoNotMapField,
    },
    transformations={name: row.parameters for name, row in TRANSFORMATIONS.items()},
)


def parse_mapping(definition: object) -> Mapping:
    """Parses a mapping from decoded YAML or JSON.

    Raises TooLarge before it checks the contents, or InvalidRequest with every problem.
    """
    if not isinstance(definition, dict):
        raise InvalidRequest('Send the mapping as an object: {"files": […]}.')
    if problems := too_large(definition):
        raise TooLarge("The mapping is too large.", problems=problems)
    mapping = None
    try:
        mapping = Mapping.model_validate(definition)
    except ValidationError as error:
        problems = as_problems(error, _MODELS)
    problems += whole_mapping_problems(definition)
    problems += package_problems(definition)
    if problems or mapping is None:
        count = "a mistake" if len(problems) == 1 else f"{len(problems)} mistakes"
        raise InvalidRequest(f"The mapping has {count}.", problems=problems)
    return mapping
