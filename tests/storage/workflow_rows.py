"""Blueprints and workflows for tests."""

from typing import Any
from uuid import UUID, uuid4

from domain.blueprints.blueprint import Blueprint
from domain.events import Event
from domain.identity import UserContext
from domain.workflows.starts import WorkflowStart
from domain.workflows.workflow import Workflow
from storage.database import Database
from storage.json_columns import to_json
from storage.run_events import ArtifactRepository
from storage.runs import RunRepository
from storage.workflow_executions import NewExecution, insert_execution
from storage.workflows import Draft, WorkflowRepository
from tests.storage.owner import as_owner


def document(name: str = "Thanks", **settings: Any) -> dict[str, Any]:
    """A small blueprint as somebody sends it."""
    found: dict[str, Any] = {
        "schema": 1,
        "name": name,
        "nodes": [
            {
                "id": "begin",
                "type": "trigger",
                "data": {"service": "manual", "task": "start"},
                "position": {"x": 0, "y": 0},
            },
            {
                "id": "say",
                "type": "action",
                "data": {"service": "log", "task": "write", "params": {"text": "hello"}},
                "position": {"x": 280, "y": 0},
            },
        ],
        "edges": [{"id": "e1", "source": "begin", "target": "say"}],
    }
    return found | ({"settings": settings} if settings else {})


def draft(name: str = "Thanks", note: str | None = None, **settings: Any) -> Draft:
    """The same as what is saved."""
    return Draft(Blueprint.model_validate(document(name, **settings)), note)


async def made(repository: WorkflowRepository, user: UserContext, name: str = "Thanks") -> Workflow:
    """A new workflow of a user."""
    workflow_id: UUID = await repository.create(user, draft(name))
    return await repository.get(user, workflow_id)


async def failed_execution(database: Database, owner: UserContext, workflow_id: UUID) -> UUID:
    """The id of an execution that has failed, as rows."""
    run_id, thread_id = uuid4(), uuid4()
    whose = [owner.tenant_id, owner.user_id]
    async with as_owner(database) as connection:
        await connection.execute(
            "INSERT INTO threads (thread_id, tenant_id, user_id, status)"
            " VALUES (%s, %s, %s, 'error')",
            [thread_id, *whose],
        )
        await connection.execute("INSERT INTO event_heads (thread_id) VALUES (%s)", [thread_id])
        await connection.execute(
            "INSERT INTO runs (run_id, thread_id, tenant_id, user_id, assistant_id, graph_id,"
            " status, end_status, kwargs, started_at, ended_at) VALUES (%s, %s, %s, %s, 'workflow',"
            " 'workflow', 'error', 'error', %s, now(), now())",
            [run_id, thread_id, *whose, to_json({"input": {"trigger_data": {"text": "x"}}})],
        )
        new = NewExecution(run_id, thread_id, 1, WorkflowStart(workflow_id, "manual"))
        await insert_execution(connection, owner, new)
    return run_id


async def output_of(database: Database, owner: UserContext, run_id: UUID) -> UUID:
    """The id of an output that is too large for an event."""
    run = await RunRepository(database).get(owner, run_id)
    artifacts = ArtifactRepository(database)
    return await artifacts.save(owner, run.thread_id, "application/json", b'{"large": true}')


async def say(database: Database, events: list[Event]) -> None:
    """Put events into the log of their thread, behind what is there."""
    async with as_owner(database) as connection:
        for event in events:
            await connection.execute(
                "WITH head AS (UPDATE event_heads SET last_seq = last_seq + 1 WHERE thread_id = %s"
                " RETURNING last_seq) INSERT INTO run_events (thread_id, seq, run_id, type, body)"
                " SELECT %s, last_seq, %s, %s, %s FROM head",
                [event.thread_id, event.thread_id, event.run_id, event.type, to_json(event.body())],
            )
