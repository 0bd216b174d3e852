"""From LangGraph's `messages` parts to what clients of the two message modes get."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import BaseMessage, BaseMessageChunk

from graphs.message_chunks import ChunkPair, GrowingMessage
from graphs.stream_parts import Namespace, task_id_of

#: Event name and data.
Row = tuple[str, Any]
Said = tuple[BaseMessage, Mapping[str, Any]]


class NodeMetadata(BaseCallbackHandler):
    """Hears the metadata of the root graph's nodes, by task, as their messages carry it."""

    run_inline = True

    def __init__(self) -> None:
        self.by_task: dict[str, Mapping[str, Any]] = {}

    def on_chain_start(
        self,
        serialized: dict[str, Any],
        inputs: dict[str, Any],
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        """Note a node of the root graph that starts."""
        segment = str((metadata or {}).get("langgraph_checkpoint_ns", "|"))
        if metadata and "|" not in segment and kwargs.get("name") == metadata["langgraph_node"]:
            self.by_task[task_id_of(segment)] = metadata


class RootMessages:
    """What is said in the root graph when nobody listens to its sub-graphs.

    What a sub-graph says counts as said by its node, whole, once the node returns it. LangGraph
    would stream it so, had it not been asked for the sub-graphs' messages too.
    """

    def __init__(self, nodes: NodeMetadata) -> None:
        self._nodes = nodes
        #: Ids of messages that were said in the root graph or given to its nodes.
        self._known: set[str] = set()
        #: Ids of messages that sub-graphs said.
        self._said_inside: set[str] = set()

    def said(self, namespace: Namespace, said: Said) -> list[Said]:
        """A message part; nothing for those of sub-graphs."""
        message = said[0]
        if namespace:
            self._said_inside.add(str(message.id))
            return []
        self._known.add(str(message.id))
        return [said]

    def task_started(self, task: Mapping[str, Any]) -> None:
        """A node of the root graph begins with this input."""
        self._known.update(str(message.id) for message in _messages(task.get("input")))

    def task_ended(self, task: Mapping[str, Any]) -> list[Said]:
        """What a node of the root graph returns of what its sub-graphs said."""
        found: list[Said] = []
        for message in _messages(task.get("result")):
            if message.id in self._said_inside and message.id not in self._known:
                self._known.add(message.id)
                found.append((message, self._nodes.by_task.get(task["id"], {})))
        return found


class MessageRows:
    """Both message modes over what is said."""

    def __init__(self, *, pairs: bool, whole: bool) -> None:
        """`pairs` is the mode `messages-tuple`, `whole` the mode `messages`."""
        self._pairs = pairs
        self._whole = whole
        self._growing: dict[str, GrowingMessage] = {}

    def rows(self, said: Said) -> Iterator[Row]:
        """Events and data for a message or a chunk of one."""
        message, metadata = said
        is_chunk = isinstance(message, BaseMessageChunk)
        if self._pairs:
            yield "messages", ChunkPair((message,), metadata) if is_chunk else [message, metadata]
        if not self._whole:
            return
        key = str(message.id)
        if key not in self._growing:
            self._growing[key] = GrowingMessage()
            yield "messages/metadata", {key: {"metadata": metadata}}
        if is_chunk:
            yield "messages/partial", self._growing[key].add(message)
        else:
            yield "messages/complete", [message]


def _messages(values: Any) -> Iterator[BaseMessage]:
    """The messages in a node's input or result, where LangGraph looks for them."""
    if isinstance(values, Mapping):
        fields: Iterable[Any] = cast(Mapping[str, Any], values).values()
    else:
        fields = (values,)
    for field in fields:
        items = cast(list[Any], field) if isinstance(field, list | tuple) else [field]
        yield from (item for item in items if isinstance(item, BaseMessage))
