"""The console's text is in its words.js modules, in the words that people use.

The scanner knows as much of JavaScript as the console uses: comments, strings, nested templates. A
slash begins a regular expression where no value can end.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.test_words import BARRED as BARRED_EVERYWHERE

STATIC = Path(__file__).parents[2] / "functions/console/static"
TEXT_MODULES = {"pages/mapping/labels.js", "pages/mapping/vocabulary.js", "lib/text/names.js"}
"""Texts of their own kind: labels of keys, the generated vocabulary, synonyms of SISes."""

MODULES = sorted(
    path.relative_to(STATIC).as_posix()
    for path in STATIC.rglob("*.js")
    if path.relative_to(STATIC).parts[0] != "vendor"
)
VALUE = "\0"
"""Where a template has a value."""

NOT_TEXT = {
    "Infinite Campus",
    "ssh-ed25519 AAAA…",
    f"There is no control for the parameter {VALUE} of kind {VALUE}.",  # for developers
    f"icon {VALUE}",  # a class
    f"Bearer {VALUE}",  # a header
    f"{VALUE} order",  # keys
    f"guardian {VALUE}",
    f"find {VALUE}",
}

ATTRIBUTE = re.compile(r'(?:label|title|placeholder|hint|aria-label|alt|text)="([^"]*)"')
TAG = re.compile(r"<[^>]*>")
LETTER = "[A-Za-z\N{RIGHT SINGLE QUOTATION MARK}']"
TWO_WORDS = re.compile(rf"{LETTER}{{2,}}(?:(?!{LETTER})[^\0])+{LETTER}{{2,}}")
WORD = re.compile(rf"(?<![\w.])({LETTER}{{2,}})(?!\w)")
PROSE_AND_VALUES = re.compile("[\\w\\s\\0\N{RIGHT SINGLE QUOTATION MARK}'.,:;!?…“”()–-]*", re.ASCII)
"""No addresses, selectors or keys, which templates write, too."""

SENTENCE = re.compile(rf"[A-Z]{LETTER}*[,:;.]? +\S*[A-Za-z]|.* {LETTER}+ {LETTER}+[.!?]$")

BEFORE_PATTERN = re.compile(r"[(,=:[!&|?{};\n]\s*$")
PATTERN = re.compile(r"/(?:[^\\/\n[]|\\.|\[(?:[^\]\\]|\\.)*\])+/[a-z]*")

INSTEAD = {
    r"held back": "needs attention",
    r"((is|are|stays?|still|was|were) due|due (students?|marks?))": "ready to send, waiting",
    r"dry runs?": "preview",
    r"takes? the place of": "replaces",
    r"put in place": "replaced",
    r"Registration sync": "SchoolMint Sync Service",
    r"findings?": "what looks unusual",
    r"[\w-]+\.ya?ml": "the name of the mapping",
    r"\(`\w+`\)": "the label",
    r"(?<![{.\w])[a-z]+(_[a-z]+)+(\[\d+\])?(?![}.\w])": "the label, not a key",
}
BARRED = re.compile("|".join(rf"(?<!\w){pattern}(?!\w)" for pattern in INSTEAD))


def is_text_module(path: str) -> bool:
    return path in TEXT_MODULES or path.endswith("words.js")


def texts_of(source: str) -> Iterator[tuple[int, str, bool]]:
    """The strings and templates of a module: line, text, and whether it is an html template. Each
    value in a template is VALUE; texts inside of values come by themselves."""
    found: list[tuple[int, str, bool]] = []
    _scan_code(source, 0, found, inside=False)
    return iter(sorted(found))


def _scan_code(source: str, at: int, found: list[tuple[int, str, bool]], *, inside: bool) -> int:
    """Scans code up to its end, or up to the } that ends the value of a template."""
    depth = 0
    while at < len(source):
        if source.startswith("//", at):
            at = source.find("\n", at) % (len(source) + 1)
        elif source.startswith("/*", at):
            at = source.index("*/", at) + 2
        elif source[at] in "\"'":
            end = re.compile(rf"(?:[^\\{source[at]}]|\\.)*").match(source, at + 1)
            assert end
            found.append((_line(source, at), end[0], False))
            at = end.end() + 1
        elif source[at] == "`":
            at = _scan_template(source, at, found)
        elif source[at] == "/" and re.search(r"[(,=:[!&|?{};\n]\s*$", source[max(0, at - 40) : at]):
            pattern = re.compile(r"/(?:[^\\/\n[]|\\.|\[(?:[^\]\\]|\\.)*\])+/[a-z]*").match(
                source, at
            )
            at = pattern.end() if pattern else at + 1
        else:
            depth += {"{": 1, "}": -1}.get(source[at], 0)
            if inside and depth < 0:
                return at
            at += 1
    return at


def _scan_template(source: str, start: int, found: list[tuple[int, str, bool]]) -> int:
    at, text = start + 1, ""
    while source[at] != "`":
        if source[at] == "\\":
            text += source[at + 1]
            at += 2
        elif source.startswith("${", at):
            at = _scan_code(source, at + 2, found, inside=True) + 1
            text += VALUE
        else:
            text += source[at]
            at += 1
    found.append((_line(source, start), text, source[:start].endswith("html")))
    return at + 1


def _line(source: str, at: int) -> int:
    return source.count("\n", 0, at) + 1


def sentences_of(text: str, *, is_html: bool) -> Iterator[str]:
    """What people read of a text in a module that is not one of words."""
    if is_html:
        yield from (
            words for words in ATTRIBUTE.findall(text) if " " in words and TWO_WORDS.search(words)
        )
        for part in TAG.split(text):
            if WORD.search(part):
                yield " ".join(part.split())
    elif (SENTENCE.match(text) and re.search("[a-z]{2}", text)) or _has_value_and_word(text):
        yield text


def _has_value_and_word(text: str) -> bool:
    """Whether a template is a word or more with a value, such as `at least ${number(value)}`."""
    is_prose = VALUE in text and " " in text and PROSE_AND_VALUES.fullmatch(text)
    return bool(is_prose and WORD.search(text))


def misplaced(path: str) -> list[str]:
    source = (STATIC / path).read_text(encoding="utf-8")
    return [
        f"{path}:{line}: {sentence.replace(VALUE, '…')}"
        for line, text, is_html in texts_of(source)
        for sentence in sentences_of(text, is_html=is_html)
        if sentence not in NOT_TEXT
    ]


@pytest.mark.lint
def test_sentences_are_in_the_modules_of_words() -> None:
    problems = [
        problem for path in MODULES if not is_text_module(path) for problem in misplaced(path)
    ]

    assert not problems, "move the text to the folder's words.js:\n" + "\n".join(problems)


@pytest.mark.lint
def test_each_attribute_has_quotes_or_a_value() -> None:
    """`hint=WORDS.name` is the text “WORDS.name” for people."""
    bare = [
        f"{path}:{line}: {found}"
        for path in MODULES
        for line, text, is_html in texts_of((STATIC / path).read_text(encoding="utf-8"))
        if is_html
        for tag in TAG.findall(text)
        for found in re.findall(rf"\s[\w-]+=(?![\"{VALUE}])\S*", tag)
    ]

    assert not bare, "write ${…} or quotes:\n" + "\n".join(bare)


@pytest.mark.lint
def test_sentences_have_no_barred_word_and_no_key_of_the_api() -> None:
    problems = [
        f"{path}:{line}: {found[0]}: {' '.join(text.split()).replace(VALUE, '…')[:100]}"
        for path in MODULES
        if is_text_module(path) and path != "lib/text/names.js"
        for line, text, _ in texts_of((STATIC / path).read_text(encoding="utf-8"))
        if " " in text
        for found in [BARRED.search(text) or BARRED_EVERYWHERE.search(text)]
        if found
    ]

    assert not problems, "write the words that people see:\n" + "\n".join(problems)


def test_misplaced_text_is_found_and_other_text_is_not() -> None:
    source = (
        'import { html } from "./lib/html.js"; // A comment with words\n'
        'html`<p class="not text">Two words</p> <${X} label="The label" on=${() => a > b} />`;\n'
        'toast("It was saved."); const path = "a b/c"; const key = `of ${x ? "No such one" : y}`;\n'
        'html`<b>${count(1, "row")}</b> <i>One</i>${/[`\'"]/.test(x)}`;\n'
        "const text = `at least ${number(value)}`; const id = `#row-${id} input`; `${a}, ${b}`;\n"
    )

    found = [
        (line, sentence)
        for line, text, is_html in texts_of(source)
        for sentence in sentences_of(text, is_html=is_html)
    ]

    assert sorted(found) == [
        (2, "The label"),
        (2, "Two words"),
        (3, "It was saved."),
        (3, "No such one"),
        (3, f"of {VALUE}"),
        (4, "One"),
        (5, f"at least {VALUE}"),
    ]
