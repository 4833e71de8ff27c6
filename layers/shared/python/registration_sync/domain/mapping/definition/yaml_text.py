"""A mapping as text: YAML, of which JSON is a part, read strictly."""

from typing import Any

import yaml

from registration_sync.domain.errors import InvalidRequest, Problem, TooLarge

DEPTH = 50

CHARACTERS = 1_000_000
"""More than the largest mapping takes, with room for comments."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # in C where that was built
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _StrictLoader(_Loader):  # type: ignore[misc]  # chosen above
    """Refuses a key that repeats, of which YAML takes the last in silence."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen: set[str] = set()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise _Refused("Write a plain name before the colon.", key.start_mark)
            if key.value in seen:
                raise _Refused(f'"{key.value}" stands here twice: leave one out.', key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


class _Refused(Exception):
    def __init__(self, message: str, mark: Any) -> None:
        super().__init__(message)
        self.message = message
        self.mark = mark


def read_mapping_text(text: str) -> object:
    """What the text holds; raises InvalidRequest with the line and column of what is wrong, and
    TooLarge."""
    if len(text) > CHARACTERS:
        raise TooLarge(f"The text is longer than {CHARACTERS:,} characters: shorten it.")
    try:
        _refuse_unbounded(text)
        return yaml.load(text, Loader=_StrictLoader)  # noqa: S506 -- a safe loader, made stricter
    except _Refused as error:
        raise _at(error.mark, error.message) from None
    except yaml.MarkedYAMLError as error:
        what = error.problem or "it cannot be read"
        raise _at(error.problem_mark, f"This is not YAML: {what}.") from None
    except (yaml.YAMLError, ValueError):  # ValueError: a date that does not exist
        raise InvalidRequest("The mapping is not YAML that can be read.") from None


def write_mapping_text(definition: object) -> str:
    """A mapping as YAML in the order of its keys; a part without parts is one line."""
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
    """Names for repeated parts, with which a few lines unfold without end, and endless nesting."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise _Refused("An alias (*name) cannot be used here: write it out.", event.start_mark)
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEPTH:
            raise _Refused("This is nested too deeply.", event.start_mark)


def _at(mark: Any, message: str) -> InvalidRequest:
    place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the text"
    return InvalidRequest("The mapping cannot be read.", problems=[Problem(place, message)])
