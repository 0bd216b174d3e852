"""What earlier steps give: every field with its path, found by the words that people use for it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from domain.blueprints.catalogue import JsonSchema
from domain.blueprints.schemas import options
from domain.drafting.words import content, stem

_DEEPEST: Final = 3
#: Where services put what others sent, in the order in which it is looked at.
_OPEN: Final = ("item", "row", "body", "fields", "data")
#: The list of what stands above a table.
_HEADINGS: Final = "columns"
_SAME: Final = {
    "mobile": "phone", "number": "phone", "total": "amount", "valu": "amount", "price": "amount",
    "messag": "text", "body": "text", "who": "name", "stat": "status", "contact": "phone",
    "buyer": "customer", "payer": "customer", "client": "customer", "lead": "customer",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """One name that templates may begin with, and what is known of its value."""

    root: str
    schema: JsonSchema
    #: The stems of the words that people use for the step.
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Field:
    """One value."""

    segments: tuple[str, ...]
    types: frozenset[str]
    #: Whether it may have fields that nobody declared.
    is_open: bool
    words: frozenset[str]
    #: Whether there may be nothing there.
    may_be_null: bool = False

    @property
    def template(self) -> str:
        """As it stands in a parameter."""
        return "{{" + ".".join(self.segments) + "}}"

    @property
    def template_or_empty(self) -> str:
        """The same, and an empty text where there may be no value."""
        return self.template if not self.may_be_null else f'{{{{{self.cel} ?? ""}}}}'

    @property
    def cel(self) -> str:
        """As it stands in a condition."""
        return ".".join(self.segments)

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.segments[-1]


class Fields:
    """All fields of some sources, the latest source first."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = tuple(reversed(sources))
        self.all = [field for source in self.sources for field in _fields(source)]

    def named(self, *names: str) -> Field | None:
        """The field of the first of these names that there is, the shallowest of the latest."""
        for name in names:
            fitting = [field for field in self.all if field.name == name]
            if fitting:
                return min(fitting, key=lambda field: len(field.segments))
        return None

    def ending(self, *segments: str) -> Field | None:
        """The field whose path ends like this."""
        fitting = (one for one in self.all if one.segments[-len(segments) :] == segments)
        return next(fitting, None)

    def spoken(self, words: Sequence[str]) -> Field | None:
        """The field that is meant by some words; None when no declared field fits them all."""
        wanted = {_same(word) for word in words if content([word])}
        if not wanted:
            return None
        fitting = [field for field in self.all if wanted <= field.words]
        if not fitting:
            return None
        return max(fitting, key=lambda field: (self._fit(field, wanted), -len(field.segments)))

    def _fit(self, field: Field, wanted: set[str]) -> int:
        """How many of the words are the field's own name."""
        return len(wanted & {_same(word) for word in field.name.split("_")})

    def unheard(self, words: Sequence[str]) -> Field | None:
        """A field that nobody declared, of something that may have any."""
        name = slug(" ".join(words))
        found = self.open_source()
        if not name or found is None:
            return None
        return Field((*found.segments, name), frozenset(), True, frozenset())

    def open_source(self) -> Field | None:
        """What may have any fields: the item of a loop, a row, or what a webhook brought."""
        for wanted in _OPEN:
            for field in self.all:
                if field.name == wanted and field.is_open:
                    return field
        return None

    def lists(self) -> list[Field]:
        """The fields that can be gone through; what only names a table's columns comes last."""
        found = [field for field in self.all if "array" in field.types]
        return sorted(found, key=lambda field: field.name == _HEADINGS)


def _same(word: str) -> str:
    root = stem(word)
    return _SAME.get(root, root)


def slug(text: str) -> str:
    """The words as a field's name, without those that say nothing."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    kept = [word for word in words if word not in ("the", "a", "an", "its", "their", "s", "of")]
    return "_".join(kept)


def _fields(source: Source) -> Iterator[Field]:
    yield from _walk((source.root,), source.schema, source.schema, source.words)


def _walk(
    path: tuple[str, ...], schema: JsonSchema, root: JsonSchema, words: frozenset[str]
) -> Iterator[Field]:
    possible = options(schema, root)
    found = [one for one in possible if one.get("type") != "null"]
    types = frozenset(str(one["type"]) for one in found if isinstance(one.get("type"), str))
    declared: dict[str, Any] = {}
    for one in found:
        declared |= one.get("properties", {})
    is_open = not declared and (not types or types == frozenset({"object"}))
    own = frozenset(_same(word) for part in path[1:] for word in part.split("_"))
    yield Field(path, types, is_open, words | own, may_be_null=len(found) < len(possible))
    if len(path) <= _DEEPEST:
        for name, inner in declared.items():
            if re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII):
                yield from _walk((*path, name), inner, root, words)
