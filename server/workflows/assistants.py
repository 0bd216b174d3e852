"""Assistants for the steps of workflows: out of the loaded graphs and the kept assistants."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any

from domain.identity import UserContext
from domain.workflows.assistants import FoundAssistant
from graphs.catalog import GraphEntry
from graphs.factories import Graph, GraphUse
from storage.assistants import AssistantRepository


class CatalogueAssistants:
    """An `AssistantSource` over the graphs of this service."""

    def __init__(self, graphs: Mapping[str, GraphEntry], assistants: AssistantRepository) -> None:
        self._graphs = graphs
        self._assistants = assistants

    async def find(self, user: UserContext, name: str) -> FoundAssistant:
        """The assistant with this id, or the default one of the graph; raises `NotFound`."""
        found = await self._assistants.resolve(user, name)
        return FoundAssistant(
            graph_id=found.graph_id,
            name=found.name,
            configurable=dict(found.config.get("configurable") or {}),
        )

    def opened(
        self, user: UserContext, found: FoundAssistant, configurable: Mapping[str, Any]
    ) -> AbstractAsyncContextManager[Graph]:
        """Its graph, for one use; raises `GraphNotMade` when its factory fails."""
        use = GraphUse("threads.create_run", user, {"configurable": dict(configurable)})
        return self._graphs[found.graph_id].opened(use)
