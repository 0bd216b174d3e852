"""One run while it executes: bounded in time, and stopped from outside for good or for another."""

import asyncio

from langgraph.errors import GraphDrained
from langgraph.runtime import RunControl

from domain.errors import StaleAttempt
from domain.runs import CancelAction
from graphs.lifecycle import GraphRun, Outcome

#: A cancellation can get lost (Python 3.11's `wait_for` swallows one that comes with a result),
#: and a graph may ignore it: it is repeated until the run is gone.
_CANCEL_AGAIN_S = 0.5


class Executing:
    """A graph run under way."""

    def __init__(self, graph_run: GraphRun, control: RunControl) -> None:
        self._graph_run = graph_run
        self._control = control
        self._stop = asyncio.Event()
        self._handed_back = False
        self._overdue: str | None = None
        #: How it was cancelled, if it was; the first to ask says.
        self.cancelled: CancelAction | None = None

    def cancel(self, action: CancelAction) -> None:
        """Stop it now, for good."""
        self.cancelled = self.cancelled or action
        self._stop.set()

    def time_out(self, reason: str) -> None:
        """Stop it now, for good, because it takes too long."""
        self._overdue = reason
        self._stop.set()

    def drain(self) -> None:
        """Let it finish its step and then give it back."""
        self._control.request_drain("the worker stops")

    def hand_back(self) -> None:
        """Stop it now and give it back: its last checkpoint is where another goes on."""
        self._handed_back = True
        self._stop.set()

    async def run(self, limit_s: float) -> Outcome:
        """Run the graph until it ends, its time is up, or someone stops it.

        Raises `GraphDrained` when it is given back, `StaleAttempt` when it was taken over.
        """
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(self._stream(), name="graph run")
            stopping = tasks.create_task(self._stop.wait(), name="stop of a graph run")
            await asyncio.wait(
                (running, stopping), timeout=limit_s, return_when=asyncio.FIRST_COMPLETED
            )
            stopping.cancel()
            while not running.done():
                running.cancel()
                await asyncio.wait((running,), timeout=_CANCEL_AGAIN_S)
        if running.cancelled():
            return self._stopped(limit_s)
        ended = running.result()
        if isinstance(ended, Outcome):
            return ended
        raise ended

    async def _stream(self) -> Outcome | StaleAttempt | GraphDrained:
        # As values: an exception would reach the caller wrapped in the task group's.
        try:
            return await self._graph_run.stream()
        except (StaleAttempt, GraphDrained) as error:
            return error

    def _stopped(self, limit_s: float) -> Outcome:
        if self.cancelled:
            return self._graph_run.stopped("cancelled", "The run was cancelled.")
        if self._handed_back:
            raise GraphDrained("the worker stops")
        message = self._overdue or (
            f"The run was stopped after {limit_s:.0f} s. What it had reached is kept; raise "
            "GOLDENPATH_RUN_TIMEOUT_S if it needs longer."
        )
        return self._graph_run.stopped("timeout", message)
