"""Executions as people look into them: folded from the log of their thread."""

import orjson

from domain.events import is_stream_part
from domain.workflows.execution import Execution
from domain.workflows.run_view import RunView, fold_run_view
from storage.run_events import EventLog

#: Events that are read at a time.
_BATCH = 500


async def run_view(events: EventLog, execution: Execution) -> tuple[RunView, int]:
    """What an execution did so far, and the number of its newest event."""
    found: list[dict[str, object]] = []
    position = 0
    while page := await events.after(execution.thread_id, position, _BATCH):
        position = page[-1].seq
        found += [orjson.loads(each.body) for each in page if not is_stream_part(each.type)]
        if len(page) < _BATCH:
            break
    return fold_run_view(found), position
