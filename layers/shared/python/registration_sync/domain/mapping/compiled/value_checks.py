"""The checks of a mapped value, which find values that the SIS would reject."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from registration_sync.domain.mapping.values.budget import Budget, require_searchable
from registration_sync.domain.mapping.values.characters import compose, cut, is_blank
from registration_sync.domain.mapping.values.unmappable import Unmappable

if TYPE_CHECKING:
    from registration_sync.domain.mapping.definition.mapping import MappedField

type Check = Callable[[str], str]
"""Returns the value, which may be truncated or replaced by its spelling in `one_of`; raises
Unmappable."""


def build_checks(field: "MappedField", budget: Budget) -> Check | None:
    """One function for the field's checks; None if it has none.

    `truncate` cuts the value first. A blank value can only fail `required`. The writer of the files
    checks `unique`.
    """
    checks: list[Check] = []
    length = field.max_length
    cut_at = length if field.truncate else None
    if length is not None and cut_at is None:
        checks.append(_max_length(length))
    if field.one_of is not None:
        checks.append(_one_of(field.one_of))
    if field.pattern is not None:
        checks.append(_matches(field.pattern, budget))
    if not checks and not field.required and cut_at is None:
        return None
    required = field.required

    def check(value: str) -> str:
        if cut_at is not None:
            value = cut(value, cut_at)
        if is_blank(value):
            if required:
                raise Unmappable(
                    "required",
                    "The value is blank: enter it in Enroll, or give the field a default.",
                )
            return value
        for one in checks:
            value = one(value)
        return value

    return check


def _max_length(length: int) -> Check:
    message = (
        f"The value is longer than {length} characters: shorten it in Enroll, or raise the maximum "
        "length or have longer values shortened in the mapping."
    )

    def check(value: str) -> str:
        if len(value) > length:
            value = compose(value)
        if len(value) > length:
            raise Unmappable("max_length", message)
        return value

    return check


def _one_of(values: Sequence[str]) -> Check:
    allowed = {compose(value): value for value in values} | {value: value for value in values}
    message = "The value is not an allowed value: correct it in Enroll, or allow it in the mapping."

    def check(value: str) -> str:
        found = allowed.get(value) or allowed.get(compose(value))
        if found is None:
            raise Unmappable("one_of", message)
        return found

    return check


def _matches(pattern: str, budget: Budget) -> Check:
    from registration_sync.domain.mapping.values.patterns import compile_pattern  # noqa: PLC0415  # RE2 loads slowly

    matches = compile_pattern(pattern).fullmatch
    message = (
        "The value does not match the field's pattern: correct the value in Enroll, or correct the "
        "pattern."
    )

    def check(value: str) -> str:
        require_searchable(value)
        budget.search()
        if matches(compose(value)) is None:
            raise Unmappable("pattern", message)
        return value

    return check
