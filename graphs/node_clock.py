"""How long a node may take: one clock for each node that is at work itself."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from graphs.stream_parts import Namespace, is_start, task_id_of


class NodeClock:
    """Follows the `tasks` parts of a run; says which node took too long, once."""

    def __init__(self, limit_s: float, overdue: Callable[[str], None]) -> None:
        """`overdue` is called with the node's name; 0 seconds are no limit."""
        self._limit_s = limit_s
        self._overdue = overdue
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def note(self, namespace: Namespace, task: Mapping[str, Any]) -> None:
        """Take a part of the mode `tasks`."""
        if not self._limit_s:
            return
        if namespace:
            # A node that runs a graph is not at work itself: that graph's nodes are.
            self._disarm(task_id_of(namespace[-1]))
        self._disarm(task["id"])
        if is_start(task):
            loop = asyncio.get_running_loop()
            self._timers[task["id"]] = loop.call_later(self._limit_s, self._rang, task["name"])

    def stop(self) -> None:
        """The run is over: nothing is late any more."""
        for task_id in list(self._timers):
            self._disarm(task_id)

    def _disarm(self, task_id: str) -> None:
        if timer := self._timers.pop(task_id, None):
            timer.cancel()

    def _rang(self, node: str) -> None:
        self.stop()
        self._overdue(node)
