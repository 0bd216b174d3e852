"""What the Runs page asks of the API: entries, their logs and states, and what is done to them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from domain.masking import MASK, masked
from ui.api_client import ApiClient, ApiError
from ui.api_models import Run
from ui.event_fields import EventJson
from ui.runs_models import (
    Checkpoint,
    NamedAssistant,
    NamedWorkflow,
    RetryPlan,
    RunEntries,
    RunEntry,
    RunEvents,
)

#: As many events as the API gives at once.
MOST_EVENTS: Final = 1_000
CONFLICT: Final = 409
MOST_CHOICES: Final = 200
_WITHOUT_VALUES: Final = (
    *("checkpoint_id", "parent_checkpoint_id", "created_at", "next", "metadata"),
)


@dataclass(frozen=True, slots=True)
class EventQuery:
    """Which part of a log."""

    after: int = 0
    before: int | None = None
    type: str = ""
    limit: int = 100

    def parameters(self) -> dict[str, str | int]:
        """As the API takes it."""
        found: dict[str, str | int] = {"after": self.after, "limit": self.limit}
        if self.before is not None:
            found["before"] = self.before
        return found | ({"type": self.type} if self.type else {})


@dataclass(frozen=True, slots=True)
class RunsClient:
    """The API's side of the page."""

    api: ApiClient

    async def entries(self, parameters: Mapping[str, str | int]) -> RunEntries:
        """The entries that fit, newest first."""
        response = await self.api.send("GET", "/runs", params=dict(parameters))
        return RunEntries.model_validate(response.json())

    async def entry(self, run_id: str) -> RunEntry:
        """The entry that a run belongs to; raises ApiError when it is not there."""
        return RunEntry.model_validate((await self.api.send("GET", f"/runs/{run_id}/entry")).json())

    async def events(self, run_id: str, query: EventQuery) -> RunEvents:
        """A part of an entry's log."""
        url = f"/runs/{run_id}/events"
        response = await self.api.send("GET", url, params=query.parameters())
        return RunEvents.model_validate(response.json())

    async def log(self, run_id: str, most: int) -> tuple[list[EventJson], bool]:
        """An entry's log from its beginning, and whether there is more than `most` of it."""
        found: list[EventJson] = []
        while len(found) < most:
            after = int(found[-1]["seq"]) if found else 0
            part = await self.events(run_id, EventQuery(after=after, limit=MOST_EVENTS))
            found += part.events
            if not part.has_more:
                return found, False
        return found, True

    async def history(
        self, thread_id: str, run_id: str | None, limit: int, before: str | None
    ) -> list[Checkpoint]:
        """What a thread had reached, newest first, without values; of one run if it is named."""
        body: dict[str, Any] = {"limit": limit, "select": list(_WITHOUT_VALUES)}
        body |= {"metadata": {"run_id": run_id}} if run_id else {}
        body |= {"before": before} if before else {}
        response = await self.api.send("POST", f"/threads/{thread_id}/history", json=body)
        return [Checkpoint.model_validate(item) for item in response.json()]

    async def checkpoint(self, thread_id: str, checkpoint_id: str) -> Checkpoint:
        """What a thread had reached at one moment."""
        url = f"/threads/{thread_id}/state/{checkpoint_id}"
        return Checkpoint.model_validate((await self.api.send("GET", url)).json())

    async def fork(self, entry: RunEntry, checkpoint_id: str, changes: Mapping[str, Any]) -> Run:
        """Run again from a checkpoint, with values laid over it if there are any."""
        body: dict[str, Any] = {
            "assistant_id": entry.assistant_id,
            "checkpoint_id": checkpoint_id,
            "stream_mode": ["agent_events"],
            "multitask_strategy": "reject",
        }
        if changes:
            # Of nobody's step: what comes next there still does.
            body["command"] = {"update": dict(changes)}
        response = await self.api.send("POST", f"/threads/{entry.thread_id}/runs", json=body)
        return Run.model_validate(response.json())

    async def ask_again(self, entry: RunEntry) -> Run:
        """Start a run of a conversation once more, with the same input."""
        run = await self.api.run(entry.run_id)
        body = {
            "assistant_id": entry.assistant_id,
            "input": run.kwargs.get("input"),
            "stream_mode": ["agent_events"],
        }
        response = await self.api.send("POST", f"/threads/{entry.thread_id}/runs", json=body)
        return Run.model_validate(response.json())

    async def cancel(self, entry: RunEntry) -> None:
        """Stop it, also where it waits."""
        try:
            await self.api.cancel(entry.last_run_id)
        except ApiError as error:
            if error.status != CONFLICT or not entry.workflow_id:
                raise
            # It waits, so no run of it is open.
            await self.api.send("POST", f"/workflows/runs/{entry.run_id}/cancel")

    async def retry_plan(self, run_id: str, start: str, version: str) -> RetryPlan:
        """What trying an execution again would do."""
        parameters = {"version": version} | ({"from": start} if start else {})
        url = f"/workflows/runs/{run_id}/retry"
        return RetryPlan.model_validate((await self.api.send("GET", url, params=parameters)).json())

    async def retry(self, run_id: str, plan_id: str, acknowledged: list[str]) -> str:
        """Do what a plan says; returns the id of the run to look at."""
        body = {"plan_id": plan_id, "acknowledge": acknowledged}
        response = await self.api.send("POST", f"/workflows/runs/{run_id}/retry", json=body)
        return str(response.json()["run_id"])

    async def workflows(self) -> list[NamedWorkflow]:
        """The workflows that one may choose from."""
        response = await self.api.send("GET", "/workflows", params={"limit": MOST_CHOICES})
        return [NamedWorkflow.model_validate(item) for item in response.json()]

    async def assistants(self) -> list[NamedAssistant]:
        """The assistants that one may choose from; workflows are chosen by themselves."""
        body = {"limit": MOST_CHOICES}
        response = await self.api.send("POST", "/assistants/search", json=body)
        found = [NamedAssistant.model_validate(item) for item in response.json()]
        return [each for each in found if each.graph_id != "workflow"]


def changed_values(before: Any, text: str) -> dict[str, Any]:
    """What of a state, as it was shown, somebody has changed in its JSON.

    Raises ValueError with what is wrong, in words for people.
    """
    try:
        after = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(
            f"This is not JSON: {error.msg} in line {error.lineno}, column {error.colno}. "
            "Mend it there, or leave the values as they were."
        ) from None
    shown = masked(before)
    if not isinstance(after, dict) or not isinstance(shown, Mapping):
        raise ValueError("The state is an object of values: keep the outer { and }.")
    known = cast(Mapping[str, Any], shown)
    given = cast(dict[str, Any], after)
    if gone := [name for name in known if name not in given]:
        raise ValueError(
            f"{gone[0]} is missing. Values cannot be taken away; give it the value it should have."
        )
    changed = {name: value for name, value in given.items() if known.get(name) != value}
    for name, value in changed.items():
        if MASK in json.dumps(value, ensure_ascii=False):
            raise ValueError(
                f"{name} holds a hidden secret, which would be overwritten. Leave {name} as it was."
            )
    return changed
