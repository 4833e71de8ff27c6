"""The registrations that a connection takes: all, or those of some school years and conditions.

The sync function loads this module, with pydantic, only for a connection that does not take all.
"""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, field_serializer

from registration_sync.domain.mapping.values.conditions import Condition, compile_test
from registration_sync.domain.mapping.values.sources import field_path, text_at
from registration_sync.domain.mapping.values.unmappable import Unmappable
from registration_sync.domain.registrations.registration import (
    NOT_TAKEN,
    Refusal,
    Registration,
    Selector,
)
from registration_sync.domain.school_year import is_school_year

FACTS = ("registration.student_id", "registration.registration_id", "registration.school_year")


def _check_year(year: int) -> int:
    if not is_school_year(year):
        raise ValueError("Enter the start year as four digits: 2025 for 2025-26.")
    return year


def _check_source(condition: Condition) -> Condition:
    root = condition.source.split(".")[0]
    if root in {"entry", "row", "run", "registration"} and condition.source not in FACTS:
        raise ValueError(
            f"{condition.source} is not known when a registration is synced: enter a field of the "
            f"registration, or one of {', '.join(FACTS)}."
        )
    return condition


class Takes(BaseModel):
    """The school years and the conditions of the registrations that a connection takes; an empty
    list restricts nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    school_years: Annotated[
        tuple[Annotated[StrictInt, AfterValidator(_check_year)], ...],
        Field(max_length=20, description="a list of at most 20 start years, such as [2025, 2026]"),
    ] = ()
    where: Annotated[
        tuple[Annotated[Condition, AfterValidator(_check_source)], ...],
        Field(
            max_length=20,
            description="a list of at most 20 conditions that a registration must meet, such as "
            '{"field": "students.school", "equals": "North"}',
        ),
    ] = ()

    @field_serializer("where")
    def _written(self, where: tuple[Condition, ...]) -> list[dict[str, Any]]:
        return [one.model_dump(mode="json", by_alias=True, exclude_defaults=True) for one in where]


def parse_selector(stored: str) -> Selector:
    """Builds the function that tests a registration, from the stored JSON of a Takes."""
    takes = Takes.model_validate_json(stored, extra="ignore")
    tests = [(field_path(one.source), compile_test(one)) for one in takes.where]

    def select(registration: Registration) -> Refusal | None:
        if takes.school_years and registration.school_year not in takes.school_years:
            return NOT_TAKEN
        scope = {
            "data": registration.data,
            "registration": {
                "student_id": registration.student_id,
                "registration_id": registration.registration_id,
                "school_year": str(registration.school_year),
            },
        }
        try:
            is_taken = all(test(text_at(scope, path)) for path, test in tests)
        except Unmappable as error:
            return Refusal("undecided", f"A condition of the connection failed: {error.message}")
        return None if is_taken else NOT_TAKEN

    return select
