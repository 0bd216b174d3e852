"""Sentences cut into clauses: what starts it, on which condition, what is done, in which order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from domain.drafting.tokens import Token, begins_with
from domain.drafting.words import is_request

ClauseKind = Literal[
    "trigger", "if", "only", "unless", "otherwise", "each", "done", "approved", "rejected",
    "failure", "wait", "action",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause, without the words that say its kind."""

    kind: ClauseKind
    tokens: tuple[Token, ...]
    #: Which sentence it is of.
    sentence: int
    #: Done beside the step before, not after it.
    is_beside: bool = False


_Cue = ClauseKind | Literal["then", "beside"]

_CUES: Final[dict[_Cue, tuple[str, ...]]] = {
    "trigger": ("whenever", "when", "as soon as", "once", "upon", "every time", "each time"),
    "if": ("if", "in case"),
    "only": (
        *("only if", "only when", "provided that", "provided", "as long as"),
        *("only do this if", "only do this when", "only do it if", "only run it if", "only run if"),
    ),
    "unless": ("unless", "except if", "except when"),
    "otherwise": ("otherwise", "else", "if not", "or else", "in all other cases"),
    "each": (
        *("for each of", "for each", "for every", "for all", "loop over", "loop through"),
        *("go through each", "go through every", "go through all"),
    ),
    "done": (
        *("when all are done", "when done", "once done", "once all are done", "when finished"),
        *("after the loop", "when that is done", "once that is done", "when all is done"),
    ),
    "approved": (
        *("once approved", "if approved", "when approved", "after approval", "on approval"),
        *("if it is approved", "once it is approved", "if they approve", "once they approve"),
    ),
    "rejected": ("if rejected", "when rejected", "if denied", "if it is rejected"),
    "failure": (
        *("if it fails", "if that fails", "if this fails", "if the call fails", "on failure"),
        *("if it still fails", "if anything fails", "if it does not work"),
    ),
    "then": ("and then", "then", "after that", "afterwards", "next", "finally", "lastly"),
    "beside": ("in parallel", "at the same time", "simultaneously", "meanwhile"),
}
_BY_LENGTH: Final[list[tuple[str, _Cue]]] = sorted(
    [(cue, kind) for kind, cues in _CUES.items() for cue in cues], key=lambda one: -len(one[0])
)
#: Only where a sentence begins.
_AT_START: Final = ("on", "after")
_JOINING: Final = frozenset(
    {",", "and", "&", "but", ":", "also", "plus", "please", "-", "as", "well"}
)
_CONDITIONS: Final = frozenset({"trigger", "if", "only", "unless", "each"})


def clauses_of(tokens: Sequence[Token]) -> list[Clause]:
    """All clauses in the order in which they were said."""
    found: list[Clause] = []
    for number, sentence in enumerate(_sentences(tokens)):
        found += _Cutter(sentence, number).clauses()
    return found


def _sentences(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    sentence: list[Token] = []
    for token in tokens:
        if token.word in (".", "!", "?", ";", "\n"):
            if sentence:
                yield sentence
            sentence = []
        else:
            sentence.append(token)
    if sentence:
        yield sentence


class _Cutter:
    """Goes through one sentence."""

    def __init__(self, tokens: list[Token], sentence: int) -> None:
        self._tokens = tokens
        self._sentence = sentence
        self._found: list[Clause] = []
        self._kind: ClauseKind = "action"
        self._current: list[Token] = []
        self._is_beside = False

    def clauses(self) -> list[Clause]:
        """The clauses of the sentence."""
        place = 0
        while place < len(self._tokens):
            place = self._step(place)
        self._flush("action")
        return self._found

    def _step(self, place: int) -> int:
        """Read what stands here; returns the place behind it."""
        token = self._tokens[place]
        if token.kind == "wait":
            self._flush("wait")
            self._current = [token]
            self._flush("action")
            return place + 1
        kind, length = self._cue(place)
        if kind:
            self._begin(kind)
            return place + length
        if self._ends_here(place):
            self._flush("action")
        self._current.append(token)
        return place + 1

    def _cue(self, place: int) -> tuple[_Cue | None, int]:
        if place == 0 and self._tokens[0].word in _AT_START:
            return "trigger", 1
        for cue, kind in _BY_LENGTH:
            if length := begins_with(self._tokens, cue, place):
                return kind, length
        return None, 0

    def _begin(self, kind: _Cue) -> None:
        self._flush("action")
        if kind == "then" or kind == "beside":
            self._is_beside |= kind == "beside"
            return
        self._kind = kind
        if kind in ("otherwise", "done", "approved", "rejected"):
            self._add(())
            self._kind = "action"

    def _ends_here(self, place: int) -> bool:
        token = self._tokens[place]
        in_condition = self._kind in _CONDITIONS
        if token.word in (",", ":") and in_condition and self._has_words():
            return True
        if self._kind == "failure" and not self._has_words():
            # What is to be done on failure comes now.
            return False
        if token.word in _JOINING:
            after = place
            while after < len(self._tokens) and self._tokens[after].word in _JOINING:
                after += 1
            return after < len(self._tokens) and is_request(
                self._tokens, after, is_strict=in_condition
            )
        may_end = in_condition and self._has_words()
        return may_end and is_request(self._tokens, place, is_strict=True)

    def _has_words(self) -> bool:
        return any(token.word not in _JOINING for token in self._current)

    def _flush(self, kind: ClauseKind) -> None:
        """End the clause under way; the next is of this kind."""
        tokens = list(self._current)
        while tokens and tokens[0].word in _JOINING:
            tokens.pop(0)
        while tokens and tokens[-1].word in _JOINING:
            tokens.pop()
        if tokens or self._kind == "failure":
            self._add(tuple(tokens))
        self._kind = kind
        self._current = []

    def _add(self, tokens: tuple[Token, ...]) -> None:
        clause = Clause(self._kind, tokens, self._sentence, self._is_beside)
        self._found.append(clause)
        self._is_beside = False
