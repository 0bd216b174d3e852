"""What agents may do with a user's workflows: look, save a draft, make one live."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.blueprints.blueprint import Blueprint
from domain.blueprints.problems import Problem
from domain.drafting.catalogue import DraftCatalogue
from domain.identity import UserContext


@dataclass(frozen=True, slots=True)
class SavedDraft:
    """A draft that was saved, and what is wrong with it."""

    workflow_id: UUID
    version: int
    problems: Sequence[Problem]


class WorkflowDesk(Protocol):
    """The workflows of users."""

    async def catalogue(self, user: UserContext) -> DraftCatalogue:
        """What their workflows may be drafted from."""
        ...

    async def save(
        self, user: UserContext, blueprint: Blueprint, workflow_id: UUID | None
    ) -> SavedDraft:
        """Save a draft, as a new workflow or a new version of one; raises `NotFound`."""
        ...

    async def activate(
        self, user: UserContext, workflow_id: UUID, version: int
    ) -> Sequence[Problem]:
        """Make a version the live one, unless there are errors, which are returned.

        Raises `NotFound`.
        """
        ...
