"""Fragments of one message are joined for a moment; the order of events never changes."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.messages.tool import tool_call_chunk

from domain.events import Event, LogEntry, StreamPart
from graphs.coalescing import HOLD_CHARS, Coalescer
from graphs.message_chunks import ChunkPair, Fragment, GrowingMessage
from tests.graphs.recordings import heard

AT = datetime(2026, 5, 4, tzinfo=UTC)


def an_event(event_type: Any, **payload: Any) -> Event:
    return Event(event_type, "run-1", "thread-1", 1, AT, ("root",), None, payload)


def fragment(text: str, offset: int, message: str = "m", channel: str = "answer") -> Event:
    return an_event(
        "agent_thinking",
        kind="delta",
        message_id=message,
        channel=channel,
        offset=offset,
        text=text,
        model=None,
    )


def thought(text: str) -> Event:
    return an_event("agent_thinking", kind="thought", message_id="t", text=text)


class Emitted:
    """What a coalescer let go, and when it did so for the first time."""

    def __init__(self) -> None:
        self.batches: list[Sequence[LogEntry]] = []
        self.any = asyncio.Event()
        self.coalescer = Coalescer(self._take)

    def _take(self, entries: Sequence[LogEntry]) -> None:
        self.batches.append(entries)
        self.any.set()

    @property
    def entries(self) -> list[LogEntry]:
        return [entry for batch in self.batches for entry in batch]

    @property
    def texts(self) -> list[str]:
        return [entry.payload["text"] for entry in self.entries if isinstance(entry, Event)]


async def test_fragments_that_follow_each_other_become_one() -> None:
    emitted = Emitted()
    emitted.coalescer.add([fragment("Hel", 0), fragment("lo", 3)])
    emitted.coalescer.add([fragment("!", 5)])
    assert emitted.batches == []
    emitted.coalescer.flush()
    [joined] = emitted.entries
    assert isinstance(joined, Event)
    assert (joined.payload["text"], joined.payload["offset"]) == ("Hello!", 0)


async def test_what_is_held_goes_by_itself_after_a_moment() -> None:
    emitted = Emitted()
    emitted.coalescer.add([fragment("Hello", 0)])
    async with asyncio.timeout(10):
        await emitted.any.wait()
    assert emitted.texts == ["Hello"]


async def test_anything_else_passes_at_once_and_takes_what_is_held_along() -> None:
    emitted = Emitted()
    emitted.coalescer.add([fragment("Hello", 0), thought("Hm."), fragment("!", 5)])
    assert emitted.texts == ["Hello", "Hm."]
    emitted.coalescer.flush()
    assert emitted.texts == ["Hello", "Hm.", "!"]


async def test_a_lot_of_text_does_not_wait() -> None:
    emitted = Emitted()
    emitted.coalescer.add([fragment("x" * HOLD_CHARS, 0)])
    assert len(emitted.texts[0]) == HOLD_CHARS


async def test_fragments_of_different_messages_or_channels_stay_apart() -> None:
    emitted = Emitted()
    apart = [
        fragment("a", 0),
        fragment("b", 0, message="n"),
        fragment("c", 1, message="n", channel="reasoning"),
        fragment("d", 7, message="n", channel="reasoning"),
    ]
    emitted.coalescer.add(apart)
    emitted.coalescer.flush()
    assert emitted.entries == apart


def chunk(text: str, message: str = "m", kind: str = "messages") -> StreamPart:
    pair = ChunkPair((AIMessageChunk(content=text, id=message),), {"langgraph_node": "say"})
    return StreamPart(kind, "run-1", "thread-1", 1, AT, pair)


def shown(entry: LogEntry) -> str:
    if isinstance(entry, Event):
        return str(entry.payload["text"])
    data = entry.data.as_json() if isinstance(entry.data, Fragment) else entry.data
    return str(data[0].content)


async def test_chunks_of_a_message_become_one_beside_the_fragments_of_the_same_text() -> None:
    emitted = Emitted()
    for number, text in enumerate(("Hel", "lo", "!")):
        emitted.coalescer.add([fragment(text, (0, 3, 5)[number]), chunk(text)])
    emitted.coalescer.flush()
    assert [shown(entry) for entry in emitted.entries] == ["Hello!", "Hello!"]


async def test_chunks_of_different_messages_and_sub_graphs_stay_apart() -> None:
    emitted = Emitted()
    emitted.coalescer.add([chunk("a"), chunk("b", "n"), chunk("c", "n", "messages|x:1")])
    emitted.coalescer.add([chunk("d", "n", "messages|x:1"), chunk("e", "n")])
    emitted.coalescer.flush()
    assert [shown(entry) for entry in emitted.entries] == ["a", "be", "cd"]


async def test_a_whole_message_passes_at_once_behind_the_chunks_before_it() -> None:
    emitted = Emitted()
    whole = StreamPart("messages", "run-1", "thread-1", 1, AT, [AIMessage("b"), {}])
    emitted.coalescer.add([chunk("a"), whole])
    assert [shown(entry) for entry in emitted.entries] == ["a", "b"]


async def test_of_a_growing_message_only_the_newest_is_written() -> None:
    emitted, growing = Emitted(), GrowingMessage()
    for text in ("Hel", "lo"):
        part = growing.add(AIMessageChunk(content=text, id="m"))
        emitted.coalescer.add([StreamPart("messages/partial", "r", "t", 1, AT, part)])
    emitted.coalescer.flush()
    assert [shown(entry) for entry in emitted.entries] == ["Hello"]
    emitted.coalescer.add(
        [
            StreamPart(
                "messages/partial",
                "r",
                "t",
                1,
                AT,
                growing.add(AIMessageChunk(content="!", id="m")),
            )
        ]
    )
    emitted.coalescer.flush()
    assert [shown(entry) for entry in emitted.entries][1:] == ["Hello!"]


async def test_a_long_chunk_and_a_long_tool_call_do_not_wait() -> None:
    emitted = Emitted()
    emitted.coalescer.add([chunk("x" * HOLD_CHARS)])
    call = tool_call_chunk(name="t", args="y" * HOLD_CHARS, id="c", index=0)
    calling = AIMessageChunk(content="", id="n", tool_call_chunks=[call])
    emitted.coalescer.add([replace(chunk(""), data=ChunkPair((calling,), {}))])
    assert len(emitted.entries) == 2


async def test_taking_a_message_back_stays_an_event_of_its_own() -> None:
    emitted = Emitted()
    emitted.coalescer.add([fragment("no", 0), fragment("", 0), fragment("yes", 0)])
    emitted.coalescer.flush()
    assert emitted.texts == ["no", "", "yes"]


async def test_flushing_nothing_emits_nothing() -> None:
    emitted = Emitted()
    emitted.coalescer.flush()
    assert emitted.batches == []


_STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from("mn"), st.sampled_from(["answer", "reasoning"])),
        st.tuples(st.just("retract"), st.sampled_from("mn"), st.just("answer")),
        st.tuples(st.just("flush"), st.just(""), st.just("")),
    ),
    max_size=40,
)


@given(steps=_STEPS)
async def test_a_reader_sees_the_same_with_and_without_it(
    steps: list[tuple[str, str, str]],
) -> None:
    emitted, given_events = Emitted(), list[Event]()
    lengths: dict[tuple[str, str], int] = {}
    for number, (step, message, channel) in enumerate(steps):
        if step == "flush":
            emitted.coalescer.flush()
            continue
        text = f"<{number}>" if step == "say" else ""
        offset = lengths.get((message, channel), 0) if step == "say" else 0
        lengths[message, channel] = offset + len(text)
        event = fragment(text, offset, message, channel)
        given_events.append(event)
        emitted.coalescer.add([event])
    emitted.coalescer.flush()
    out = [entry.body() for entry in emitted.entries]
    assert heard(out) == heard([event.body() for event in given_events])
