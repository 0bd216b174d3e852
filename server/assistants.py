"""The default assistants: one for each graph that is served."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from domain.assistants import Assistant, default_assistant_id
from graphs.catalog import GraphEntry

#: Default assistants were never made, and must look the same from every process and after every
#: start: the oldest of all, so that what people make comes first.
MADE_AT: Final = datetime(1970, 1, 1, tzinfo=UTC)


def default_assistants(graphs: Mapping[str, GraphEntry]) -> list[Assistant]:
    """The default assistant of each graph, in the graphs' order."""
    return [
        Assistant(
            assistant_id=default_assistant_id(entry.graph_id),
            graph_id=entry.graph_id,
            name=entry.graph_id,
            description=entry.description or None,
            version=1,
            config={},
            context={},
            # LangGraph's Studio tells them from others by this.
            metadata={"created_by": "system"},
            created_at=MADE_AT,
            updated_at=MADE_AT,
        )
        for entry in graphs.values()
    ]
