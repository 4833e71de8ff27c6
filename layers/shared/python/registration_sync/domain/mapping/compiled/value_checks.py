"""What an SIS would fail on, found before it is sent: the checks of a mapped value."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from registration_sync.domain.mapping.values.unmappable import Unmappable, is_blank

if TYPE_CHECKING:
    from registration_sync.domain.mapping.definition.mapping import MappedField

type Check = Callable[[str], str]
"""Gives the value back, or what becomes of it; raises Unmappable."""


def build_checks(field: "MappedField") -> Check | None:
    """One function of the field's checks; None if it has none.

    A blank value can only fail `required`. `unique` spans a file, so whoever writes it checks it.
    """
    checks: list[Check] = []
    if field.max_length is not None:
        checks.append(_at_most(field.max_length, truncate=field.truncate))
    if field.one_of is not None:
        checks.append(_one_of(frozenset(field.one_of)))
    if field.pattern is not None:
        checks.append(_matches(field.pattern))
    if not checks and not field.required:
        return None
    required = field.required

    def check(value: str) -> str:
        if is_blank(value):
            if required:
                raise Unmappable(
                    "required",
                    "The value is blank: fill it in in Enroll, or give the field a default.",
                )
            return value
        for one in checks:
            value = one(value)
        return value

    return check


def _at_most(length: int, *, truncate: bool) -> Check:
    if truncate:
        return lambda value: value[:length]
    message = (
        f"The value is longer than {length} characters: shorten it in Enroll, allow more of "
        "them, or let longer values be cut off."
    )

    def check(value: str) -> str:
        if len(value) > length:
            raise Unmappable("max_length", message)
        return value

    return check


def _one_of(allowed: frozenset[str]) -> Check:
    message = (
        "The value is none of the allowed ones: mend it in Enroll, or allow it in the mapping."
    )

    def check(value: str) -> str:
        if value not in allowed:
            raise Unmappable("one_of", message)
        return value

    return check


def _matches(pattern: str) -> Check:
    from registration_sync.domain.mapping.values.patterns import compile_pattern  # noqa: PLC0415  # RE2 loads slowly

    matches = compile_pattern(pattern).fullmatch
    message = "The value does not fit the field's pattern: mend it in Enroll, or the pattern."

    def check(value: str) -> str:
        if matches(value) is None:
            raise Unmappable("pattern", message)
        return value

    return check
