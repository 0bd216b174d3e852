"""What a run asks of its graph, as LangGraph takes it: input, config and where to begin."""

from collections.abc import Mapping
from typing import Any, Final, cast
from uuid import UUID

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command, Send

from domain.runs import Run
from graphs.stream_rows import StreamChoice

#: What says which state a run reads and writes: the engine's to set, whatever a client sends.
_PROTECTED: Final = frozenset(
    ("thread_id", "checkpoint_id", "checkpoint_ns", "checkpoint_map", "run_id", "user_id")
)


def run_config(run: Run, recursion_limit: int) -> RunnableConfig:
    """The config of a run's graph; `recursion_limit` is the most a client may ask for."""
    asked: Mapping[str, Any] = run.kwargs.get("config") or {}
    wanted = asked.get("recursion_limit")
    # Graphs without a context schema find the context here.
    configurable = {**_mapping(run.kwargs.get("context")), **_mapping(asked.get("configurable"))}
    return {
        "tags": list(asked.get("tags") or ()),
        "run_id": run.run_id,
        "recursion_limit": min(wanted, recursion_limit) if wanted else recursion_limit,
        "configurable": {
            **{name: value for name, value in configurable.items() if _is_free(name)},
            "thread_id": str(run.thread_id),
        },
        "metadata": {
            "run_id": str(run.run_id),
            "graph_id": run.graph_id,
            "assistant_id": run.assistant_id,
        },
    }


def starting_point(run: Run) -> dict[str, Any]:
    """What to add to `configurable` for a run that begins at an older checkpoint."""
    asked: Mapping[str, Any] = run.kwargs.get("checkpoint") or {}
    names = ("checkpoint_id", "checkpoint_ns", "checkpoint_map")
    return {name: asked[name] for name in names if asked.get(name)}


def given_input(run: Run) -> Any:
    """Input or Command."""
    command = command_of(run.kwargs.get("command") or {})
    return run.kwargs.get("input") if command is None else command


def command_of(asked: Mapping[str, Any]) -> Command[Any] | None:
    """The Command that `{update, resume, goto}` means; None when it says nothing."""
    command: dict[str, Any] = {}
    if asked.get("update"):
        command["update"] = asked["update"]
    if "resume" in asked and asked["resume"] is not None:
        command["resume"] = asked["resume"]
    if asked.get("goto"):
        command["goto"] = _targets(asked["goto"])
    return Command(**command) if command else None


def stream_choice(run: Run) -> StreamChoice:
    """Which stream parts the log is to keep."""
    modes = frozenset(run.kwargs.get("stream_mode") or ())
    return StreamChoice(modes, bool(run.kwargs.get("stream_subgraphs")))


def limit_s(run: Run, name: str, most_s: float) -> float:
    """A time limit that the run's assistant or its caller may lower, seconds."""
    asked = _mapping(_mapping(run.kwargs.get("config")).get("configurable")).get(name)
    if isinstance(asked, bool) or not isinstance(asked, int | float) or asked <= 0:
        return most_s
    return min(float(asked), most_s) if most_s else float(asked)


def checkpoint_run(metadata: Mapping[str, Any]) -> UUID | None:
    """The run that saved a checkpoint, if one of ours did."""
    run_id = metadata.get("run_id")
    return UUID(str(run_id)) if run_id else None


def _mapping(value: Any) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], value) if isinstance(value, Mapping) else {}


def _is_free(name: str) -> bool:
    return name not in _PROTECTED and not name.startswith("__")


def _targets(goto: Any) -> Any:
    if isinstance(goto, list):
        return [_target(one) for one in cast(list[Any], goto)]
    return _target(goto)


def _target(goto: Any) -> Any:
    send = _mapping(goto)
    return Send(str(send["node"]), send.get("input")) if send else goto
