"""What a text asks for, as steps within steps, before anything is known of services' fields."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from domain.drafting.clauses import Clause, clauses_of
from domain.drafting.conditions import compared_part
from domain.drafting.durations import with_waits
from domain.drafting.hinglish import in_english
from domain.drafting.schedules import Schedule, find_schedule
from domain.drafting.tokens import Token, tokens_of, words_of

Tokens = tuple[Token, ...]

_ARROW: Final = re.compile(r"\s*(?:->|=>|\u2192)\s*")


@dataclass(slots=True)
class Step:
    """One step; what it means depends on its kind."""

    kind: str
    tokens: Tokens = ()
    is_beside: bool = False
    #: Of a condition: whether it is turned round.
    is_unless: bool = False
    #: The steps on `true`, `each` or `approved`.
    inner: list["Step"] = field(default_factory=list["Step"])
    #: The steps on `false` or `rejected`.
    other: list["Step"] = field(default_factory=list["Step"])
    #: What is to happen when it fails, in the words that were used.
    failure: Tokens | None = None
    goes_on: bool = False
    retries: int = 0


@dataclass(slots=True)
class Script:
    """A whole text."""

    trigger: Tokens | None
    schedule: Schedule | None
    steps: list[Step]


def read(text: str) -> tuple[list[Token], Schedule | None]:
    """The tokens with waits as one each, and without the schedule that was found."""
    text = _ARROW.sub(", then ", in_english(text))
    tokens = with_waits(tokens_of(text))
    schedule = find_schedule(tokens)
    if schedule:
        tokens = tokens[: schedule.start] + tokens[schedule.end :]
    return tokens, schedule


def script_of(text: str) -> Script:
    """The text as steps."""
    tokens, schedule = read(text)
    return assembled(clauses_of(tokens), schedule)


def assembled(clauses: Sequence[Clause], schedule: Schedule | None = None) -> Script:
    """The steps of these clauses."""
    return _Assembly(clauses, schedule).script()


def is_approval(tokens: Sequence[Token]) -> bool:
    """Whether somebody is to say yes or no."""
    words = set(words_of(tokens))
    return bool(words & {"approval", "approve", "approves", "approved", "sign-off", "signoff"})


class _Assembly:
    """Goes through the clauses with the list of steps that the next one joins."""

    def __init__(self, clauses: Sequence[Clause], schedule: Schedule | None) -> None:
        self._clauses = clauses
        self._script = Script(None, schedule, [])
        self._current = self._script.steps
        #: Where a step goes after the conditions of the sentence, and after the loop.
        self._after_sentence = self._current
        self._latest: list[Step] = []
        self._sentence_steps: list[tuple[list[Step], Step]] = []
        #: What was said to be done last, in whichever sentence.
        self._last: Step | None = None

    def script(self) -> Script:
        """All of it."""
        sentence = -1
        for place, clause in enumerate(self._clauses):
            if clause.sentence != sentence:
                sentence = clause.sentence
                self._sentence_steps = []
                self._current = self._after_sentence
            self._take(place, clause)
        return self._script

    def _take(self, place: int, clause: Clause) -> None:
        match clause.kind:
            case "trigger":
                self._trigger(place, clause)
            case "if" | "only" | "unless":
                self._condition(place, clause)
            case "otherwise" | "rejected" | "approved" | "done":
                self._branch(clause)
            case "each":
                self._each(place, clause)
            case "failure":
                self._failure(clause)
            case "wait":
                self._add(Step("wait", clause.tokens, clause.is_beside))
            case _:
                self._action(clause)

    def _trigger(self, place: int, clause: Clause) -> None:
        if is_approval(clause.tokens):
            self._add_approval(clause)
        elif self._script.trigger is None and self._script.schedule is None:
            self._start(clause.tokens)
        else:
            self._condition(place, clause)

    def _start(self, tokens: Tokens) -> None:
        """The event, and the condition that was said with it, which holds for all that follows."""
        event, condition = compared_part(tokens)
        self._script.trigger = tuple(event)
        if condition:
            step = Step("if", tuple(condition))
            block = self._script.steps
            # Steps that were said before the event are under its condition as well.
            step.inner = block[:]
            block[:] = [step]
            self._sentence_steps = [(step.inner, one) for one in step.inner]
            self._enter(step, stays=True)

    def _condition(self, place: int, clause: Clause) -> None:
        is_first = not self._script.steps and clause.kind == "if"
        if is_first and self._script.trigger is None and self._script.schedule is None:
            self._start(clause.tokens)
            return
        if is_approval(clause.tokens):
            self._add_approval(clause)
            return
        step = Step("if", clause.tokens, clause.is_beside, is_unless=clause.kind == "unless")
        if self._sentence_steps and not self._leads(place):
            self._wrap(step)
            return
        self._add(step)
        # A condition alone in its sentence, or at the trigger, holds for all that follows.
        is_guard = not self._leads(place) or clause.kind == "only"
        self._enter(step, stays=is_guard)

    def _leads(self, place: int) -> bool:
        """Whether something to do follows in the same sentence."""
        if place + 1 >= len(self._clauses):
            return False
        after = self._clauses[place + 1]
        return after.sentence == self._clauses[place].sentence and after.kind not in (
            "otherwise", "trigger", "failure",
        )  # fmt: skip

    def _wrap(self, step: Step) -> None:
        """A condition that is said after what it holds for."""
        block = self._sentence_steps[0][0]
        own = [one for where, one in self._sentence_steps if where is block]
        first = next(place for place, one in enumerate(block) if one is own[0])
        step.inner = block[first:]
        block[first:] = [step]
        self._sentence_steps = [(block, step)]
        self._latest.append(step)

    def _enter(self, step: Step, *, stays: bool) -> None:
        self._current = step.inner
        self._latest.append(step)
        if stays:
            self._after_sentence = self._current

    def _branch(self, clause: Clause) -> None:
        kinds = {"otherwise": ("if", "approval"), "done": ("each",)}.get(clause.kind, ("approval",))
        step = next((one for one in reversed(self._latest) if one.kind in kinds), None)
        if step is None:
            return
        if clause.kind == "done":
            self._current = self._after_sentence = self._block_of(step, self._script.steps)
            return
        self._current = step.inner if clause.kind == "approved" else step.other

    def _block_of(self, step: Step, block: list[Step]) -> list[Step]:
        """The steps among which this one is."""
        for one in block:
            if one is step:
                return block
            for inner in (one.inner, one.other):
                found = self._block_of(step, inner)
                if any(other is step for other in found):
                    return found
        return []

    def _each(self, place: int, clause: Clause) -> None:
        items, condition = compared_part(clause.tokens)
        step = Step("each", tuple(items), clause.is_beside)
        if self._sentence_steps and not self._leads(place):
            block, last = self._sentence_steps[-1]
            step.inner = [last]
            place = next(place for place, one in enumerate(block) if one is last)
            block[place] = step
            self._sentence_steps[-1] = (block, step)
            self._latest.append(step)
            return
        self._add(step)
        self._enter(step, stays=False)
        if condition:
            inner = Step("if", tuple(condition))
            self._current.append(inner)
            self._enter(inner, stays=False)

    def _failure(self, clause: Clause) -> None:
        last = self._last
        if last is None:
            return
        if "continue" in words_of(clause.tokens) or not clause.tokens:
            last.goes_on = True
        else:
            last.failure = clause.tokens

    def _action(self, clause: Clause) -> None:
        words = words_of(clause.tokens)
        if words[:1] in (["retry"], ["retrying"]) and self._sentence_steps:
            numbers = [int(one.value) for one in clause.tokens if one.kind == "number"]
            self._sentence_steps[-1][1].retries = numbers[0] if numbers else 3
        elif words in (["continue"], ["go", "on"], ["carry", "on"]):
            return
        elif is_approval(clause.tokens):
            self._add_approval(clause)
        else:
            self._add(Step("action", clause.tokens, clause.is_beside))

    def _add_approval(self, clause: Clause) -> None:
        step = Step("approval", clause.tokens, clause.is_beside)
        self._add(step)
        self._enter(step, stays=True)

    def _add(self, step: Step) -> None:
        self._current.append(step)
        self._sentence_steps.append((self._current, step))
        self._last = step
