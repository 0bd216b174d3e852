"""Functions that make graphs: what they are given and return, and when that is put away."""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from typing import TYPE_CHECKING, Any, TypedDict

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.func import entrypoint
from langgraph.graph import START, StateGraph
from langgraph.runtime import Runtime
from langgraph_sdk.runtime import ServerRuntime

from domain.errors import GraphNotMade
from domain.identity import UserContext
from graphs.factories import Graph, GraphFactory, GraphUse, UnusableFactory

if TYPE_CHECKING:
    from collections.abc import Sequence as Later

ANN = UserContext("ann", "acme")
CONFIG: RunnableConfig = {"configurable": {"step": 5}}
RUN = GraphUse("threads.create_run", ANN, CONFIG, {"tone": "dry"})
READ = GraphUse("assistants.read", ANN, CONFIG)


class State(TypedDict):
    n: int


def builder(step: int = 1) -> StateGraph:
    made = StateGraph(State)

    def add(state: State) -> State:
        return {"n": state["n"] + step}

    made.add_node("add", add)
    made.add_edge(START, "add")
    return made


async def result_of(function: Callable[..., Any], use: GraphUse = RUN) -> Any:
    async with GraphFactory("flow", function).made(use) as graph:
        return await graph.ainvoke({"n": 1})


def step_of(config: RunnableConfig) -> int:
    return config.get("configurable", {})["step"]


def takes_nothing() -> Graph:
    return builder().compile()


def takes_config(config: RunnableConfig) -> StateGraph:
    return builder(step_of(config))


async def is_async(config: RunnableConfig) -> StateGraph:
    return builder(step_of(config))


def has_an_old_name(settings):
    return builder(step_of(settings))


def may_have_a_config(config: RunnableConfig | None = None) -> StateGraph:
    return builder(step_of(config) if config else 0)


def has_text_for_a_type(settings: "RunnableConfig", more: "Later[int]" = ()) -> StateGraph:
    return builder(step_of(settings))


def takes_positions(config, /, *args: int, **more: int) -> StateGraph:
    assert (args, more) == ((), {})
    return builder(step_of(config))


@contextlib.contextmanager
def manages() -> Iterator[StateGraph]:
    yield builder()


@contextlib.asynccontextmanager
async def manages_async(config: RunnableConfig) -> AsyncIterator[Graph]:
    yield builder(step_of(config)).compile()


def functional() -> Graph:
    @entrypoint()
    async def flow(state: State) -> State:
        return {"n": state["n"] + 10}

    return flow


@pytest.mark.parametrize(
    ("function", "n"),
    [
        (takes_nothing, 2),
        (takes_config, 6),
        (is_async, 6),
        (has_an_old_name, 6),
        (may_have_a_config, 6),
        (has_text_for_a_type, 6),
        (takes_positions, 6),
        (manages, 2),
        (manages_async, 6),
        (functional, 11),
        (lambda: builder(), 2),
        (lambda: manages(), 2),
    ],
)
async def test_every_kind_of_factory_makes_a_graph(function: Callable[..., Any], n: int) -> None:
    assert await result_of(function) == {"n": n}


async def test_a_factory_is_told_why_for_whom_and_with_which_context() -> None:
    seen: list[Any] = []

    def make(config: RunnableConfig, runtime: ServerRuntime[State]) -> StateGraph:
        seen.append((config, runtime))
        return builder()

    await result_of(make, RUN)
    await result_of(make, READ)
    (config, run), (_, read) = seen
    assert config == CONFIG
    assert (run.access_context, read.access_context) == ("threads.create_run", "assistants.read")
    assert run.execution_runtime.context == {"tone": "dry"}
    assert read.execution_runtime is None
    user = run.ensure_user()
    assert (user.identity, user["tenant_id"], user.is_authenticated) == ("ann", "acme", True)
    assert {key: user[key] for key in user} == {"identity": "ann", "tenant_id": "acme"}
    assert ("identity" in user, "password" in user) == (True, False)


async def test_a_runtime_is_known_by_its_name_too_and_by_the_type_that_nodes_know() -> None:
    seen: list[Any] = []

    def by_name(runtime) -> StateGraph:
        seen.append(runtime.access_context)
        return builder()

    def by_type(something: Runtime[State]) -> StateGraph:
        seen.append(something.context)
        return builder()

    await result_of(by_name)
    await result_of(by_type)
    assert seen == ["threads.create_run", {"tone": "dry"}]


@pytest.mark.parametrize(
    "function",
    [lambda config, other: None, lambda *, other, config: None],
)
def test_what_asks_for_something_else_is_refused(function: Callable[..., Any]) -> None:
    with pytest.raises(UnusableFactory, match="neither a config nor a runtime"):
        GraphFactory("flow", function)


async def test_a_graph_is_put_away_when_its_use_is_over() -> None:
    story: list[str] = []

    @contextlib.asynccontextmanager
    async def make() -> AsyncIterator[StateGraph]:
        story.append("made")
        yield builder()
        story.append("put away")

    factory = GraphFactory("flow", make)
    async with factory.made(RUN):
        story.append("used")
    with pytest.raises(KeyError):
        async with factory.made(RUN):
            raise KeyError("the use failed")
    assert story == ["made", "used", "put away", "made", "put away"]


async def test_a_factory_that_fails_says_so_with_the_graphs_name(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fails() -> Graph:
        raise RuntimeError("no such tool\nmore of it")

    @contextlib.asynccontextmanager
    async def fails_late() -> AsyncIterator[Graph]:
        raise ValueError
        yield

    for function, reason in ((fails, "RuntimeError: no such tool."), (fails_late, "ValueError.")):
        with pytest.raises(GraphNotMade) as raised:
            await result_of(function)
        assert f"The graph flow could not be made: {reason}" in str(raised.value)
    assert "The factory of the graph flow failed." in caplog.text


async def test_what_is_returned_must_be_a_graph_and_is_put_away_all_the_same() -> None:
    story: list[str] = []

    @contextlib.contextmanager
    def make() -> Iterator[int]:
        yield 5
        story.append("put away")

    with pytest.raises(GraphNotMade, match="it returned no graph but something of type int"):
        await result_of(make)
    assert story == ["put away"]


async def test_a_clean_up_that_fails_is_logged_and_undoes_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    @contextlib.asynccontextmanager
    async def make() -> AsyncIterator[StateGraph]:
        yield builder()
        raise RuntimeError("the socket was gone")

    assert await result_of(make) == {"n": 2}
    assert "Putting away the graph flow failed." in caplog.text
