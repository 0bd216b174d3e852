"""What checkpoints are revived into: messages, plain values, and the types that are named.

LangGraph's default imports and calls whatever a checkpoint names, and may fall back to pickle. Here
a value of any other type comes back as the plain data it was made of, and the log names the type.
"""

from collections.abc import Iterable

from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer


def serializer(types: Iterable[tuple[str, ...]] = ()) -> JsonPlusSerializer:
    """A serializer for LangGraph's safe types and these, each a module and a name."""
    return JsonPlusSerializer(
        pickle_fallback=False,
        allowed_json_modules=None,
        allowed_msgpack_modules=tuple(types) or None,
    )
