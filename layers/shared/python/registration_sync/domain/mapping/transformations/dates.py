"""Transformations of dates and school years."""

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Field,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from registration_sync.domain.mapping.transformations.date_formats import (
    check_source_format,
    check_target_format,
    date_rewriter,
    has_short_year,
    has_time,
    units_of,
)
from registration_sync.domain.mapping.transformations.step import (
    TEXT_OR_FIELD_SCHEMA,
    Example,
    FieldReference,
    FieldsStep,
    Step,
    StepContext,
    Transformation,
    ValueStep,
    check_text_or_field,
)
from registration_sync.domain.mapping.transformations.typed_formats import valid_format
from registration_sync.domain.mapping.values.base import Text, check_storable
from registration_sync.domain.mapping.values.characters import is_blank, plain
from registration_sync.domain.mapping.values.conditions import check_date
from registration_sync.domain.mapping.values.unmappable import Unmappable

MAX_SOURCE_FORMATS = 10
_NOW = "YYYY-MM-DD HH:mm:ss"
_DAY = "YYYY-MM-DD"


def _check_sources(value: object) -> tuple[str, ...]:
    formats = [value] if isinstance(value, str) else value
    if not isinstance(formats, list | tuple) or not 1 <= len(formats) <= MAX_SOURCE_FORMATS:
        raise ValueError(
            f"Enter a format such as YYYY-MM-DD, or a list of 1 to {MAX_SOURCE_FORMATS} of them."
        )
    for text in formats:
        if not isinstance(text, str):
            raise ValueError("Enter each format as text, such as YYYY-MM-DD.")  # noqa: TRY004
    return tuple(valid_format(check_storable(text), check_source_format) for text in formats)


def _check_date_or_field(value: object) -> str | FieldReference:
    found = check_text_or_field(value, "a date such as 2025-08-15")
    return check_date(found) if isinstance(found, str) else found


type _DateOrField = Annotated[
    str | FieldReference | None, PlainValidator(_check_date_or_field), TEXT_OR_FIELD_SCHEMA
]


def _target_of(text: str, sources: Iterable[str | None]) -> str:
    """The target format, checked against each source format."""

    def check(target: str) -> str:
        for source in sources:
            check_target_format(target, source)
        return target

    return valid_format(text, check)


def _check_today_format(text: str) -> str:
    return _target_of(text, [_NOW])


class DateStep(Step):
    type: Literal["date"]
    sources: Annotated[
        tuple[str, ...],
        PlainValidator(_check_sources),
        WithJsonSchema(
            {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
        ),
        Field(
            alias="from",
            title="Format in Enroll",
            description="the format of the date in Enroll, such as YYYY-MM-DD, or a list of "
            "formats: the first that fits the value is used",
        ),
    ]
    target: Annotated[
        Text,
        Field(
            alias="to",
            title="Format in the file",
            description="the format of the date in the file, such as M/D/YYYY",
        ),
    ]
    pivot: Annotated[
        int | None,
        Field(
            validate_default=True,
            ge=0,
            le=99,
            title="Two-digit years up to … are 20xx",
            description="a number from 0 to 99, if `from` has YY: two-digit years up to it are "
            "20xx, later ones 19xx",
        ),
    ] = None

    not_before: Annotated[
        _DateOrField,
        Field(
            title="Not before",
            description='a date in quotes, such as "2025-08-15", or {"field": PATH}, whose date '
            "has a format of `from`: replaces an earlier date",
        ),
    ] = None

    @model_validator(mode="after")
    def _days_only(self) -> "DateStep":
        for text in (*self.sources, self.target) if self.not_before else ():
            if units_of(text) != {"year", "month", "day"}:
                raise ValueError(
                    f'`not_before` needs formats of year, month and day, and "{text}" is not one.'
                )
        return self

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.not_before.path,) if isinstance(self.not_before, FieldReference) else ()

    @field_validator("target")
    @classmethod
    def _fits_sources(cls, target: str, info: ValidationInfo) -> str:
        return _target_of(target, info.data.get("sources", ()) or (None,))

    @field_validator("pivot")
    @classmethod
    def _given_for_short_years(cls, pivot: int | None, info: ValidationInfo) -> int | None:
        if pivot is None and any(map(has_short_year, info.data.get("sources", ()))):
            raise ValueError(
                "`from` has YY: enter the last two-digit year of the 2000s, such as 30, which "
                "reads 30 as 2030 and 31 as 1931."
            )
        return pivot

    @property
    def is_cacheable(self) -> bool:
        return not any(map(has_time, self.sources)) and not self.reads


