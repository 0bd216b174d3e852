"""Which step of a workflow is meant by some words, as in "the sheet lookup"."""

from collections.abc import Sequence
from typing import Any, Final

from domain.drafting.matching import names_of
from domain.drafting.surgery import Surgery
from domain.drafting.tokens import Token, words_of
from domain.drafting.words import content, stem

_KINDS: Final = {
    "condition": ("condition", "check", "if"),
    "loop": ("loop",),
    "approval": ("approval", "approve"),
    "wait": ("wait", "delay", "pause", "waiting"),
    "agent": ("agent", "ai"),
}
#: Words about steps that name none.
_ABOUT: Final = frozenset({"step", "node", "action", "part", "sending", "first", "last", "again"})


def meant_node(surgery: Surgery, tokens: Sequence[Token]) -> str | None:
    """The id of the step that fits best; None where none fits."""
    spoken = [word for word in words_of(tokens) if word not in _ABOUT]
    said = set(content(spoken))
    if not said:
        return None
    scored = [(_score(surgery, node, said), -place) for place, node in _places(surgery)]
    best = max(scored, default=(0.0, 0))
    return surgery.builder.nodes[-best[1]]["id"] if best[0] > 0 else None


def _places(surgery: Surgery) -> list[tuple[int, dict[str, Any]]]:
    found = enumerate(surgery.builder.nodes)
    return [(place, node) for place, node in found if node["type"] != "trigger"]


def _score(surgery: Surgery, node: dict[str, Any], said: set[str]) -> float:
    """Words of the service count most, then those of the task, then those of its phrases."""
    kind = {stem(word) for word in _KINDS.get(node["type"], ())}
    score = 4.0 * len(said & kind)
    data = node["data"]
    service = surgery.builder.catalogue.service(data.get("service") or "")
    task = surgery.builder.catalogue.find(data.get("service"), data.get("task"))
    if service is None or task is None:
        return score
    names = {word for name in names_of(service) for word in content(name.split())}
    own = {word for word in content([*task.name.split("_"), *task.title.lower().split()])}
    spoken = {word for phrase in task.phrases for word in content(phrase.split())}
    return score + 3.0 * bool(said & names) + 1.5 * len(said & own) + 0.5 * len(said & spoken)
