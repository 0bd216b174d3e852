"""How well drafts are what was meant."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.drafting.cases import Case, Turn
from benchmarks.drafting.structure import expected_ways, value_at, ways_of
from domain.blueprints.blueprint import Blueprint
from domain.drafting.drafts import Draft

#: Drafts a sentence, on top of a workflow or without one.
Drafter = Callable[[str, Blueprint | None], Awaitable[Draft]]


@dataclass(frozen=True, slots=True)
class Score:
    """How one turn came out; `share` is how much of it was right."""

    case: Case
    number: int
    share: float
    wrong: Sequence[str]

    @property
    def passed(self) -> bool:
        """Whether structure and values are all as they have to be."""
        return not self.wrong


async def scored(case: Case, drafter: Drafter) -> list[Score]:
    """The score of each turn; an edit works on what the turn before it really gave."""
    base: Blueprint | None = None
    found: list[Score] = []
    for number, turn in enumerate(case.turns):
        draft = await drafter(turn.prompt, base)
        wrong, share = compared(turn, draft)
        found.append(Score(case, number, share, wrong))
        base = draft.blueprint
    return found


def compared(turn: Turn, draft: Draft) -> tuple[list[str], float]:
    """What is wrong with a draft, and how much of what was expected is right."""
    expected, given = expected_ways(turn.shape), ways_of(draft.blueprint)
    wrong = [f"missing {way}" for way in sorted(expected - given)]
    wrong += [f"not asked for {way}" for way in sorted(given - expected)]
    right, most = len(expected & given), len(expected | given)
    for key, value in turn.params.items():
        most += 1
        found = value_at(draft.blueprint, key)
        if found == value:
            right += 1
        else:
            wrong.append(f"{key} is {found!r} and not {value!r}")
    wrong += _unasked(turn, draft)
    return wrong, right / most if most else 1.0


def _unasked(turn: Turn, draft: Draft) -> list[str]:
    """What was left open without a question."""
    found: list[str] = []
    asked = " ".join(question.text for question in draft.questions)
    if turn.asks and turn.asks.lower() not in asked.lower():
        found.append(f"nothing is asked about {turn.asks}")
    places = {(question.node_id, question.field) for question in draft.questions}
    for problem in draft.problems:
        if problem.severity == "error" and (problem.node_id, problem.field) not in places:
            found.append(f"{problem.code} at {problem.node_id} is not asked about")
    return found


def rates(scores: Sequence[Score]) -> dict[str, Any]:
    """The figures of some turns."""
    count = len(scores)
    return {
        "turns": count,
        "passed": sum(score.passed for score in scores),
        "pass_rate": round(sum(score.passed for score in scores) / count, 3) if count else 0.0,
        "mean_share": round(sum(score.share for score in scores) / count, 3) if count else 0.0,
    }
