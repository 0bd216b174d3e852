"""Sentences as tokens: words, and values that are recognised by how they look."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

TokenKind = Literal[
    "word", "quote", "email", "phone", "channel", "url", "time", "number", "template", "punct",
    "wait",
]  # fmt: skip

_PATTERNS: Final[Sequence[tuple[TokenKind, str]]] = (
    ("template", r"\{\{[^{}]*\}\}"),
    (
        "quote",
        r"\"[^\"\n]*\"|“[^”\n]*”|`[^`\n]*`"
        r"|\u2018[^\u2019\n]*\u2019|(?<!\w)'[^\n]*?'(?!\w)",
    ),
    ("url", r"https?://[^\s,;\"'<>]*[^\s,;\"'<>.?!)]"),
    ("email", r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    ("channel", r"#[A-Za-z0-9][\w-]*"),
    ("phone", r"\+\d[\d -]{6,}\d"),
    ("time", r"\d{1,2}[:.]\d{2}(?:\s?[ap]\.?m\b\.?)?(?!\d)|\d{1,2}\s?[ap]\.?m\b"),
    ("number", r"(?:[₹$€£]|Rs\.?\s?|INR\s?)?\d+(?:,\d{2,3})*(?:\.\d+)?(?:k\b|%)?"),
    ("word", r"[^\W\d_](?:[\w]|[-'\u2019](?=\w))*"),
    ("punct", r"[<>=!]=|\n|[^\w\s]"),
)
_TOKEN: Final = re.compile(
    "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _PATTERNS), re.IGNORECASE
)
_NUMBER: Final = re.compile(r"\d+(?:,\d{2,3})*(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a sentence; `word` is its lower case without a possessive."""

    kind: TokenKind
    text: str
    word: str
    #: Of quotes the text inside, of numbers the number, of waits the seconds.
    value: Any = None


def words_in(text: str) -> frozenset[str]:
    """The words of a list that is written as one text."""
    return frozenset(text.split())


def tokens_of(text: str) -> list[Token]:
    """The tokens of a text."""
    return [_token(found) for found in _TOKEN.finditer(text)]


def _token(found: re.Match[str]) -> Token:
    kind: Any = found.lastgroup
    text = found[0]
    word = re.sub(r"['\u2019]s$", "", text.lower())
    value: Any = text
    if kind == "quote":
        value = text[1:-1].strip()
    elif kind == "number":
        value = number_of(text)
    elif kind == "phone":
        value = re.sub(r"[ -]", "", text)
    return Token(kind, text, word, value)


def number_of(text: str) -> int | float:
    """The number in a text such as `₹2,000` or `5k`."""
    digits = _NUMBER.search(text)
    number = float(digits[0].replace(",", "")) if digits else 0.0
    number *= 1000 if text.lower().endswith("k") else 1
    return int(number) if number.is_integer() else number


def words_of(tokens: Iterable[Token]) -> list[str]:
    """The lower-case words, of every kind of token."""
    return [token.word for token in tokens]


def text_of(tokens: Iterable[Token]) -> str:
    """The tokens as they were written, a space apart."""
    return " ".join(token.text for token in tokens)


def find_words(tokens: Sequence[Token], phrase: str, start: int = 0) -> int:
    """Where a phrase begins; -1 where it does not stand."""
    wanted = phrase.split()
    for place in range(start, len(tokens) - len(wanted) + 1):
        if [token.word for token in tokens[place : place + len(wanted)]] == wanted:
            return place
    return -1


def begins_with(tokens: Sequence[Token], phrase: str, start: int = 0) -> int:
    """How many tokens of the phrase stand here: all of them or 0."""
    wanted = phrase.split()
    found = [token.word for token in tokens[start : start + len(wanted)]]
    return len(wanted) if found == wanted else 0
