"""Single values that are changed by a sentence: "change the channel to #sales"."""

import re
from collections.abc import Sequence
from typing import Any, Final

from domain.drafting.durations import seconds_of
from domain.drafting.naming import meant_node
from domain.drafting.surgery import Surgery
from domain.drafting.tokens import Token, TokenKind, find_words, text_of, words_of

_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "message": ("message", "text", "body"),
    "text": ("text", "message", "body"),
    "recipient": ("to", "phone_number"),
    "email": ("to",),
    "address": ("to", "url"),
    "number": ("phone_number",),
    "phone": ("phone_number",),
    "sheet": ("range",),
    "tab": ("range",),
    "spreadsheet": ("spreadsheet_id",),
    "query": ("sql",),
    "statement": ("sql",),
    "approver": ("approvers",),
    "approvers": ("approvers",),
    "file": ("name",),
}
#: What a bare answer such as "#sales" may be the value of.
_ANSWERS: Final[dict[TokenKind, tuple[str, ...]]] = {
    "channel": ("channel",),
    "email": ("to", "approvers"),
    "phone": ("phone_number",),
    "url": ("url", "spreadsheet_id"),
    "quote": ("sql", "text", "message"),
}
_SHEET_ID: Final = re.compile(r"/spreadsheets/d/([\w-]+)")
_THRESHOLDS: Final = frozenset({"amount", "threshold", "limit", "condition", "value", "minimum"})
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?(?![\w.])")


def set_value(surgery: Surgery, tokens: Sequence[Token]) -> bool:
    """Set what the sentence names; False where nothing of this name can be set."""
    place = _to(tokens)
    if place < 0:
        return False
    named, said = tokens[:place], tokens[place + 1 :]
    words = set(words_of(named))
    if words & {"rename", "name", "title"} or find_words(tokens, "call it") == 0:
        surgery.builder.name = str(said[0].value) if said[0].kind == "quote" else text_of(said)
        return True
    if words & {"wait", "delay", "pause"}:
        return _set_wait(surgery, said)
    if words & _THRESHOLDS and _set_threshold(surgery, said):
        return True
    return _set_param(surgery, named, said)


def fill_open(surgery: Surgery, tokens: Sequence[Token]) -> bool:
    """Take an answer such as "#sales" for the first value of its kind that is missing."""
    for token in tokens:
        for node in surgery.builder.nodes:
            for name in _ANSWERS.get(token.kind, ()):
                if name in _missing(surgery, node):
                    node["data"]["params"][name] = _answer(name, token)
                    return True
    return False


def _missing(surgery: Surgery, node: dict[str, Any]) -> set[str]:
    params = node["data"].setdefault("params", {})
    if node["type"] == "approval":
        return {"approvers"} - set(params)
    task = surgery.builder.catalogue.find(node["data"].get("service"), node["data"].get("task"))
    return set(task.params.get("required", ())) - set(params) if task else set()


def _answer(name: str, token: Token) -> Any:
    if name in ("to", "approvers"):
        return [token.value]
    found = _SHEET_ID.search(token.text) if name == "spreadsheet_id" else None
    return found[1] if found else token.value


def _to(tokens: Sequence[Token]) -> int:
    """Where the value begins: behind the last "to"."""
    places = [place for place, one in enumerate(tokens) if one.word in ("to", "as", "=", "is")]
    return places[-1] if places and places[-1] + 1 < len(tokens) else -1


def _set_wait(surgery: Surgery, said: Sequence[Token]) -> bool:
    seconds = seconds_of(said)
    waits = [node for node in surgery.builder.nodes if node["type"] == "wait"]
    if seconds is None or not waits:
        return False
    waits[0]["data"]["params"] = {"seconds": seconds}
    return True


def _set_threshold(surgery: Surgery, said: Sequence[Token]) -> bool:
    number = next((one.value for one in said if one.kind == "number"), None)
    conditions = [node for node in surgery.builder.nodes if node["type"] == "condition"]
    if number is None or not conditions:
        return False
    params = conditions[0]["data"]["params"]
    params["condition"] = _NUMBER.sub(str(number), params["condition"], count=1)
    return True


def _set_param(surgery: Surgery, named: Sequence[Token], said: Sequence[Token]) -> bool:
    words = words_of(named)
    wanted = [name for word in words for name in (word, *_NAMES.get(word, ()))]
    preferred = meant_node(surgery, named)
    nodes = sorted(surgery.builder.nodes, key=lambda node: node["id"] != preferred)
    for node in nodes:
        task = surgery.builder.catalogue.find(node["data"].get("service"), node["data"].get("task"))
        declared: dict[str, Any] = task.params.get("properties", {}) if task else {}
        params = node["data"].setdefault("params", {})
        for name in wanted:
            if name in declared or name in params:
                params[name] = _as_before(params.get(name), name, declared, said)
                return True
    return False


def _as_before(before: Any, name: str, declared: dict[str, Any], said: Sequence[Token]) -> Any:
    """The value in the shape of the one that it takes the place of."""
    first = said[0]
    value = first.value if first.kind != "word" else text_of(said)
    if name == "channel" and first.kind == "word":
        value = f"#{first.word}"
    if name == "range" and isinstance(before, str) and "!" in before:
        value = f"{value}!{before.partition('!')[2]}"
    is_list = isinstance(before, list) or declared.get(name, {}).get("type") == "array"
    return [value] if is_list else value
