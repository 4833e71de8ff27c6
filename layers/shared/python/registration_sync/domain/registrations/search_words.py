"""The words of a search for students, and whether a student's ids and name have them."""

import re
from collections.abc import Iterable

from anyascii import anyascii

MAX_PADDED = 12
"""Digits of an id that leading zeros are tried up to."""

_NO_WORD = re.compile(r"[^a-z0-9]+")


class SearchWords:
    """What somebody searches for: parts of names and ids, in any order. Case, accents, apostrophes,
    punctuation and the leading zeros of numbers do not count."""

    def __init__(self, text: str) -> None:
        self._typed = text.strip()
        self._words = [_without_zeros(word) for word in searchable(text).split()]

    @property
    def number(self) -> str:
        """What was typed, if it may be an id or number of a student and not a name; else empty."""
        is_number = " " not in self._typed and any(map(str.isdigit, self._typed))
        return self._typed if is_number else ""

    @property
    def possible_ids(self) -> list[str]:
        """What was typed as an id: as it is; of digits also with more or fewer leading zeros."""
        if " " in self._typed or not self._typed:
            return []
        if not (self._typed.isascii() and self._typed.isdigit()):
            return [self._typed]
        bare = _without_zeros(self._typed)
        padded = (bare.zfill(width) for width in range(len(bare), MAX_PADDED + 1))
        return list(dict.fromkeys((self._typed, *padded)))

    def are_in(self, texts: Iterable[str]) -> bool:
        """Whether each word is in one of the texts; always if nothing was typed."""
        if self._typed and not self._words:
            return False
        text = " ".join(map(searchable, texts))
        return all(word in text for word in self._words)

    def is_number(self, number: str) -> bool:
        """Whether what was typed is this number, apart from leading zeros."""
        return bool(number) and [_without_zeros(searchable(number))] == self._words


def searchable(text: str) -> str:
    """Lower-case Latin letters and digits, in words: `o'brien-díaz` is `obrien diaz`."""
    plain = anyascii(text).casefold().replace("'", "").replace("`", "")
    return _NO_WORD.sub(" ", plain).strip()


def _without_zeros(word: str) -> str:
    return (word.lstrip("0") or "0") if word.isdigit() else word
