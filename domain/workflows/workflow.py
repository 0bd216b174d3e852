"""Workflows as their people see them: who may do what, which version is live, how it does."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from domain.errors import Conflict, InvalidInput, NotAllowed
from domain.events import EndStatus
from domain.identity import UserContext

#: What somebody may do with a workflow; each may what those before may.
Rights = Literal["viewer", "editor", "owner"]
WorkflowStatus = Literal["active", "inactive", "failing"]

_ORDER: Final[tuple[Rights, ...]] = ("viewer", "editor", "owner")
_FAILED: Final = frozenset(("error", "timeout"))


@dataclass(frozen=True, slots=True)
class Workflow:
    """One workflow, as one of its people sees it."""

    workflow_id: UUID
    tenant_id: str
    #: Its owner: its runs act for them.
    user_id: str
    name: str
    #: The newest version, and the live one.
    draft_version: int
    active_version: int | None
    activated_at: datetime | None
    created_at: datetime
    updated_at: datetime
    rights: Rights
    #: The services that its draft names, by name.
    services: tuple[str, ...]
    #: The nodes that start its draft, as the blueprint has them, and how many nodes it has in all.
    triggers: tuple[Mapping[str, Any], ...]
    steps: int
    #: How its newest execution that has ended did.
    last_end: EndStatus | None

    @property
    def owner(self) -> UserContext:
        """For whom its runs act, and whose its rows are."""
        return UserContext(user_id=self.user_id, tenant_id=self.tenant_id)

    @property
    def status(self) -> WorkflowStatus:
        """Whether it is live, and does well."""
        if self.active_version is None:
            return "inactive"
        return "failing" if self.last_end in _FAILED else "active"

    def require(self, rights: Rights) -> None:
        """Raise `NotAllowed` unless these rights are among those of who sees it."""
        if _ORDER.index(self.rights) < _ORDER.index(rights):
            raise NotAllowed(
                f"This workflow is shared with you as its {self.rights}, which does not allow "
                f"this. Ask its owner to make you its {rights}, or duplicate it."
                if rights != "owner"
                else "Only the owner of this workflow may do this. Duplicate it to have your own."
            )


@dataclass(frozen=True, slots=True)
class VersionNote:
    """One version of a workflow, without its blueprint."""

    version: int
    name: str
    saved_by: str
    note: str | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Share:
    """Somebody besides the owner who has rights."""

    member_id: str
    rights: Literal["viewer", "editor"]
    created_at: datetime


class StaleDraft(Conflict):
    """A draft was saved over a version that is not the newest any more."""

    def __init__(self, current: int) -> None:
        super().__init__(
            f"Somebody has saved version {current} meanwhile. Look at what changed, and save again "
            f"over that version."
        )
        self.facts = {"version": current}


class TooManyWorkflows(Conflict):
    """A user has as many workflows as there may be."""

    def __init__(self, most: int, setting: str) -> None:
        super().__init__(
            f"There may be {most} workflows of one user, and you have as many. Delete one, or "
            f"raise the setting {setting}."
        )


class BlueprintRefused(InvalidInput):
    """A document that is no blueprint, or one that cannot go live."""

    def __init__(self, sentence: str, problems: list[dict[str, Any]]) -> None:
        super().__init__(sentence)
        self.facts = {"problems": problems}
