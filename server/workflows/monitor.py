"""A WebSocket that shows one workflow: how its executions stand, then every event as it comes.

Signs in like `/ws`. After `connection_ready` comes a `snapshot`, and behind it the events of all
executions under way from their beginning, or from where the client says it was. An execution that
comes later is announced by a frame `execution`.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import orjson
from starlette.websockets import WebSocket

from domain.errors import NotFound
from domain.events import StoredEvent
from domain.identity import UserContext
from domain.workflows.execution import UNDER_WAY, Execution
from domain.workflows.workflow import Workflow
from server.auth.authenticators import Authenticator
from server.auth.standing import Standing
from server.execution_shapes import execution_shape
from server.services import Services
from server.websocket.connection import Connection
from server.websocket.connections import ConnectionRegistry, Farewell
from server.websocket.subscriptions import MOST, Subscriptions
from server.websocket.tasks import end
from server.workflow_shapes import workflow_shape
from storage.database import retried
from storage.workflow_executions import ExecutionSearch

UNKNOWN: Final = Farewell(4404, "There is no such workflow, or it is not shared with you.")

#: Executions of a snapshot besides those under way.
_RECENT: Final = 20
#: How often to look without having been told, seconds: the safety net, and rights may be taken.
_POLL_S: Final = 5.0


class Monitor(Connection):
    """An accepted WebSocket that watches a workflow."""

    def __init__(
        self,
        websocket: WebSocket,
        services: Services,
        authenticate: Authenticator,
        registry: ConnectionRegistry,
        watched: tuple[UUID, Mapping[UUID, int]],
    ) -> None:
        """`watched` is the workflow's id, and where the client was on each thread."""
        super().__init__(websocket, services, authenticate, registry)
        self._workflow_id, after = watched
        #: The number of the last event that was sent, by thread.
        self._positions = dict(after)
        self._known: set[UUID] = set()

    def _subscriptions(self, tasks: asyncio.TaskGroup) -> Subscriptions:
        return Subscriptions(tasks, self._services.feed, self._outbox, self._is_last)

    async def _converse(self, standing: Standing, subscriptions: Subscriptions) -> None:
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(
                self._watch(standing.user, subscriptions), name="workflow monitor"
            )
            # It says nothing that means anything, but that it goes.
            while await self._receive() is not None:
                pass
            await end(watching)

    async def _watch(self, user: UserContext, subscriptions: Subscriptions) -> None:
        parts = self._services.workflows
        is_first = True
        with parts.news.watching(self._workflow_id) as changed:
            while True:
                changed.clear()
                try:
                    workflow = await retried(lambda: parts.repository.get(user, self._workflow_id))
                except NotFound:
                    self.leave(UNKNOWN)
                    return
                found = await self._looked_for(workflow, is_first=is_first)
                await self._told(workflow, found, is_first=is_first)
                self._follow_all(found, subscriptions)
                is_first = False
                try:
                    async with asyncio.timeout(_POLL_S):
                        await changed.wait()
                except TimeoutError:
                    continue

    async def _looked_for(self, workflow: Workflow, *, is_first: bool) -> list[Execution]:
        """Executions under way, and at first those that matter besides; newest first."""
        searches = [ExecutionSearch(statuses=sorted(UNDER_WAY), limit=MOST)]
        if is_first:
            searches.append(ExecutionSearch(limit=_RECENT))
            if self._positions:
                threads = list(self._positions)[:MOST]
                searches.append(ExecutionSearch(threads=threads, limit=MOST))
        found: dict[UUID, Execution] = {}
        for search in searches:
            page, _ = await retried(lambda search=search: self._page(workflow, search))
            found |= {each.thread_id: each for each in page}
        return sorted(found.values(), key=lambda each: -each.number)

    async def _page(
        self, workflow: Workflow, search: ExecutionSearch
    ) -> tuple[list[Execution], int]:
        executions = self._services.workflows.executions
        return await executions.page(workflow.owner, self._workflow_id, search)

    async def _told(self, workflow: Workflow, found: list[Execution], *, is_first: bool) -> None:
        new = [each for each in found if each.thread_id not in self._known]
        self._known |= {each.thread_id for each in new}
        shown = [execution_shape(each).model_dump(mode="json") for each in new]
        if is_first:
            whole: dict[str, Any] = {
                "type": "snapshot",
                "workflow": workflow_shape(workflow).model_dump(mode="json"),
                "executions": shown,
            }
            await self._outbox.put_json(whole)
            return
        for each in reversed(shown):
            await self._outbox.put_json({"type": "execution", "execution": each})

    def _follow_all(self, found: list[Execution], subscriptions: Subscriptions) -> None:
        for each in found:
            is_wanted = each.status in UNDER_WAY or (
                # The client was in the middle of it.
                each.thread_id in self._positions and each.thread_id not in subscriptions
            )
            if is_wanted and each.thread_id not in subscriptions and len(subscriptions) < MOST:
                after = self._positions.setdefault(each.thread_id, 0)
                subscriptions.start(each.thread_id, after)

    def _is_last(self, event: StoredEvent) -> bool:
        """Whether an execution has ended with this event, unless it is tried again."""
        self._positions[UUID(event.thread_id)] = event.seq
        return event.type == "end" and orjson.loads(event.body)["status"] != "interrupted"
