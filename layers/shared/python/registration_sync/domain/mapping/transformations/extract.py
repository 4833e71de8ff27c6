"""Transformations that extract a part, an answer or a number from a text."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from registration_sync.domain.mapping.transformations.step import (
    Example,
    Step,
    StepContext,
    Transformation,
    ValueStep,
)
from registration_sync.domain.mapping.transformations.substitute import SUBSTITUTE
from registration_sync.domain.mapping.transformations.typed_formats import phone_format
from registration_sync.domain.mapping.values.base import CodeText, Text, check_code
from registration_sync.domain.mapping.values.characters import (
    INVISIBLE,
    WHITE_SPACE,
    compose,
    is_blank,
    plain,
    split_at,
    trim,
)
from registration_sync.domain.mapping.values.unmappable import Unmappable


class SplitStep(Step):
    type: Literal["split"]
    delimiter: Annotated[
        Text,
        Field(min_length=1, description="the text between the parts, one or more characters"),
    ]
    take: Annotated[
        int,
        Field(
            ge=-1_000,
            le=1_000,
            title="Part",
            description="which part: 1 for the first, 2 for the second, -1 for the last",
        ),
    ] = 1

    @model_validator(mode="after")
    def _counts_from_one(self) -> "SplitStep":
        if self.take == 0:
            raise ValueError("Enter 1 in `take` for the first part, or -1 for the last.")
        return self


class YesNoStep(Step):
    type: Literal["yes_no"]
    yes: Annotated[CodeText, Field(description='the text for yes, in quotes, such as "Y"')] = "Y"
    no: Annotated[CodeText, Field(description='the text for no, in quotes, such as "N"')] = "N"


class CountItemsStep(Step):
    type: Literal["count_items"]
    delimiter: Annotated[Text, Field(min_length=1, description="the text between the items")] = "|"


def _check_phone_format(text: str) -> str:
    meant = phone_format(text)
    if meant.count("9") != 10:
        raise ValueError("Enter the number with ten 9s, such as (999) 999-9999 or 9999999999.")
    return meant


class PhoneNumberStep(Step):
    type: Literal["phone_number"]
    target: Annotated[
        Text,
        BeforeValidator(check_code),
        AfterValidator(_check_phone_format),
        Field(
            alias="to",
            title="Format in the file",
            description="the format, in quotes, with a 9 for each of the ten digits, such as "
            '"(999) 999-9999"',
        ),
    ]
    extension: Annotated[
        Literal["hold", "drop"],
        Field(
            description="for a number with an extension, such as x12: hold (hold the student) or "
            "drop (leave out the extension)"
        ),
    ] = "hold"


def _split(step: SplitStep, _context: StepContext) -> ValueStep:
    delimiter, index = step.delimiter, step.take - 1 if step.take > 0 else step.take

    def split(value: str) -> str:
        parts = split_at(value, delimiter)
        return trim(parts[index]) if -len(parts) <= index < len(parts) else ""

    return split


_YES = frozenset({"y", "yes", "t", "true", "1", "on"})
_NO = frozenset({"n", "no", "f", "false", "0", "off"})


def _yes_no(step: YesNoStep, _context: StepContext) -> ValueStep:
    def yes_no(value: str) -> str:
        answer = plain(value).casefold()
        if answer in _YES:
            return step.yes
        if answer in _NO:
            return step.no
        raise Unmappable(
            "yes_no",
            "The value is neither yes (y, yes, t, true, 1, on) nor no (n, no, f, false, 0, off): "
            "correct it in Enroll.",
        )

    return yes_no


def _count_items(step: CountItemsStep, _context: StepContext) -> ValueStep:
    delimiter = step.delimiter
    return lambda value: str(sum(1 for item in split_at(value, delimiter) if not is_blank(item)))


_PHONE = re.compile(
    r"(?:tel[.:]* *)?(?:\+?1[ ./\-]*)?\(?([0-9]{3})\)?[ ./\-]*([0-9]{3})[ ./\-]*([0-9]{4})"
    r"(?:[ ,;(]*(?:x|extn?|extensi[oó]n|#)[ .:=#\-]*([0-9]{1,8})#?\)?)?",
    re.IGNORECASE,
)
_MAX_PHONE_CHARACTERS = 60
_PLAIN_PHONE = {
    **dict.fromkeys(map(ord, INVISIBLE)),
    **dict.fromkeys(map(ord, WHITE_SPACE), " "),
    **dict.fromkeys((*range(0x2010, 0x2016), 0x2212, 0xFF0D), "-"),
    **dict.fromkeys(map(ord, "[\uff08"), "("),
    **dict.fromkeys(map(ord, "]\uff09"), ")"),
}
"""Cleans up a pasted number: drops invisible characters (such as text-direction marks), turns white
space into a space, any dash into a hyphen and any bracket into a parenthesis."""


def _phone_number(step: PhoneNumberStep, _context: StepContext) -> ValueStep:
    template = step.target.replace("%", "%%").replace("9", "%s")
    drop = step.extension == "drop"

    def phone(value: str) -> str:
        text = compose(value).translate(_PLAIN_PHONE).strip()
        found = _PHONE.fullmatch(text) if len(text) <= _MAX_PHONE_CHARACTERS else None
        if found is None:
            raise Unmappable(
                "phone_number",
                "The value is not a ten-digit phone number: correct it in Enroll.",
            )
        if found[4] and not drop:
            raise Unmappable(
                "phone_number",
                "The phone number has an extension, which this format has no room for: remove it "
                "in Enroll, or leave extensions out in the mapping.",
            )
        return template % tuple(found[1] + found[2] + found[3])

    return phone


EXTRACT_STEPS = {
    "split": Transformation(
        "Split",
        "Takes one part of a value, without spaces around it; blank if there is no such part.",
        SplitStep,
        _split,
        [
            Example({"delimiter": ",", "take": 1}, "Díaz, Ana", "Díaz"),
            Example({"delimiter": " - ", "take": -1}, "North - 0042", "0042"),
        ],
    ),
    "substitute": SUBSTITUTE,
    "phone_number": Transformation(
        "Phone Number",
        "Writes a ten-digit phone number in one format, however it was typed.",
        PhoneNumberStep,
        _phone_number,
        [
            Example({"to": "(999) 999-9999"}, "5125550147", "(512) 555-0147"),
            Example({"to": "9999999999"}, "+1 (512) 555-0147", "5125550147"),
            Example(
                {"to": "9999999999", "extension": "drop"}, "512/555/0147 Ext: 12", "5125550147"
            ),
        ],
    ),
    "yes_no": Transformation(
        "Yes or No",
        "Writes one text for yes (y, yes, t, true, 1, on) and another for no (n, no, f, false, 0, "
        "off).",
        YesNoStep,
        _yes_no,
        [Example({}, "true", "Y"), Example({"yes": "1", "no": "0"}, "No", "0")],
    ),
    "count_items": Transformation(
        "Count of Items",
        "The number of items in a delimited list; blank items are not counted.",
        CountItemsStep,
        _count_items,
        [Example({"delimiter": "|"}, "Asian|White", "2")],
    ),
}
