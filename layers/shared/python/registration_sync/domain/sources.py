"""Where a mapped value comes from: a path into a registration, or a fact of the export run."""

import unicodedata

REGISTRATION_FACTS = ("school_year", "synced_at", "student_id", "registration_id")
RUN_STARTED_AT = "run.started_at"

_FACTS = (*(f"registration.{name}" for name in REGISTRATION_FACTS), RUN_STARTED_AT)


def check_source(path: str) -> str:
    """A path of names with dots between them; ValueError says what to write instead."""
    names = path.split(".")
    unclean = any(
        not name or name != name.strip() or any(unicodedata.category(c) == "Cc" for c in name)
        for name in names
    )
    if unclean or len(path) > 200 or len(names) > 10:
        raise ValueError(
            "Write the field's path, such as students.fname: 1 to 10 names with a dot between "
            "them, at most 200 characters."
        )
    if names[0] in {"registration", "run"} and path not in _FACTS:
        raise ValueError(f"There is no {path}: write one of {', '.join(_FACTS)}.")
    return path


def place_of(path: str) -> tuple[tuple[str, ...], str]:
    """The names that lead to the group in a decoded snapshot, and the name of the value there.

    RUN_STARTED_AT is no place in a snapshot.
    """
    *group, name = path.split(".")
    return (() if group == ["registration"] else ("data", *group)), name
