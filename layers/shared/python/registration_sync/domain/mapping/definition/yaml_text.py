"""Reads a mapping strictly from YAML text (which includes JSON), and writes it."""

from typing import Any

import yaml

from registration_sync.domain.errors import InvalidRequest, Problem, TooLarge
from registration_sync.domain.mapping.values.characters import name_character

MAX_DEPTH = 50

MAX_CHARACTERS = 1_000_000
"""More than the largest mapping needs, with room for comments."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C version if available
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


MAX_NUMBER = 10**18
"""No mapping has a larger number. Python cannot write one of over 4,300 digits as text
(docs.python.org/3/library/stdtypes.html#integer-string-conversion-length-limitation)."""


class _StrictLoader(_Loader):  # type: ignore[misc]  # chosen above
    """Rejects a repeated key, of which YAML would silently use the last one, and numbers that JSON
    or Python cannot hold."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _Refused("Write a plain name before the colon.", key.start_mark)
            if key.value in seen:
                raise _Refused(f'"{key.value}" is here twice: leave one out.', key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            value = super().construct_object(node, deep)
        except (ValueError, LookupError, AttributeError, ArithmeticError):
            # PyYAML's constructors check nothing: a date that does not exist, `!!bool x`.
            raise _Refused(
                "This is not a value of its type: write it in quotes.", node.start_mark
            ) from None
        if isinstance(value, int | float) and not abs(value) <= MAX_NUMBER:  # nor NaN
            raise _Refused("This number is too large: write it in quotes.", node.start_mark)
        return value


class _Refused(Exception):
    def __init__(self, message: str, mark: Any) -> None:
        super().__init__(message)
        self.message = message
        self.mark = mark


def read_mapping_text(text: str) -> object:
    """Decodes the text; raises TooLarge, or InvalidRequest with a mistake's line and column."""
    if len(text) > MAX_CHARACTERS:
        raise TooLarge(f"The text is longer than {MAX_CHARACTERS:,} characters: shorten it.")
    if found := yaml.reader.Reader.NON_PRINTABLE.search(text):
        raise _at_character(text, found.start())
    try:
        _refuse_unbounded(text)
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 -- a safe loader, made stricter
    except _Refused as error:
        raise _at(error.mark, error.message) from None
    except yaml.MarkedYAMLError as error:
        what = error.problem or "it cannot be read"
        raise _at(error.problem_mark, f"This is not YAML: {what}.") from None
    except yaml.YAMLError:
        raise InvalidRequest("The mapping is not YAML that can be read.") from None


def write_mapping_text(definition: object) -> str:
    """Writes a mapping as YAML in the order of its keys; an object of plain values is one line."""
    text: str = yaml.dump(
        definition,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=None,
        width=100,
    )
    return text


def _refuse_unbounded(text: str) -> None:
    """Rejects aliases, which can expand a few lines without bound, and deep nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise _Refused("Aliases (*name) are not supported: write it out.", event.start_mark)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise _Refused("This is nested too deeply.", event.start_mark)


def _at_character(text: str, index: int) -> InvalidRequest:
    line, column = text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)
    character = name_character(text, index).partition(" ")[0]
    problem = Problem(
        f"line {line}, column {column}", f"{character} cannot be in YAML: remove it there."
    )
    return InvalidRequest("The mapping cannot be read.", problems=[problem])


def _at(mark: Any, message: str) -> InvalidRequest:
    path = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the text"
    return InvalidRequest("The mapping cannot be read.", problems=[Problem(path, message)])
