"""What starts live workflows: swapped in the transaction that makes a version the live one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from domain.identity import UserContext
from storage.database import Connection
from storage.json_columns import to_json
from storage.sql_files import load_statements

_SQL = load_statements("workflow_triggers")


@dataclass(frozen=True, slots=True)
class LiveTrigger:
    """One trigger node of a live version."""

    node_id: str
    service: str
    task: str
    params: Mapping[str, Any] = field(default_factory=dict[str, Any])
    #: Only what comes in by this connection counts; None is any of the owner's.
    connection_id: UUID | None = None


async def swap_triggers(
    connection: Connection,
    user: UserContext,
    workflow: tuple[UUID, int],
    triggers: Sequence[LiveTrigger],
) -> None:
    """Make these the triggers of a workflow, in the caller's transaction.

    `workflow` is its id and the version that goes live; no triggers take it off.
    """
    workflow_id, version = workflow
    whose = {
        "workflow_id": workflow_id,
        "tenant_id": user.tenant_id,
        "user_id": user.user_id,
        "version": version,
    }
    await connection.execute(_SQL["clear"], whose)
    for trigger in triggers:
        row = {
            "node_id": trigger.node_id,
            "service": trigger.service,
            "task": trigger.task,
            "params": to_json(dict(trigger.params)),
            "connection_id": trigger.connection_id,
        }
        await connection.execute(_SQL["insert"], {**whose, **row})


async def live_triggers(
    connection: Connection, user: UserContext, workflow_ids: Sequence[UUID]
) -> dict[UUID, list[LiveTrigger]]:
    """The triggers of each of these workflows that is the user's; none of one that is off."""
    whose = {"tenant_id": user.tenant_id, "user_id": user.user_id}
    parameters = {**whose, "workflow_ids": list(workflow_ids)}
    rows = await (await connection.execute(_SQL["live_triggers"], parameters)).fetchall()
    found: dict[UUID, list[LiveTrigger]] = {row["workflow_id"]: [] for row in rows}
    names = ("node_id", "service", "task", "params", "connection_id")
    for row in rows:
        if row["node_id"]:
            trigger = LiveTrigger(**{name: row[name] for name in names})
            found[row["workflow_id"]].append(trigger)
    return found
