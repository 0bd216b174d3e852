"""A graph whose model says so many words a second, each the time at which it was said."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from typing import Annotated, Any, TypedDict

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, AnyMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from langgraph.graph import START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.graph.state import CompiledStateGraph

#: Chunks of one run, and seconds between them; the benchmark sets them for the service.
CHUNKS = int(os.environ.get("BENCHMARK_CHUNKS", "500"))
INTERVAL_S = float(os.environ.get("BENCHMARK_INTERVAL_S", "0.02"))


class State(TypedDict):
    """A conversation."""

    messages: Annotated[list[AnyMessage], add_messages]


class Clockwork(BaseChatModel):
    """Streams the time, at a fixed pace."""

    @property
    def _llm_type(self) -> str:
        return "clockwork"

    def _generate(self, messages: list[BaseMessage], *args: Any, **kwargs: Any) -> ChatResult:
        said = AIMessage(content=f"{time.time():.4f} ")
        return ChatResult(generations=[ChatGeneration(message=said)])

    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        loop = asyncio.get_running_loop()
        began = loop.time()
        for number in range(CHUNKS):
            await asyncio.sleep(max(0.0, began + number * INTERVAL_S - loop.time()))
            text = f"{time.time():.4f} "
            chunk = ChatGenerationChunk(message=AIMessageChunk(content=text))
            if run_manager:
                await run_manager.on_llm_new_token(text, chunk=chunk)
            yield chunk


async def speak(state: State) -> dict[str, Any]:
    """Say it all."""
    return {"messages": [await Clockwork().ainvoke(state["messages"])]}


def _compiled() -> CompiledStateGraph[State, None, State, State]:
    builder = StateGraph(State)
    builder.add_node("speak", speak)
    builder.add_edge(START, "speak")
    return builder.compile(name="clockwork")


graph = _compiled()
