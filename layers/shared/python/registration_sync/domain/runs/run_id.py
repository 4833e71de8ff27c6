"""Ids of runs. They sort by time: whoever looks for the last run looks for the greatest id."""

import datetime as dt
import re

RUN_ID = re.compile(r"[A-Za-z0-9-]{1,64}", re.ASCII)


def run_id_of(moment: dt.datetime, ending: str) -> str:
    """`20250915T190000Z-schedule`."""
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}-{ending}"


def new_run_id(now: dt.datetime, randomness: str) -> str:
    """The id of a requested run, `20250915T190000Z-042-1a2b3c4d`. With milliseconds, as the last
    run is looked up by the order of ids: for who is newly held, and for a connection's card."""
    return run_id_of(now, f"{now.microsecond // 1000:03}-{randomness}")
