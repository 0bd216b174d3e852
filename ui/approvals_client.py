"""The API's part about what waits for people, as the pages use it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, cast

from pydantic import Field

from ui.api_client import ApiClient
from ui.api_models import ApiModel

#: Of each list at once; what is beyond is said.
MOST: Final = 100

Role = Literal["approver", "owner"]
State = Literal["open", "closed"]


class ApproverVote(ApiModel):
    """Somebody who may vote, and how they did."""

    name: str
    decision: str | None = None
    comment: str | None = None
    voted_at: datetime | None = None


class Approval(ApiModel):
    """What people are asked."""

    approval_id: str
    workflow_id: str
    workflow_name: str
    run_id: str
    item: str
    title: str
    message: str
    quorum: int
    veto: bool
    editable: dict[str, Any]
    status: str
    created_at: datetime
    expires_at: datetime
    settled_at: datetime | None = None
    answer: dict[str, Any] | None = None
    people: list[ApproverVote] = Field(default_factory=list[ApproverVote])
    may_vote: bool

    @property
    def agreed(self) -> int:
        """How many have approved so far."""
        return sum(person.decision == "approved" for person in self.people)


class AskingThread(ApiModel):
    """A thread, and what it asks."""

    thread_id: str
    metadata: dict[str, Any] = Field(default_factory=dict)
    updated_at: datetime
    #: By task: `[{id, value, response_schema?}]`.
    interrupts: dict[str, list[dict[str, Any]]] = Field(
        default_factory=dict[str, list[dict[str, Any]]]
    )


@dataclass(frozen=True, slots=True)
class ChatQuestion:
    """What an agent asks in a conversation."""

    thread_id: str
    thread_title: str
    interrupt_id: str
    value: Any
    response_schema: Any
    asked_at: datetime

    @property
    def title(self) -> str:
        """What it is about, in a line."""
        return str(self._said("title") or "A decision is needed")

    @property
    def message(self) -> str:
        """What it says."""
        if isinstance(self.value, Mapping):
            return str(self._said("message") or "")
        return "" if self.value is None else str(self.value)

    def _said(self, name: str) -> Any:
        said: Any = self.value
        return cast(Mapping[str, Any], said).get(name) if isinstance(said, Mapping) else None


@dataclass(frozen=True, slots=True)
class Approvals:
    """What waits for people, over the API."""

    client: ApiClient

    async def listed(self, role: Role, state: State) -> list[Approval]:
        """The newest that one may vote on, or that one's workflows ask for."""
        params = {"role": role, "state": state, "limit": MOST}
        response = await self.client.send("GET", "/approvals", params=params)
        return [Approval.model_validate(item) for item in response.json()]

    async def one(self, approval_id: str) -> Approval:
        """One approval."""
        response = await self.client.send("GET", f"/approvals/{approval_id}")
        return Approval.model_validate(response.json())

    async def vote(
        self, approval_id: str, decision: str, comment: str, edits: Mapping[str, Any]
    ) -> str:
        """Approve or reject; how it stands then."""
        body: dict[str, Any] = {"decision": decision, "edits": dict(edits)}
        if comment:
            body["comment"] = comment
        path = f"/approvals/{approval_id}/vote"
        return str((await self.client.send("POST", path, json=body)).json()["status"])

    async def questions(self) -> list[ChatQuestion]:
        """What agents ask in conversations, newest first."""
        params: dict[str, Any] = {
            "kind": "chat",
            "status": "interrupted",
            "limit": MOST,
            # Not what was talked about.
            "select": ["thread_id", "metadata", "updated_at", "interrupts"],
        }
        response = await self.client.send("GET", "/threads", params=params)
        threads = [AskingThread.model_validate(item) for item in response.json()]
        return [
            _question(thread, asked)
            for thread in threads
            for task in thread.interrupts.values()
            for asked in task
        ]

    async def answer(self, thread_id: str, interrupt_id: str, value: Any) -> None:
        """Answer an agent; its run goes on as a new run of the thread."""
        [last] = await self.client.runs(thread_id, limit=1)
        await self.client.answer(last.run_id, interrupt_id, value)


def _question(thread: AskingThread, asked: Mapping[str, Any]) -> ChatQuestion:
    return ChatQuestion(
        thread.thread_id,
        str(thread.metadata.get("title") or "Conversation"),
        str(asked.get("id", "")),
        asked.get("value"),
        asked.get("response_schema"),
        thread.updated_at,
    )
