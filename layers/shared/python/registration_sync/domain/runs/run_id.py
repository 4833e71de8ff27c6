"""Ids of runs. They sort by time: the last run has the greatest id."""

import datetime as dt
import re

RUN_ID = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)

ALL_RUN_IDS = ("!", "~")
"""Every run id sorts between these two."""

_TIME = "%Y%m%dT%H%M%SZ"


def run_id_of(moment: dt.datetime, ending: str) -> str:
    """`20250915T190000Z-schedule`."""
    return f"{moment.astimezone(dt.UTC):{_TIME}}-{ending}"


def new_run_id(now: dt.datetime, randomness: str) -> str:
    """The id of a requested run, `20250915T190000Z-042-1a2b3c4d`. It has milliseconds, because the
    last run is found by the order of ids."""
    return run_id_of(now, f"{now.microsecond // 1000:03}-{randomness}")


def scheduled_time(run_id: str) -> dt.datetime:
    """The scheduled time of a scheduled run, which `run_id_of` put into its id."""
    return dt.datetime.strptime(run_id.partition("-")[0], _TIME).replace(tzinfo=dt.UTC)
