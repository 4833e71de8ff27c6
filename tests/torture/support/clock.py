"""A clock for the functions of one process: the real time, and so many seconds more."""

import datetime as dt
import sys
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

    def install(self) -> None:
        """Replaces the module datetime in the modules of the functions that are loaded now. They
        all import it as dt, and read no other clock to decide."""
        clock = self

        class Moment(dt.datetime, metaclass=_Moments):
            @classmethod
            def now(cls, tz: dt.tzinfo | None = None) -> Any:
                return dt.datetime.now(tz) + dt.timedelta(seconds=clock.ahead_seconds)

        shifted = SimpleNamespace(**{**vars(dt), "datetime": Moment})
        for name, module in list(sys.modules.items()):
            if name.startswith(("registration_sync", "functions.")) and (
                getattr(module, "dt", None) is dt
            ):
                module.dt = shifted  # type: ignore[attr-defined]
