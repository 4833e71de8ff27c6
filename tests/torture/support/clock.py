"""A clock for the functions of one process: the real time, and so many seconds more."""

import datetime as dt
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any


class _Moments(type):
    """Every moment is an instance, also one that was made before the clock was set."""

    def __instancecheck__(cls, value: object) -> bool:
        return isinstance(value, dt.datetime)


class Clock:
    """`ahead_seconds` may change at any time."""

    def __init__(self) -> None:
        self.ahead_seconds = 0.0

    def install(self, put: Callable[[Any, str, Any], None] = setattr) -> None:
        """Replaces the module datetime in the modules of the functions that are loaded now. They
        all import it as dt."""
        clock = self

        class Moment(dt.datetime, metaclass=_Moments):
            @classmethod
            def now(cls, tz: dt.tzinfo | None = None) -> Any:
                return dt.datetime.now(tz) + dt.timedelta(seconds=clock.ahead_seconds)

        _replace("dt", dt, SimpleNamespace(**{**vars(dt), "datetime": Moment}), put)

    def install_for_durations(self, put: Callable[[Any, str, Any], None] = setattr) -> None:
        """Replaces the module time likewise: a change of the clock is one that has passed."""
        shifted = SimpleNamespace(
            **{
                **vars(time),
                "time": lambda: time.time() + self.ahead_seconds,
                "monotonic": lambda: time.monotonic() + self.ahead_seconds,
            }
        )
        _replace("time", time, shifted, put)


def _replace(name: str, module: Any, shifted: Any, put: Callable[[Any, str, Any], None]) -> None:
    for path, loaded in list(sys.modules.items()):
        if path.startswith(("registration_sync", "functions.")) and (
            getattr(loaded, name, None) is module
        ):
            put(loaded, name, shifted)
