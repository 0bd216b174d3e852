"""Runs an agent's graph in memory and notes all that it streams."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from langchain_core.messages import AIMessage, AnyMessage
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command, Interrupt

from graphs.tool_agent import AgentGraph
from tests.standins.ports import MemoryPorts
from tools.context import AgentContext

#: "tools" is missing in the library's own type.
MODES: Any = ["messages", "custom", "tools"]


class AgentThread:
    """One thread of a graph, with everything that its runs streamed."""

    def __init__(self, graph: AgentGraph, memory: MemoryPorts, tenant_id: str = "local") -> None:
        self._graph = graph.copy({"checkpointer": InMemorySaver()})
        self._tenant_id, self._ports = tenant_id, memory.ports()
        self.thread_id = uuid4()
        self._config: RunnableConfig = {"configurable": {"thread_id": str(self.thread_id)}}
        self.thoughts: list[str] = []
        #: Names of the tools in the order in which they ended.
        self.tools: list[str] = []
        self.retractions = 0
        #: Which models spoke, by message.
        self.models: dict[str, str] = {}
        self.reasoning = ""
        #: The node path of every part, as names.
        self.paths: list[str] = []

    async def ask(self, text: str) -> None:
        await self._run({"messages": [{"role": "user", "content": text}]})

    async def answer(self, value: object) -> None:
        question = await self.question()
        assert question is not None
        await self._run(Command(resume={question.id: value}))

    async def _run(self, given: Any) -> None:
        names: dict[str, str] = {}
        async for part in self._graph.astream(
            given,
            self._config,
            context=AgentContext(tenant_id=self._tenant_id, ports=self._ports),
            stream_mode=MODES,
            subgraphs=True,
            version="v2",
        ):
            self.paths.append("/".join(segment.split(":")[0] for segment in part["ns"]))
            match part["type"]:
                case "messages":
                    self._note_message(*part["data"])
                case "custom":
                    self._note_custom(part["data"])
                case _:
                    self._note_tool(part["data"], names)

    def _note_message(self, message: Any, metadata: Mapping[str, Any]) -> None:
        if isinstance(message, AIMessage):
            self.models[str(message.id)] = metadata["ls_model_name"]
            self.reasoning += message.additional_kwargs.get("reasoning_content", "")

    def _note_custom(self, data: Mapping[str, Any]) -> None:
        if "thought" in data:
            self.thoughts.append(data["thought"])
        self.retractions += bool(data.get("retract"))

    def _note_tool(self, data: Mapping[str, Any], names: dict[str, str]) -> None:
        if data["event"] == "tool-started":
            names[data["tool_call_id"]] = data["tool_name"]
        elif data["event"] == "tool-finished":
            self.tools.append(names[data["tool_call_id"]])

    async def messages(self) -> list[AnyMessage]:
        state = await self._graph.aget_state(self._config)
        return list(state.values["messages"])

    async def last(self) -> AIMessage:
        message = (await self.messages())[-1]
        assert isinstance(message, AIMessage)
        return message

    async def question(self) -> Interrupt | None:
        """What waits for an answer."""
        state = await self._graph.aget_state(self._config)
        return state.interrupts[0] if state.interrupts else None

    async def next_nodes(self) -> tuple[str, ...]:
        return (await self._graph.aget_state(self._config)).next
