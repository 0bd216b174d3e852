"""Who watches a workflow, and the news that it has executions to look for."""

import asyncio
from collections import defaultdict
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from storage.notifications import Listener

#: What the database tells of: a new execution, or one that is tried again.
CHANNEL: Final = "goldenpath_workflows"


class ExecutionNews:
    """Wakes the watchers of this process. A wake only says: look."""

    def __init__(self, listener: Listener) -> None:
        self._watchers: defaultdict[UUID, set[asyncio.Event]] = defaultdict(set)
        listener.on(CHANNEL, self._told, self._wake_all)

    @contextmanager
    def watching(self, workflow_id: UUID) -> Generator[asyncio.Event]:
        """An event that is set whenever there may be something new of a workflow."""
        changed = asyncio.Event()
        self._watchers[workflow_id].add(changed)
        try:
            yield changed
        finally:
            self._watchers[workflow_id].discard(changed)
            if not self._watchers[workflow_id]:
                del self._watchers[workflow_id]

    def _told(self, payload: str) -> None:
        for changed in self._watchers.get(UUID(payload), ()):
            changed.set()

    def _wake_all(self) -> None:
        for watchers in self._watchers.values():
            for changed in watchers:
                changed.set()
