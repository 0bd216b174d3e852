"""Assistants as the API takes and shows them: the shapes of LangGraph's SDK."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from domain.assistants import Assistant
from graphs.descriptions import GraphSchemas
from server.pagination import Page
from storage.assistants import AssistantOrder


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise ValueError("it holds a NUL character, which nothing can store")
    return text


Text = Annotated[str, AfterValidator(_without_nul)]


class GraphConfig(BaseModel):
    """LangGraph's config; what else it holds is kept as it is."""

    model_config = ConfigDict(extra="allow")

    tags: list[str] | None = None
    recursion_limit: int | None = Field(default=None, ge=1, description="Most supersteps of a run.")
    configurable: dict[str, Any] | None = None

    def given(self) -> dict[str, Any]:
        """What was given, and nothing else."""
        return self.model_dump(exclude_none=True)


class AssistantSettings(BaseModel):
    """What makes an assistant different from another of its graph."""

    config: GraphConfig | None = None
    context: dict[str, Any] | None = Field(default=None, description="The context of its runs.")
    metadata: dict[str, Any] | None = None
    name: Text | None = None
    description: Text | None = None


class AssistantChange(AssistantSettings):
    """What becomes different; metadata is laid over the old, the rest replaces it."""

    graph_id: Text | None = Field(default=None, description="Which graph it runs.")


class NewAssistant(AssistantSettings):
    """What a new assistant consists of."""

    graph_id: Text = Field(description="Which graph it runs.")
    assistant_id: UUID | None = Field(
        default=None, description="Its id; one is made when it is missing."
    )
    if_exists: Literal["raise", "do_nothing"] | None = Field(
        default=None, description="What to do when the id is taken; `do_nothing` returns that one."
    )


class AssistantFilter(BaseModel):
    """Which assistants; an empty one means all."""

    metadata: dict[str, Any] | None = Field(default=None, description="Each of these values.")
    graph_id: Text | None = None
    name: Text | None = Field(default=None, description="A part of the name, in any case.")


class AssistantQuery(AssistantFilter, Page):
    """Which assistants, in which order, and which of their fields."""

    sort_by: AssistantOrder | None = None
    sort_order: Literal["asc", "desc"] | None = None
    select: list[str] | None = Field(default=None, description="Only these fields.")


class VersionQuery(Page):
    """Which versions of an assistant."""

    metadata: dict[str, Any] | None = Field(default=None, description="Each of these values.")


class VersionChoice(BaseModel):
    """The version to use."""

    version: int = Field(ge=1, le=2**31 - 1)


class AssistantShape(BaseModel):
    """One version of an assistant."""

    assistant_id: UUID
    graph_id: str
    config: dict[str, Any]
    context: dict[str, Any]
    metadata: dict[str, Any]
    name: str
    description: str | None
    version: int
    created_at: datetime
    updated_at: datetime


class GraphShape(BaseModel):
    """A drawing of a graph."""

    nodes: list[dict[str, Any]]
    edges: list[dict[str, Any]]


class SchemasShape(BaseModel):
    """JSON Schemas of what goes into a graph and comes out; null where a type has none."""

    graph_id: str
    input_schema: dict[str, Any] | None
    output_schema: dict[str, Any] | None
    state_schema: dict[str, Any] | None
    config_schema: dict[str, Any] | None
    context_schema: dict[str, Any] | None


def assistant_shape(assistant: Assistant) -> AssistantShape:
    """An assistant as the API shows it."""
    return AssistantShape.model_validate(asdict(assistant))


def schemas_shape(schemas: GraphSchemas) -> SchemasShape:
    """Schemas as the API shows them."""
    return SchemasShape.model_validate(asdict(schemas))


def schemas_by_namespace(schemas: Mapping[str, GraphSchemas]) -> dict[str, SchemasShape]:
    """The schemas of sub-graphs as the API shows them."""
    return {namespace: schemas_shape(each) for namespace, each in schemas.items()}
