"""Texts for messages that people asked for without saying the words."""

from collections.abc import Sequence

from domain.drafting.fields import Field, Fields
from domain.drafting.tokens import Token, find_words, text_of

_SAYING = (
    *("saying that", "saying", "that says", "with the text", "with the message", "with text"),
    *("with message", "telling them that", "telling them", "to say", "with the words"),
)


def said_text(tokens: Sequence[Token]) -> str | None:
    """The words after "saying", quoted or not; else a quoted text that is nobody's name."""
    for cue in _SAYING:
        place = find_words(tokens, cue)
        rest = list(tokens[place + len(cue.split()) :]) if place >= 0 else []
        if rest:
            quoted = next((one.value for one in rest if one.kind == "quote"), None)
            return str(quoted) if quoted is not None else text_of(rest)
    quotes = [
        place
        for place, token in enumerate(tokens)
        if token.kind == "quote" and not _is_name(tokens, place)
    ]
    return str(tokens[quotes[0]].value) if quotes else None


def _is_name(tokens: Sequence[Token], place: int) -> bool:
    before = tokens[place - 1].word if place else ""
    return before in ("sheet", "subject", "spreadsheet", "tab", "named", "called", "title", "file")


def summary(fields: Fields, opening: str, *, is_for_people: bool) -> str:
    """A sentence with what is at hand."""
    if link := fields.named("short_url"):
        greeting = _greeting(fields) if is_for_people else ""
        start = f"{greeting}here" if greeting else "Here"
        return f"{start} is your payment link: {link.template}"
    if fields.sources and fields.sources[0].root == "index":
        return f"{opening}: {{{{item}}}}"
    values = _salient(fields)
    listed = ", ".join(shown(field, fields) for field in values)
    if is_for_people:
        name = fields.ending("customer", "name")
        hello = f'Hello {{{{{name.cel} ?? "there"}}}}, ' if name else "Hello, "
        return hello + opening[:1].lower() + opening[1:] + (f": {listed}." if listed else ".")
    return f"{opening}: {listed}" if listed else opening


def shown(field: Field, fields: Fields) -> str:
    """A value as a text has it: an amount with its currency."""
    currency = (*field.segments[:-1], "currency")
    has_currency = any(one.segments == currency for one in fields.all)
    if field.name == "amount_text" and has_currency:
        return f"{{{{{'.'.join(currency)}}}}} {field.template}"
    return field.template


def _greeting(fields: Fields) -> str:
    name = fields.ending("customer", "name")
    return f'Hello {{{{{name.cel} ?? "there"}}}}, ' if name else ""


def _salient(fields: Fields) -> list[Field]:
    """The few values that say most: of the latest step that has any."""
    groups = (
        ("row_count", "rows"), ("line_count", "lines"),
        ("workflow_name", "error"), ("amount_text",),
        ("text",), ("message",), ("status",), ("body",),
    )  # fmt: skip
    for source in fields.sources:
        own = [field for field in fields.all if field.segments[0] == source.root]
        for group in groups:
            found = [field for name in group for field in own if field.name == name]
            if len(found) >= len(group):
                return found[: len(group)]
    return []
