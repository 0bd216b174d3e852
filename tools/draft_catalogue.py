"""What integrations say of themselves, as drafts are made from it."""

from collections.abc import Iterable
from typing import Any

from domain.drafting.catalogue import DraftService, DraftTask
from tools.integration import Action, Integration, Trigger


def draft_services(integrations: Iterable[Integration]) -> tuple[DraftService, ...]:
    """Their services with tasks, phrases and schemas."""
    return tuple(_service(integration) for integration in integrations)


def _service(integration: Integration) -> DraftService:
    triggers = (_trigger(integration.service, one) for one in integration.triggers)
    actions = (_action(integration.service, one) for one in integration.actions)
    return DraftService(
        name=integration.service,
        title=integration.title,
        aliases=integration.aliases,
        tasks=(*triggers, *actions),
    )


def _trigger(service: str, trigger: Trigger) -> DraftTask:
    return DraftTask(
        service=service,
        name=trigger.name,
        kind="trigger",
        title=trigger.title,
        params=trigger.params.model_json_schema(),
        result=trigger.data.model_json_schema(mode="serialization"),
        phrases=trigger.phrases,
        connection_kind=trigger.connection_kind,
        sample=trigger.sample,
    )


def _action(service: str, action: Action[Any, Any]) -> DraftTask:
    return DraftTask(
        service=service,
        name=action.name,
        kind="action",
        title=action.title,
        params=action.params.model_json_schema(),
        result=action.result.model_json_schema(mode="serialization"),
        phrases=action.phrases,
        effect=action.effect,
        connection_kind=action.connection_kind,
        messages_people=action.messages_people,
    )
