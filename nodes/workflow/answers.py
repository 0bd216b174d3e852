"""Answers of agents that have to have a shape: found in what they said, and checked."""

from collections.abc import Mapping
from json import JSONDecodeError, JSONDecoder
from typing import Any, Final, cast

from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.validators import validator_for
from referencing import Registry
from referencing.exceptions import Unresolvable

from domain.blueprints.blueprint import Node
from domain.errors import InvalidInput

_MOST_SAID: Final = 300


class AnswerUnfit(InvalidInput):
    """An answer without the data that was asked for."""

    def __init__(self, node_id: str, reason: str) -> None:
        super().__init__(
            f"What {node_id} answered does not fit its output_schema: {reason[:_MOST_SAID]}. Ask "
            "it for a JSON object with just these fields, or change the schema."
        )


class SchemaUnusable(InvalidInput):
    """A schema that says nothing that can be checked."""

    def __init__(self, node_id: str) -> None:
        super().__init__(
            f"The output_schema of {node_id} is no JSON schema that can be used. Correct it, "
            "without references to other addresses or to itself."
        )


def require_fit(node: Node, answer: str | Mapping[str, Any]) -> dict[str, Any] | None:
    """The answer's data; None when the node asks for none.

    Raises `AnswerUnfit`, `SchemaUnusable`.
    """
    schema = node.data.params.get("output_schema")
    if schema is None:
        return None
    data = _object_in(answer) if isinstance(answer, str) else dict(answer)
    if data is None:
        raise AnswerUnfit(node.id, "there is no JSON object in it")
    try:
        kind = validator_for(schema)
        kind.check_schema(schema)
        # An empty registry: nothing is fetched that the schema refers to.
        kind(schema, registry=Registry()).validate(data)
    except ValidationError as error:
        where = "".join(f"{part}: " for part in error.absolute_path)
        raise AnswerUnfit(node.id, f"{where}{error.message}") from None
    except (SchemaError, Unresolvable, RecursionError, AttributeError, TypeError):
        raise SchemaUnusable(node.id) from None
    return data


def _object_in(text: str) -> dict[str, Any] | None:
    """The first JSON object in a text; people's models like to say something around it."""
    start = text.find("{")
    while start >= 0:
        try:
            found, _ = JSONDecoder().raw_decode(text, start)
        except (JSONDecodeError, RecursionError):
            found = None
        if isinstance(found, dict):
            return cast(dict[str, Any], found)
        start = text.find("{", start + 1)
    return None
