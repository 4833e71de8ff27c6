"""Base model and text types for the parts of a mapping definition."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from registration_sync.domain.mapping.values.characters import name_character


class DefinitionPart(BaseModel):
    """An object in a definition. A field's description completes "Write …" in error messages."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def check_storable(value: str) -> str:
    """Returns the text if UTF-8 can encode it; ValueError says what to do."""
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise ValueError(
            f"{name_character(value, error.start)} is not a valid Unicode character: type it again."
        ) from None
    return value


def check_code(value: object) -> object:
    """Rejects numbers and booleans: YAML has already dropped the zero of an unquoted 01."""
    if isinstance(value, bool | int | float):
        raise ValueError(  # noqa: TRY004 -- pydantic reports a ValueError
            f'Enter it as text in quotes, such as "{str(value)[:40]}". Without quotes, 01 is read '
            "as 1 and NO as false."
        )
    return value


Text = Annotated[str, AfterValidator(check_storable), Field(max_length=2_000)]
CodeText = Annotated[Text, BeforeValidator(check_code)]
"""Text that YAML reads as a number or a boolean when the quotes are missing."""
