"""Graphs that a function makes, for each run anew: what it may ask for and what it may return."""

import inspect
import logging
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    AsyncExitStack,
    asynccontextmanager,
)
from dataclasses import dataclass, field
from types import UnionType
from typing import Any, Literal, Union, cast, get_args, get_origin, get_type_hints

from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import StateGraph
from langgraph.pregel import Pregel
from langgraph.runtime import Runtime
from langgraph_sdk import runtime as server_runtime
from langgraph_sdk.runtime import AccessContext, ServerRuntime

from domain.errors import GoldenpathError, GraphNotMade
from domain.identity import UserContext

logger = logging.getLogger(__name__)

Graph = Pregel[Any, Any, Any, Any]

#: LangGraph's servers make these; only their union has a public name.
_FOR_RUNS: Any = server_runtime._ExecutionRuntime  # pyright: ignore[reportPrivateUsage]
_FOR_READING: Any = server_runtime._ReadRuntime  # pyright: ignore[reportPrivateUsage]

#: What a parameter of a factory is given: the config, LangGraph's runtime for servers, or the one
#: that nodes know.
_Given = Literal["config", "server", "runtime"]


@dataclass(frozen=True, slots=True)
class GraphUse:
    """What a graph is wanted for: reading it, or a run with its settings."""

    access: AccessContext = "assistants.read"
    user: UserContext | None = None
    config: RunnableConfig = field(default_factory=RunnableConfig)
    #: The context of the run; nothing else has one.
    context: Any = None


class UnusableFactory(Exception):
    """A function that cannot make graphs here; says why."""


class GraphFactory:
    """A function that returns a graph: at once, when awaited, or inside a context manager.

    It takes nothing, the config, a runtime, or both. Raises `UnusableFactory` for any other.
    """

    def __init__(self, graph_id: str, function: Callable[..., Any]) -> None:
        self._graph_id = graph_id
        self._function = function
        self._parameters = dict(_parameters(function))

    @asynccontextmanager
    async def made(self, use: GraphUse) -> AsyncGenerator[Graph]:
        """A graph for one use, and what it needs until the use is over.

        Raises `GraphNotMade`, or what the function itself says in our errors. What goes wrong while
        it is put away is logged: the use is over.
        """
        stack = AsyncExitStack()
        try:
            yield await self._make(stack, use)
        finally:
            try:
                await stack.aclose()
            except Exception:
                logger.exception("Putting away the graph %s failed.", self._graph_id)

    async def _make(self, stack: AsyncExitStack, use: GraphUse) -> Graph:
        try:
            found = self._call(use)
            if inspect.isawaitable(found):
                found = await found
            manager: Any = found
            if isinstance(found, AbstractAsyncContextManager):
                found = await stack.enter_async_context(manager)
            elif isinstance(found, AbstractContextManager):
                found = stack.enter_context(manager)
        except GoldenpathError:
            # It says itself what is wrong, and what to do.
            raise
        except Exception as error:  # The user's code, which may raise anything.
            logger.exception("The factory of the graph %s failed.", self._graph_id)
            reason = f"{type(error).__name__}: {str(error).strip()}".split("\n", maxsplit=1)[0]
            raise GraphNotMade(self._graph_id, reason.rstrip(": ")) from error
        graph = compiled(self._graph_id, found)
        if graph is None:
            kind = type(found).__name__
            raise GraphNotMade(self._graph_id, f"it returned no graph but something of type {kind}")
        return graph

    def _call(self, use: GraphUse) -> Any:
        positional: list[Any] = []
        named: dict[str, Any] = {}
        for parameter, given in self._parameters.items():
            value = _argument(given, use)
            if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
                positional.append(value)
            else:
                named[parameter.name] = value
        return self._function(*positional, **named)


def compiled(graph_id: str, found: object) -> Graph | None:
    """A graph that can be run, compiled if it is not yet; None for what is no graph."""
    if isinstance(found, StateGraph):
        return cast(Graph, cast(Any, found).compile(name=graph_id))
    return cast(Graph, found) if isinstance(found, Pregel) else None


@dataclass(frozen=True, slots=True)
class _User:
    """Who the graph is made for, as LangGraph's runtime for servers shows a user."""

    identity: str
    tenant_id: str
    is_authenticated: bool = True
    permissions: Sequence[str] = ()

    @property
    def display_name(self) -> str:
        return self.identity

    def __getitem__(self, key: str) -> Any:
        return self._data()[key]

    def __contains__(self, key: object) -> bool:
        return key in self._data()

    def __iter__(self) -> Iterator[str]:
        return iter(self._data())

    def _data(self) -> dict[str, Any]:
        return {"identity": self.identity, "tenant_id": self.tenant_id}


def _parameters(function: Callable[..., Any]) -> Iterator[tuple[inspect.Parameter, _Given]]:
    """The parameters that get something; those with a default of their own may be left out."""
    parameters = [
        parameter
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    try:
        hints = get_type_hints(inspect.unwrap(function))
    except (NameError, TypeError, AttributeError):
        # Names that exist for type checkers only; what the annotation says is text then.
        hints = {}
    for parameter in parameters:
        annotation = hints.get(parameter.name, parameter.annotation)
        given = _given(parameter.name, annotation)
        if given:
            yield parameter, given
        elif parameter.default is parameter.empty:
            if len(parameters) > 1 or annotation is not parameter.empty:
                raise UnusableFactory(
                    f"its parameter {parameter.name} is neither a config nor a runtime"
                )
            # The only one, without a type: LangGraph's servers have always passed the config.
            yield parameter, "config"


def _given(name: str, annotation: Any) -> _Given | None:
    texts = {_type_name(one) for one in _options(annotation)}
    if "ServerRuntime" in texts:
        return "server"
    if "Runtime" in texts:
        return "runtime"
    if "RunnableConfig" in texts or name == "config":
        return "config"
    return "server" if name == "runtime" else None


def _options(annotation: Any) -> Sequence[Any]:
    is_union = get_origin(annotation) in (Union, UnionType)
    return get_args(annotation) if is_union else (annotation,)


def _type_name(annotation: Any) -> str:
    if isinstance(annotation, str):
        return annotation.split("[")[0].split("|")[0].strip().rpartition(".")[2]
    for known in (ServerRuntime, Runtime, RunnableConfig):
        if annotation is known or get_origin(annotation) is known:
            return known.__name__
    return ""


def _argument(given: _Given, use: GraphUse) -> object:
    if given == "config":
        return use.config
    if given == "runtime":
        return Runtime(context=use.context)
    user = _User(use.user.user_id, use.user.tenant_id) if use.user else None
    # There is no store here (yet), as nodes find none in their runtime.
    common: dict[str, Any] = {"access_context": use.access, "user": user, "store": None}
    if use.access == "threads.create_run":
        common["context"] = use.context
        return _FOR_RUNS(**common)
    return _FOR_READING(**common)
