"""Assistants: a graph with settings of its own, in versions; every graph has a default one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

#: Under which the ids of default assistants are made from their graphs' ids. Any fixed UUID.
DEFAULTS: Final = UUID("6c9e2f0a-52f3-5d0b-9a5e-7d1c3b8a4f10")


@dataclass(frozen=True, slots=True)
class Assistant:
    """One version of an assistant."""

    assistant_id: UUID
    graph_id: str
    name: str
    description: str | None
    version: int
    #: LangGraph's config: `tags`, `recursion_limit`, `configurable`. The timeouts
    #: `run_timeout_s` and `node_timeout_s` in `configurable` may lower the service's own.
    config: Mapping[str, Any]
    context: Mapping[str, Any]
    metadata: Mapping[str, Any]
    created_at: datetime
    updated_at: datetime


def default_assistant_id(graph_id: str) -> UUID:
    """The id of a graph's default assistant: the same everywhere and for ever."""
    return uuid5(DEFAULTS, graph_id)
