"""What a graph streams in this process, as clients of the service are to get it."""

import re
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import orjson
from langchain_core.messages import AIMessageChunk
from langgraph.checkpoint.memory import InMemorySaver

from graphs.stream_parts import INTERRUPT, json_default
from tests.graphs.sample_graphs import Graph

#: SSE event and JSON data.
Frame = tuple[str, Any]

_IDS = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{32}\b")
_TIMES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+[+\d:]*")


async def streamed_in_process(
    graph: Graph, given: Any, mode: str, *, subgraphs: bool, context: Any = None
) -> list[Frame]:
    """Every item of one of LangGraph's own stream modes, in JSON."""
    running = graph.copy({"checkpointer": InMemorySaver()})
    config: Any = {"configurable": {"thread_id": str(uuid4())}}
    frames: list[Frame] = []
    try:
        async for item in running.astream(
            given,
            config,
            stream_mode=[mode],  # pyright: ignore[reportArgumentType]
            subgraphs=subgraphs,
            durability="sync",
            context=context,
        ):
            namespace, name, data = item if subgraphs else ((), *item)
            frames.append(("|".join((name, *namespace)), data))
    except RuntimeError:
        pass
    return as_json(frames)


def as_json(frames: Sequence[Frame]) -> list[Frame]:
    """Frames as they look after they went over a wire."""
    return [
        (name, orjson.loads(orjson.dumps(data, json_default, orjson.OPT_NON_STR_KEYS)))
        for name, data in frames
    ]


def comparable(frames: Sequence[Frame]) -> list[Frame]:
    """Frames without what differs from run to run: ids are numbered as they appear."""
    numbers: dict[str, str] = {}

    def number(found: re.Match[str]) -> str:
        return numbers.setdefault(found.group(), f"id-{len(numbers)}")

    text = orjson.dumps(frames, option=orjson.OPT_SORT_KEYS).decode()
    text = _TIMES.sub("a time", _IDS.sub(number, text))
    return [(name, data) for name, data in orjson.loads(text)]


def joined(frames: Sequence[Frame]) -> list[Frame]:
    """`messages` frames with the chunks of each message added up, in the order of their start."""
    found: list[Frame] = []
    places: dict[str, int] = {}
    for name, (message, metadata) in frames:
        if message["type"] == "AIMessageChunk" and message["id"] in places:
            place = places[message["id"]]
            whole = AIMessageChunk(**found[place][1][0]) + AIMessageChunk(**message)
            found[place] = (name, [whole.model_dump(), found[place][1][1]])
            continue
        places[message["id"]] = len(found)
        found.append((name, [message, metadata]))
    return found


def with_all_questions(frames: Sequence[Frame]) -> list[Frame]:
    """`values` frames as ours are: each has all questions so far of its namespace."""
    found: list[Frame] = []
    asked: dict[str, list[Any]] = {}
    for name, data in frames:
        known = asked.setdefault(name, [])
        known += data.get(INTERRUPT, [])
        found.append((name, {**data, INTERRUPT: list(known)} if known else data))
    return found
