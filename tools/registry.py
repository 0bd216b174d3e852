"""The integrations that there are, by their services' names."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from domain.blueprints.catalogue import Task
from domain.connections import ConnectionKind
from domain.errors import NotFound
from tools.integration import Action, Integration, Trigger
from tools.integrations import (
    database,
    file,
    goldenpath,
    google_sheets,
    mail,
    manual,
    razorpay,
    slack,
    timer,
    webhook,
    whatsapp,
)


class Integrations:
    """A fixed set of integrations."""

    def __init__(self, integrations: Iterable[Integration]) -> None:
        self._integrations: Mapping[str, Integration] = MappingProxyType(
            {integration.service: integration for integration in integrations}
        )

    def all(self) -> list[Integration]:
        """Every integration, in the order in which people see them."""
        return list(self._integrations.values())

    def get(self, service: str) -> Integration:
        """One integration; raises `NotFound`."""
        if service not in self._integrations:
            raise NotFound("integration", service)
        return self._integrations[service]

    def action(self, service: str, task: str) -> Action[Any, Any]:
        """One action of one service; raises `NotFound`."""
        for action in self.get(service).actions:
            if action.name == task:
                return action
        raise NotFound("task", f"{service}.{task}")

    def trigger(self, service: str, task: str) -> Trigger:
        """One trigger of one service; raises `NotFound`."""
        for trigger in self.get(service).triggers:
            if trigger.name == task:
                return trigger
        raise NotFound("trigger", f"{service}.{task}")

    def of_kind(self, kind: str) -> Integration:
        """The integration that a kind of connection belongs to; raises `NotFound`."""
        for found in self.all():
            if any(brought.name == kind for brought in found.kinds):
                return found
        raise NotFound("integration for connections of the kind", kind)

    def tasks(self) -> Mapping[str, Mapping[str, Task]]:
        """All tasks by service and name, as blueprints are checked against them."""
        return {name: found.tasks() for name, found in self._integrations.items()}

    def connection_kinds(self) -> list[ConnectionKind]:
        """The kinds of connections that integrations bring."""
        kinds = {kind.name: kind for found in self.all() for kind in found.kinds}
        return list(kinds.values())


def shipped_integrations() -> Integrations:
    """All that come with the service."""
    return Integrations(
        (
            manual.INTEGRATION,
            whatsapp.INTEGRATION,
            google_sheets.INTEGRATION,
            razorpay.INTEGRATION,
            mail.INTEGRATION,
            timer.INTEGRATION,
            slack.INTEGRATION,
            webhook.INTEGRATION,
            database.INTEGRATION,
            file.INTEGRATION,
            goldenpath.INTEGRATION,
        )
    )
