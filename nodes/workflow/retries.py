"""Attempts that are put off: the run pauses after a failed one, and a later run makes the next.

How many have failed is kept in the state, so it outlives whatever happens to the process.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from langgraph.types import interrupt

from domain.workflows.attempts import pauses_s
from domain.workflows.waiting import FailedAttempt, WaitRequest, retry_question, retry_schema
from nodes.workflow.step import At, NoWaiting, in_words, is_transient


def may_be_put_off(at: At, error: Exception) -> bool:
    """Whether an attempt is left, and may help."""
    return is_transient(error) and at.failed < at.node.data.error_handling.retry_count


async def put_off(at: At, error: Exception) -> dict[str, Any]:
    """Have it kept when the next attempt comes; returns what the state gets.

    Doing so again, after a crash, changes nothing.
    """
    waiting = at.workflows.waiting
    if waiting is None:
        raise NoWaiting
    pauses, failed = pauses_s(at.node.data.error_handling), at.failed + 1
    seconds = pauses[failed - 1]
    request = WaitRequest(
        root_run_id=at.root_run_id,
        thread_id=at.thread_id,
        workflow_id=at.workflow_id,
        node_id=at.node.id,
        path=f"{at.path}:{failed + 1}",
        seconds=seconds,
    )
    wait_id = await waiting.wait(at.context.user, request)
    attempt = FailedAttempt(
        node_id=at.node.id,
        item=at.path,
        title=at.node.title or at.node.id,
        number=failed,
        most=len(pauses) + 1,
        error=in_words(error),
        seconds=seconds,
        until=datetime.now(UTC) + timedelta(seconds=seconds),
    )
    question = retry_question(wait_id, attempt)
    return {"retries": {at.node.id: {"failed": failed, "question": question}}}


def wait_for_turn(state: Mapping[str, Any], node_id: str) -> None:
    """Pause until the next attempt's moment, or until somebody wants it now."""
    interrupt(state["retries"][node_id]["question"], response_schema=retry_schema())
