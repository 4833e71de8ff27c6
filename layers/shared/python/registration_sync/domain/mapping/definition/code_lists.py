"""Match codes as lists, for programs that do not keep the order of an object's keys."""

from typing import Any


def with_codes_as_lists(part: Any) -> Any:
    """The definition with each object of codes as a list of values and codes.

    JavaScript puts the keys of an object that are whole numbers first (ECMA-262,
    OrdinaryOwnPropertyKeys).
    """
    if isinstance(part, list):
        return [with_codes_as_lists(item) for item in part]
    if not isinstance(part, dict):
        return part
    return {
        key: [{"value": one, "code": code} for one, code in value.items()]
        if key == "codes" and isinstance(value, dict)
        else with_codes_as_lists(value)
        for key, value in part.items()
    }
