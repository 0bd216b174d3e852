"""What the parameters of spreadsheets mean: which sheet, which values, which row."""

import re
from collections.abc import Sequence
from typing import Any, Final

from domain.blueprints.schemas import options
from domain.drafting.fields import Field
from domain.drafting.needs import Need
from domain.drafting.tokens import Token, words_in, words_of

_MOST_VALUES: Final = 6
_SHEET_ID: Final = re.compile(r"/spreadsheets/d/([\w-]+)")
_ROW: Final = (
    *("name", "phone", "email", "amount", "currency", "text", "message", "status", "id", "error"),
)


def spreadsheet(need: Need) -> Any:
    """The id out of a spreadsheet's address."""
    found = (_SHEET_ID.search(url) for url in need.values("url"))
    return next((one[1] for one in found if one), None)


def range(need: Need) -> Any:
    """The tab's columns."""
    name = _sheet_name(need.tokens)
    if name is None:
        need.assume("The sheet's tab is called “Sheet1”.")
    return f"{name or 'Sheet1'}!A:Z"


def _sheet_name(tokens: Sequence[Token]) -> str | None:
    quotes = [token.value for token in tokens if token.kind == "quote"]
    if quotes:
        return str(quotes[0])
    for place, token in enumerate(tokens):
        if token.word in ("sheet", "spreadsheet", "tab") and place:
            after = tokens[place + 1] if place + 1 < len(tokens) else None
            if after and after.kind == "word" and after.text[0].isupper():
                return after.text
            before = tokens[place - 1]
            if before.kind == "word" and before.word not in _NO_SHEET_NAMES:
                return before.text
    return None


_NO_SHEET_NAMES: Final = words_in(
    "the a an google my our this that to in of from same read update new"
)


def values(need: Need) -> Any:
    """The cells of a row."""
    found = _said_fields(need) or _usual_fields(need)
    values = [one.template_or_empty for one in found] or ["{{run.started_at}}"]
    need.assume(f"The row holds {', '.join(values)}.")
    items = [one.get("items", {}) for one in options(need.schema, need.task.params)]
    is_rows = any(one.get("type") == "array" for one in items)
    return [values] if is_rows else values


def _said_fields(need: Need) -> list[Field]:
    words = words_of(need.tokens)
    if "with" not in words:
        return []
    pieces: list[list[str]] = [[]]
    for token in need.tokens[words.index("with") + 1 :]:
        if token.word in (",", "and", "&"):
            pieces.append([])
        else:
            pieces[-1].append(token.word)
    found = [need.fields.spoken(piece) or need.fields.unheard(piece) for piece in pieces if piece]
    return [one for one in found if one]


def _usual_fields(need: Need) -> list[Field]:
    if need.is_in_loop:
        return [one for one in need.fields.all if one.segments == ("item",)]
    # A value that is there twice, as in a payment's amount and the event's, is said once.
    fitting = ([one for one in need.fields.all if _is_value(one, name)] for name in _ROW)
    found = [min(some, key=lambda one: len(one.segments)) for some in fitting if some]
    chosen = list(dict.fromkeys(found))[:_MOST_VALUES]
    return chosen or [one for one in need.fields.all if one.name == "body"][:1]


def _is_value(field: Field, name: str) -> bool:
    return field.name == name and "raw" not in field.segments and not field.is_open


def column(need: Need) -> Any:
    """The column that a row is looked for in."""
    key = _key(need)
    return key.name if key else None


def looked_up(need: Need) -> Any:
    """What it is looked for by."""
    key = _key(need)
    if key:
        need.assume(f"The row is found by {key.template}.")
    return key.template if key else None


def _key(need: Need) -> Field | None:
    found = None if need.is_in_loop else need.fields.named("email", "phone", "from_number", "text")
    return found or need.fields.unheard(["email"])
