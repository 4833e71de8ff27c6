"""Settings of the guards, which check a year's files before delivery for unusual values."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictInt


class GuardAction(StrEnum):
    """The effect of a guard on an unusual delivery: none, a warning, or a wait for confirmation."""

    OFF = "off"
    WARN = "warn"
    HOLD = "hold"


class NotCollectedAction(StrEnum):
    """The same for an uncollected file; and `carry_over`: its students go again, with the new ones,
    unless it is known that the importer collected it."""

    OFF = "off"
    WARN = "warn"
    HOLD = "hold"
    CARRY_OVER = "carry_over"


_ACTION = Field(description="off, warn or hold")
_AT_LEAST = Field(ge=1, le=1_000_000, description="a whole number from 1 to 1000000")


class _Guard(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RowCountGuard(_Guard):
    """The row count differs from the usual one by more than `percent`, and by `at_least` rows."""

    action: Annotated[GuardAction, _ACTION] = GuardAction.WARN
    percent: Annotated[
        StrictInt, Field(ge=1, le=1000, description="a whole number from 1 to 1000, such as 50")
    ] = 50
    at_least: Annotated[StrictInt, _AT_LEAST] = 10


class BlankRequiredGuard(_Guard):
    """A required column is blank for more than `percent` of the year's students, and for at least
    `at_least` students."""

    action: Annotated[GuardAction, _ACTION] = GuardAction.WARN
    percent: Annotated[
        StrictInt, Field(ge=0, le=99, description="a whole number from 0 to 99, such as 50")
    ] = 50
    at_least: Annotated[StrictInt, _AT_LEAST] = 10


class BlankColumnGuard(_Guard):
    """A column that was filled in most rows of an earlier export is blank in more than `percent` of
    the rows, and in at least `at_least` rows; or one that had values is blank in all rows, which by
    the earlier exports is no accident."""

    action: Annotated[GuardAction, _ACTION] = GuardAction.WARN
    percent: Annotated[
        StrictInt, Field(ge=50, le=99, description="a whole number from 50 to 99, such as 80")
    ] = 80
    at_least: Annotated[StrictInt, _AT_LEAST] = 10


class UnmatchedGuard(_Guard):
    """More than `count` values of a field have no match code."""

    action: Annotated[GuardAction, _ACTION] = GuardAction.OFF
    count: Annotated[
        StrictInt, Field(ge=0, le=1_000_000, description="a whole number from 0 to 1000000")
    ] = 50


class NotCollectedGuard(_Guard):
    """The importer has not yet collected the last delivered file, which would be replaced."""

    action: Annotated[NotCollectedAction, Field(description="off, warn, hold or carry_over")] = (
        NotCollectedAction.WARN
    )


class Guards(_Guard):
    """The guards of a connection."""

    row_count: Annotated[
        RowCountGuard, Field(description='an object such as {"action": "warn", "percent": 50}')
    ] = RowCountGuard()
    blank_required: Annotated[
        BlankRequiredGuard, Field(description='an object such as {"action": "hold", "percent": 20}')
    ] = BlankRequiredGuard()
    blank_column: Annotated[
        BlankColumnGuard, Field(description='an object such as {"action": "hold", "percent": 80}')
    ] = BlankColumnGuard()
    unmatched: Annotated[
        UnmatchedGuard, Field(description='an object such as {"action": "warn", "count": 50}')
    ] = UnmatchedGuard()
    not_collected: Annotated[
        NotCollectedGuard, Field(description='an object such as {"action": "hold"}')
    ] = NotCollectedGuard()
