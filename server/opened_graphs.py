"""A graph that is open for one use, over what its thread's checkpoints may be revived into."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from checkpoints.saver import RunSaver
from checkpoints.state_saver import ReadingSaver, StateSaver
from domain.identity import UserContext
from graphs.catalog import GraphEntry
from graphs.factories import Graph, GraphUse
from storage.database import Connection, Database


@dataclass(frozen=True, slots=True)
class OpenedGraph:
    """Makes copies of a graph with the checkpointer that a use wants."""

    graph: Graph
    types: frozenset[tuple[str, ...]]

    def running(self, saver: RunSaver) -> Graph:
        """The graph for a run."""
        saver.revive(self.types)
        return self.graph.copy({"checkpointer": saver})

    def reading(self, database: Database, user: UserContext) -> Graph:
        """The graph to read a user's states with."""
        return self.graph.copy({"checkpointer": ReadingSaver(database, user, self.types)})

    def changing(self, connection: Connection) -> Graph:
        """The graph to change a state with, in the connection's transaction."""
        return self.graph.copy({"checkpointer": StateSaver(connection, self.types)})


@asynccontextmanager
async def opened_graph(entry: GraphEntry, use: GraphUse) -> AsyncGenerator[OpenedGraph]:
    """Open an entry's graph; raises `GraphNotMade` when its factory fails."""
    async with entry.opened(use) as graph:
        yield OpenedGraph(graph, entry.state_types(graph))
