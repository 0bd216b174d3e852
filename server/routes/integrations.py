"""What workflows can be made of: the services there are, and what each can do."""

from functools import cache
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from domain.blueprints.catalogue import Effect
from server.dependencies import ServicesDep, UserDep
from server.shapes import problems
from tools.integration import Action, Integration, Trigger

router = APIRouter(prefix="/integrations", tags=["workflows"])


class TaskShape(BaseModel):
    """One thing that a service can do, or one event that starts a workflow."""

    name: str
    kind: Literal["trigger", "action"]
    title: str
    description: str
    params: dict[str, Any] = Field(description="JSON Schema of its parameters.")
    result: dict[str, Any] = Field(description="JSON Schema of its output or `trigger_data`.")
    effect: Effect = Field(description="Whether it can be repeated.")
    connection_kind: str | None
    optional_kinds: list[str] = Field(description="Kinds of connections that it can do without.")
    messages_people: bool
    phrases: list[str] = Field(description="How people say it.")
    sample: dict[str, Any] | None = Field(description="A true example of a trigger's data.")


class IntegrationShape(BaseModel):
    """One service."""

    service: str
    title: str
    description: str
    aliases: list[str]
    connection_kinds: list[str] = Field(description="See `GET /connections/kinds`.")
    tasks: list[TaskShape]


@router.get("", responses=problems(503))
async def list_integrations(services: ServicesDep, user: UserDep) -> list[IntegrationShape]:
    """Every service with its triggers and actions."""
    return [_shape(each) for each in services.workflows.integrations.all()]


def _shape(integration: Integration) -> IntegrationShape:
    tasks = [_trigger(each) for each in integration.triggers]
    tasks += [_action(each) for each in integration.actions]
    return IntegrationShape(
        service=integration.service,
        title=integration.title,
        description=integration.description,
        aliases=list(integration.aliases),
        connection_kinds=[kind.name for kind in integration.kinds],
        tasks=tasks,
    )


# A schema takes longer to make than all the rest of the answer.
@cache
def _taken(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema()


@cache
def _given(model: type[BaseModel]) -> dict[str, Any]:
    return model.model_json_schema(mode="serialization")


def _trigger(trigger: Trigger) -> TaskShape:
    return TaskShape(
        name=trigger.name,
        kind="trigger",
        title=trigger.title,
        description=trigger.description,
        params=_taken(trigger.params),
        result=_given(trigger.data),
        effect="read",
        connection_kind=trigger.connection_kind,
        optional_kinds=[],
        messages_people=False,
        phrases=list(trigger.phrases),
        sample=dict(trigger.sample),
    )


def _action(action: Action[Any, Any]) -> TaskShape:
    return TaskShape(
        name=action.name,
        kind="action",
        title=action.title,
        description=action.description,
        params=_taken(action.params),
        result=_given(action.result),
        effect=action.effect,
        connection_kind=action.connection_kind,
        optional_kinds=list(action.optional_kinds),
        messages_people=action.messages_people,
        phrases=list(action.phrases),
        sample=None,
    )
