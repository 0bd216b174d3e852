"""What drafting gives: a workflow, what differs from the one before, and what is still open."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.blueprints.blueprint import Blueprint
from domain.blueprints.diff import Change
from domain.blueprints.problems import Problem


@dataclass(frozen=True, slots=True)
class Question:
    """Something that only the person who asked can say."""

    text: str
    node_id: str | None = None
    #: The field that the answer belongs in.
    field: str = ""


@dataclass(frozen=True, slots=True)
class Draft:
    """A drafted workflow; nothing of it runs before it is saved and activated."""

    blueprint: Blueprint
    problems: Sequence[Problem] = ()
    #: Against the workflow that was there before, empty where there was none.
    diff: Sequence[Change] = ()
    #: What was taken for granted, a sentence each.
    assumptions: Sequence[str] = ()
    questions: Sequence[Question] = ()