def _date(step: DateStep, _context: StepContext) -> ValueStep | FieldsStep:
    message = (
        f"The value is not a date in the format {' or '.join(step.sources)}: correct it in Enroll, "
        "or add its format to the mapping."
    )
    pivot = step.pivot or 0
    if step.not_before is None:
        rewriters = [date_rewriter(source, step.target, pivot) for source in step.sources]
        return _first_that_fits(rewriters, message)
    to_day = _first_that_fits([date_rewriter(one, _DAY, pivot) for one in step.sources], message)
    write = date_rewriter(_DAY, step.target)
    if isinstance(step.not_before, str):
        first = step.not_before
        return lambda value: value if is_blank(value) else write(max(to_day(value), first))

    def not_before_field(value: str, others: Sequence[str]) -> str:
        if is_blank(value):
            return value
        day = to_day(value)
        return write(day if is_blank(others[0]) else max(day, to_day(others[0])))

    return not_before_field


def _first_that_fits(rewriters: Sequence[Callable[[str], str]], message: str) -> ValueStep:
    """Keeps a blank value. Most values are dates, so blankness is checked last."""

    def date(value: str) -> str:
        for rewrite in rewriters:
            try:
                return rewrite(value)
            except ValueError:
                continue
        if is_blank(value):
            return value
        cleaned = plain(value)
        if cleaned != value:
            return date(cleaned)
        raise Unmappable("date", message)

    return date


class TodayStep(Step):
    type: Literal["today"]
    target: Annotated[
        Text,
        AfterValidator(_check_today_format),
        Field(
            alias="to",
            title="Format in the file",
            description="the format of the date in the file, such as M/D/YYYY",
        ),
    ]


def _today(step: TodayStep, context: StepContext) -> ValueStep:
    local = context.run.started_at.astimezone(context.run.time_zone)
    today = date_rewriter(_NOW, step.target)(local.strftime("%Y-%m-%d %H:%M:%S"))
    return lambda _value: today


class EnrollSchoolYearStep(Step):
    type: Literal["enroll_school_year"]
    target: Annotated[
        Literal["start", "end", "2025-2026", "25-26"],
        Field(alias="to", title="Written as", description='"start", "end", "2025-2026" or "25-26"'),
    ]


def _school_year(step: EnrollSchoolYearStep, context: StepContext) -> ValueStep:
    start, end = str(context.run.school_year), str(context.run.school_year + 1)
    years: dict[str, str] = {
        "start": start,
        "end": end,
        "2025-2026": f"{start}-{end}",
        "25-26": f"{start[2:]}-{end[2:]}",
    }
    year = years[step.target]
    return lambda _value: year


_DATE: dict[str, Any] = {"from": "YYYY-MM-DD", "to": "M/D/YYYY"}

DATE_STEPS = {
    "date": Transformation(
        "Date",
        "Writes a date in another format. `on_error` applies to a value that is not a date in a "
        "source format, or that does not exist.",
        DateStep,
        _date,
        [
            Example(_DATE, "2018-04-09", "4/9/2018"),
            Example(
                {"from": ["M/D/YYYY", "YYYYMMDD"], "to": "YYYY-MM-DD"}, "20180409", "2018-04-09"
            ),
            Example({"from": "M/D/YY", "to": "YYYY", "pivot": 30}, "4/9/31", "1931"),
            Example({**_DATE, "not_before": "2025-08-15"}, "2025-04-09", "8/15/2025"),
        ],
        unguarded=True,
    ),
    "today": Transformation(
        "Today",
        "The day on which the export started, in the district's time zone.",
        TodayStep,
        _today,
        [Example({"to": "MM/DD/YYYY"}, "", "09/01/2025")],
        takes_blank=True,
        starts="always",
    ),
    "enroll_school_year": Transformation(
        "Enroll School Year",
        "The school year of the registration: the year it starts or ends in, or both.",
        EnrollSchoolYearStep,
        _school_year,
        [
            Example({"to": "end"}, "", "2026"),
            Example({"to": "2025-2026"}, "", "2025-2026"),
            Example({"to": "25-26"}, "", "25-26"),
        ],
        takes_blank=True,
        starts="always",
    ),
}
