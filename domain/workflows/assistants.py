"""Assistants as steps of workflows: graphs of the service, and other workflows."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from domain.identity import UserContext


@dataclass(frozen=True, slots=True)
class FoundAssistant:
    """What an assistant is now: a run that has found it goes on with it, whatever changes."""

    graph_id: str
    name: str
    #: The `configurable` of its config; a workflow's says its version.
    configurable: Mapping[str, Any]


class AssistantSource(Protocol):
    """Finds assistants and opens their graphs."""

    async def find(self, user: UserContext, name: str) -> FoundAssistant:
        """The assistant with this id, or the default one of the graph; raises `NotFound`."""
        ...

    def opened(
        self, user: UserContext, found: FoundAssistant, configurable: Mapping[str, Any]
    ) -> AbstractAsyncContextManager[Any]:
        """Its LangGraph graph, for one use; raises `NotFound` and `GraphNotMade`."""
        ...
