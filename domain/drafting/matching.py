"""Which task a clause means, by the services' phrases, their names and the values in the clause."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

from domain.drafting.catalogue import DraftCatalogue, DraftService, DraftTask
from domain.drafting.foreign import FOREIGN
from domain.drafting.sayings import SAYINGS
from domain.drafting.tokens import Token, TokenKind, find_words, words_of
from domain.drafting.words import content, content_of

#: Words of so many tasks that they tell little.
_COMMON: Final = frozenset({"send", "add", "get", "create", "update", "post", "notify", "find"})
_TOWARDS: Final = frozenset({"to", "in", "on", "via", "by", "through", "into", "using", "with"})
_ALIAS: Final = 4.0
_ALIAS_TOWARDS: Final = 3.0
_WHOLE: Final = 3.0
#: How much of a phrase has to be said where the service is named.
_NAMED: Final = {"action": 0.0, "trigger": 0.6}
_VALUE: Final = 5.0
#: What a value in a clause says about the task that takes it.
_VALUES: Final[dict[TokenKind, tuple[str, ...]]] = {
    "channel": ("channel",),
    "phone": ("phone_number", "phone"),
    "email": ("to", "email"),
    "url": ("url",),
}


@dataclass(frozen=True, slots=True)
class Match:
    """A task with how well it fits; `share` is how much of its best phrase was said."""

    task: DraftTask
    score: float
    share: float
    has_name: bool


def best_task(
    tokens: Sequence[Token],
    catalogue: DraftCatalogue,
    kind: Literal["trigger", "action"],
    least: float | None = None,
) -> DraftTask | None:
    """The task that is meant; None when nothing says so clearly.

    `least` is how much of a phrase has to be said where the service is named.
    """
    if least is None:
        least = _NAMED[kind]
    found = [
        match
        for service in catalogue.services
        for task in service.tasks
        if task.kind == kind and (match := _match(tokens, service, task)).score > 0
    ]
    clear = [one for one in found if one.share >= (least if one.has_name else 0.99)]
    if not clear:
        return None
    return max(clear, key=lambda one: one.score).task


def foreign_service(tokens: Sequence[Token], catalogue: DraftCatalogue) -> str | None:
    """A service that is named and is not there, as people write it."""
    ours = {alias for service in catalogue.services for alias in names_of(service)}
    for token in tokens:
        if token.kind == "word" and token.word in FOREIGN and token.word not in ours:
            return token.text
    return None


def names_of(service: DraftService) -> tuple[str, ...]:
    """What the service is called, in lower case."""
    return (service.name.replace("_", " "), service.title.lower(), *service.aliases)


def _match(tokens: Sequence[Token], service: DraftService, task: DraftTask) -> Match:
    said = set(content_of(tokens))
    # What a name is said with is known where the name is: "post" where Slack is named.
    name_score = _name_score(tokens, service)
    value_score = _value_score(tokens, task)
    best_share, best_weight = 0.0, 0.0
    for words in _phrases(task):
        weight = sum(_weight(word) for word in words)
        matched = sum(_weight(word) for word in words if word in said)
        share = matched / weight if weight else 0.0
        if (share, matched) > (best_share, best_weight):
            best_share, best_weight = share, matched
    # One common word alone, as in "post it to", says nothing.
    is_whole = best_share >= 0.99 and best_weight > 1
    whole = _WHOLE + best_weight if is_whole else 0.0
    named = bool(name_score or value_score)
    score = name_score + value_score + whole + best_share * best_weight
    share = best_share if is_whole else min(best_share, 0.9)
    return Match(task, score if named or whole else 0.0, share, named)


@lru_cache(maxsize=1024)
def _phrase_words(phrase: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(content(phrase.lower().split())))


def _phrases(task: DraftTask) -> list[tuple[str, ...]]:
    found = (*task.phrases, *SAYINGS.get(task.full_name, ()), task.title)
    return [words for phrase in found if (words := _phrase_words(phrase))]


def _weight(word: str) -> float:
    return 1.0 if word in _COMMON else 2.0


def _name_score(tokens: Sequence[Token], service: DraftService) -> float:
    words = [Token(one.kind, one.text, one.word.replace("-", ""), one.value) for one in tokens]
    best = 0.0
    for name in names_of(service):
        spelled = name.replace("-", "").replace("_", " ")
        for spelling in (spelled, spelled + "s"):
            place = find_words(words, spelling)
            if place < 0 or words[place].kind != "word":
                continue
            before = words_of(words[max(0, place - 3) : place])
            towards = _ALIAS_TOWARDS if place == 0 or _TOWARDS & set(before) else 0.0
            best = max(best, _ALIAS + towards)
    return best


def _value_score(tokens: Sequence[Token], task: DraftTask) -> float:
    properties: dict[str, Any] = task.params.get("properties", {})
    kinds = {token.kind for token in tokens}
    fits = any(
        kind in kinds and any(name in properties for name in names)
        for kind, names in _VALUES.items()
    )
    return _VALUE if fits else 0.0
