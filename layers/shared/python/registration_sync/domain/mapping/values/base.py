"""What every part of a mapping's definition is made of: strict models, and text that is text."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


class DefinitionPart(BaseModel):
    """An object in a definition. Each description of a key completes "Write …" in a problem."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def check_storable(value: str) -> str:
    """Text that can be stored and written."""
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("Half a character (a lone surrogate) is in it: write it anew.") from None
    return value


def check_code(value: object) -> object:
    """A code written as 01 without quotes lost its zero before it got here, so none is taken."""
    if isinstance(value, bool | int | float):
        raise ValueError(  # noqa: TRY004 -- pydantic reports a ValueError
            f'Write it as text, in quotes: "{str(value)[:40]}" if that is what you mean. Without '
            "quotes 01 is read as 1, and NO as false."
        )
    return value


Text = Annotated[str, AfterValidator(check_storable), Field(max_length=2_000)]
CodeText = Annotated[Text, BeforeValidator(check_code)]
"""Text that a person may have written without quotes in YAML, as a number or yes and no."""
