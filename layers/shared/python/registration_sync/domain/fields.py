"""Reads the fields of a JSON body, a query or an event, and collects all of their problems."""

import re
from collections.abc import Collection, Mapping
from typing import Self

from registration_sync.domain.errors import InvalidRequest, Problem
from registration_sync.domain.registrations.registration import parse_school_year, parse_student_id
from registration_sync.domain.similar_names import unknown_fields

WRITE_START_YEAR = "Enter the start year: 2025 for 2025-26."


class Fields:
    """The methods below `refuse_unknown` each read one field. For an invalid field they record a
    problem and return a placeholder: call `raise_problems` before using any value.

    A null field counts as left out. So does an empty query parameter, except
    `limit`.
    """

    def __init__(self, content: Mapping[str, object], noun: str = "field") -> None:
        self._content = content
        self._noun = noun
        self._problems: list[Problem] = []

    @classmethod
    def of_body(cls, body: object, example: str, *, optional: bool = False) -> Self:
        """The fields of a JSON object; raises InvalidRequest with the example for anything else."""
        if body is None and optional:
            return cls({})
        if not isinstance(body, Mapping):
            ending = ", or nothing" if optional else ""
            raise InvalidRequest(f"Send a JSON object, such as {example}{ending}.")
        return cls(body)

    @classmethod
    def of_query(cls, query: Mapping[str, str]) -> Self:
        """The parameters of a URL's query."""
        return cls(query, "parameter")

    def __contains__(self, name: str) -> bool:
        """Whether the field was sent, empty or not."""
        return name in self._content

    def get(self, name: str) -> object:
        """The value as it was sent, None if it was left out."""
        value = self._content.get(name)
        return None if value == "" and self._noun == "parameter" else value

    def add_problem(self, name: str, message: str) -> None:
        self._problems.append(Problem(name, message))

    def raise_problems(self, message: str) -> None:
        """Raises InvalidRequest with the message and all problems, if there are any."""
        if self._problems:
            raise InvalidRequest(message, problems=self._problems)

    def refuse_unknown(self, *known: str) -> Self:
        """Records a problem for each field whose name is not in `known`."""
        self._problems += unknown_fields(map(str, self._content), known, self._noun)
        return self

    def text(self, name: str) -> str:
        """The text, empty if it was left out; for queries, whose values are all text."""
        return str(self.get(name) or "")

    def flag(self, name: str) -> bool:
        """True or false; false if it was left out."""
        value = self.get(name)
        if not isinstance(value, bool | None):
            self.add_problem(name, "Enter true or false.")
        return value is True

    def one_of(self, name: str, values: Collection[str], default: str = "") -> str:
        """One of the values; a field without a default has to be sent."""
        value = self.get(name)
        value = default if value is None else value
        if isinstance(value, str) and value in values:
            return value
        self.add_problem(name, f"Enter one of {', '.join(values)}.")
        return ""

    def school_year(self, name: str = "school_year") -> int | None:
        """The start year, None if it was left out."""
        return None if self.get(name) is None else self.required_school_year(name)

    def required_school_year(self, name: str = "school_year") -> int:
        """The start year, which has to be sent."""
        school_year = parse_school_year(self.get(name))
        if school_year is None:
            self.add_problem(name, WRITE_START_YEAR)
            return 0
        return school_year

    def school_years(self, name: str, at_most: int) -> tuple[int, ...] | None:
        """The start years, ascending, without duplicates; None if the list was left out or is not
        valid."""
        items = self.items(name, at_most, f"Enter a list of 1 to {at_most} years, such as [2025].")
        years = [parse_school_year(item) for item in items or ()]
        for index, year in enumerate(years):
            if year is None:
                self.add_problem(f"{name}[{index}]", WRITE_START_YEAR)
        return None if items is None else tuple(sorted({year for year in years if year}))

    def student_id(self, name: str = "student_id") -> str:
        """The student id, text or a number of digits only, which has to be sent."""
        return self._student_id(name, self.get(name))

    def student_ids(self, name: str, at_most: int, at_least: int = 1) -> tuple[str, ...] | None:
        """The student ids in the order sent, without duplicates; None if the list was left out or
        is not valid."""
        message = f"Enter a list of {at_least} to {at_most} student ids."
        items = self.items(name, at_most, message, at_least)
        if items is None:
            return None
        ids = [self._student_id(f"{name}[{index}]", item) for index, item in enumerate(items)]
        return tuple(dict.fromkeys(ids))

    def items(
        self, name: str, at_most: int, message: str, at_least: int = 1
    ) -> list[object] | None:
        """The items of a list, themselves unchecked; None if the list was left out or is not
        valid."""
        value = self.get(name)
        if value is None:
            return None
        if not isinstance(value, list) or not at_least <= len(value) <= at_most:
            self.add_problem(name, message)
            return None
        return value

    def page_limit(self, default: int, at_most: int) -> int:
        """The query's `limit`: how many items a page holds."""
        limit = str(self._content.get("limit", default))
        if re.fullmatch("[0-9]{1,3}", limit) and 1 <= int(limit) <= at_most:
            return int(limit)
        self.add_problem("limit", f"Enter a number from 1 to {at_most}.")
        return default

    def _student_id(self, path: str, value: object) -> str:
        try:
            return parse_student_id(value)
        except InvalidRequest as error:
            self.add_problem(path, error.message)
            return ""
