"""Plain US English in docstrings, comments, messages and docs: words that must not come back."""

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

INSTEAD = {
    r"mend(s|ed|ing)?": "correct, fix",
    r"anew": "again",
    r"heirs?": "successor",
    r"whom": "a noun: the person that …",
    r"wish(es|ed)?": "request, body, options",
    r"told": "reported, announced, got a message",
    r"whoever": "the person who, anyone who",
    r"who waits": "a noun: the waiting …",
    r"so that it stands": "so that it is",
    r"(as )?of then": "original, at that time",
    r"stands? in": "is in",
    r"in passing": "with a transient error",
    r"nobody hears": "is not reported",
    r"(recogn|author|organ|initial|normal|summar|custom|minim|maxim)is(e[sd]?|ing|ation)": "-ize",
    r"held back": "held; for people: needs attention",
    r"behaviours?": "behavior",
    r"colou(rs?|red)": "color",
    r"(fav|hon)ours?": "-or",
    r"centres?": "center",
}
"""The pattern of a barred word, and what to write instead: see Words in CONTRIBUTING.md."""

BARRED = re.compile(
    "|".join(rf"(?P<word{n}>\b{pattern}\b)" for n, pattern in enumerate(INSTEAD)), re.IGNORECASE
)

ALLOWED = ("SET told", "told (true", "not_exists(told)")
"""The stored key of an announced run: stored keys keep their names."""

PYTHON = [
    path
    for folder in ("layers/shared/python", "functions", "local")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
TEXTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "template.yaml",
    ROOT / "Makefile",
    *sorted((ROOT / "docs").glob("*.md")),
]


def texts_of(source: str) -> Iterator[tuple[int, str]]:
    """The comments, docstrings and messages of a module, each with its first line.

    A string of one word is a key or a value, not a text.
    """
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            yield node.lineno, node.value


def barred(text: str, first_line: int = 1) -> Iterator[tuple[int, str, str]]:
    """The line, the word and its replacement, for each barred word of a text."""
    for allowed in ALLOWED:
        text = text.replace(allowed, "")
    for found in BARRED.finditer(text):
        line = first_line + text.count("\n", 0, found.start())
        instead = list(INSTEAD.values())[int((found.lastgroup or "").removeprefix("word"))]
        yield line, found[0], instead


def listed(path: Path, found: Iterator[tuple[int, str, str]]) -> list[str]:
    name = path.relative_to(ROOT)
    return [f"{name}:{line}: not “{word}”, but: {instead}" for line, word, instead in found]


@pytest.mark.lint
def test_modules_have_no_barred_word() -> None:
    problems = [
        problem
        for path in PYTHON
        for line, text in texts_of(path.read_text(encoding="utf-8"))
        for problem in listed(path, barred(text, line))
    ]

    assert not problems, "write plain words:\n" + "\n".join(problems)


@pytest.mark.lint
def test_docs_have_no_barred_word() -> None:
    problems = [
        problem
        for path in TEXTS
        for problem in listed(path, barred(path.read_text(encoding="utf-8")))
    ]

    assert not problems, "write plain words:\n" + "\n".join(problems)


def test_a_barred_word_is_found_with_its_line_and_replacement() -> None:
    source = '"""Fine.\n\nWho is told anew."""\nKEY = "told"\nsay(f"Mend it, {x}.")  # Whom?\n'

    found = sorted(found for line, text in texts_of(source) for found in barred(text, line))

    assert [(line, word) for line, word, _ in found] == [
        (3, "anew"),
        (3, "told"),
        (5, "Mend"),
        (5, "Whom"),
    ]
    assert found[0][2] == "again"
    assert list(barred("A mendable heirloom, a stand-in, a Color; fold, behold.")) == []
