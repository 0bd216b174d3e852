"""Branches of a conversation: a question that was asked again in other words has two or more.

Each run follows another: the one that its metadata names as `after`, else the one before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from ui.api_models import Run
from ui.event_fields import report_id_of
from ui.transcript import Step, Transcript

#: In a run's metadata: the run that it follows; empty when it begins the conversation.
AFTER: Final = "after"


@dataclass(frozen=True, slots=True)
class Branches:
    """A thread's runs as a tree."""

    #: Oldest first.
    runs: tuple[Run, ...]
    #: What each run follows; empty is the beginning.
    parents: Mapping[str, str]

    def leaf(self, run_id: str) -> str:
        """The newest run of those that follow a run, or itself; of none, the newest of all."""
        wanted = next(
            (run.run_id for run in reversed(self.runs) if run_id in self.path(run.run_id)), ""
        )
        return wanted or (self.runs[-1].run_id if self.runs else "")

    def path(self, leaf: str) -> list[str]:
        """The runs from the beginning to a run."""
        found: list[str] = []
        while leaf in self.parents and leaf not in found:
            found.insert(0, leaf)
            leaf = self.parents[leaf]
        return found

    def versions(self, run_id: str) -> list[str]:
        """The runs that follow the same one, oldest first: the versions of a question."""
        parent = self.parents.get(run_id)
        return [run.run_id for run in self.runs if self.parents[run.run_id] == parent]


def branches_of(runs: Sequence[Run]) -> Branches:
    """The tree of runs that are newest first."""
    in_order = tuple(reversed(runs))
    parents: dict[str, str] = {}
    before = ""
    for run in in_order:
        parents[run.run_id] = str(run.metadata.get(AFTER, before))
        before = run.run_id
    return Branches(in_order, parents)


def on_branch(state: Transcript, branches: Branches, leaf: str) -> Transcript:
    """What was said on the way to a run; runs that are no longer known are on every way."""
    path = set(branches.path(leaf))
    aside = branches.parents.keys() - path
    if not aside:
        return state
    items = tuple(item for item in state.items if item.run_id not in aside)
    reports = [report_id_of(item.result) for item in items if isinstance(item, Step)]
    newest = next((each for each in reversed(reports) if each), None)
    return replace(state, items=items, report_id=newest)
