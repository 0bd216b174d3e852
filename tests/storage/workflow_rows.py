"""Blueprints and workflows for tests."""

from typing import Any
from uuid import UUID

from domain.blueprints.blueprint import Blueprint
from domain.identity import UserContext
from domain.workflows.workflow import Workflow
from storage.workflows import Draft, WorkflowRepository


def document(name: str = "Thanks", **settings: Any) -> dict[str, Any]:
    """A small blueprint as somebody sends it."""
    found: dict[str, Any] = {
        "schema": 1,
        "name": name,
        "nodes": [
            {"id": "begin", "type": "trigger", "data": {"service": "manual", "task": "start"}},
            {
                "id": "say",
                "type": "action",
                "data": {"service": "log", "task": "write", "params": {"text": "hello"}},
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
