"""A mapping as YAML: accepted text, and the location of mistakes."""

import json

import pytest

from registration_sync.domain.errors import InvalidRequest
from registration_sync.domain.mapping.definition.yaml_text import read_mapping_text


def refused(text: str) -> tuple[str, str]:
    with pytest.raises(InvalidRequest) as error:
        read_mapping_text(text)
    problems = error.value.problems
    return (problems[0].path, problems[0].message) if problems else ("", error.value.message)


def test_yaml_and_json_are_read() -> None:
    definition = {"files": [{"name": "students", "fields": [{"to": 'a"b', "codes": {"K": "0"}}]}]}

    assert read_mapping_text(json.dumps(definition)) == definition
    assert read_mapping_text("files:\n  - {name: students}") == {"files": [{"name": "students"}]}


@pytest.mark.parametrize(
    ("text", "location", "words"),
    [
        ("a: 1\na: 2", "line 2, column 1", '"a" is here twice'),
        ('{"codes": {"K": "0", "K": "1"}}', "line 1, column 22", '"K" is here twice'),
        ("a: &x 1\nb: *x", "line 2, column 4", "Alias"),
        ("a: [", "line 2, column 1", "not YAML"),
        ("a:\n\t- b", "line 2, column 1", "not YAML"),
        ("? [a]\n: b", "line 1, column 3", "plain name"),
        ("a: !!python/object:os.system x", "line 1, column 4", "not YAML"),
        ("[" * 60 + "]" * 60, "line 1, column 51", "nested too deeply"),
        ("a: 2025-02-30", "line 1, column 4", "in quotes"),
        ("a: !!bool x", "line 1, column 4", "in quotes"),
        ("a: !!timestamp x", "line 1, column 4", "in quotes"),
        (f"a: {'9' * 5_000}", "line 1, column 4", "in quotes"),
        (f"a: 0x{'f' * 5_000}", "line 1, column 4", "too large"),
        ("a: .inf", "line 1, column 4", "too large"),
        ("a: .nan", "line 1, column 4", "too large"),
        ("\0", "line 1, column 1", "cannot be in YAML"),
    ],
)
def test_text_that_cannot_be_read_is_refused_with_the_location(
    text: str, location: str, words: str
) -> None:
    found, message = refused(text)

    assert (found, words in message) == (location, True), message


def test_a_file_that_would_unfold_without_end_is_refused_at_once() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]

    assert "Alias" in refused("\n".join(lines))[1]


def test_a_hundred_thousand_brackets_are_refused() -> None:
    assert "nested" in refused("[" * 100_000)[1]


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\ufffe"])
def test_a_character_that_yaml_refuses_is_named_with_its_place(character: str) -> None:
    with pytest.raises(InvalidRequest) as error:
        read_mapping_text(f"files:\n- name: a{character}\n")

    (problem,) = error.value.problems
    assert problem.path == "line 2, column 10"
    assert f"U+{ord(character):04X}" in problem.message
