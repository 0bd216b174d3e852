"""The one seam to issuers outside: discovery, keys and token endpoints are asked through it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

from domain.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Question:
    """A request to an issuer."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """What the issuer answered."""

    status: int
    body: bytes


class Outgoing(Protocol):
    """Asks an issuer; raises `Unavailable` when there is no answer."""

    async def __call__(self, question: Question) -> Reply:
        """The answer."""
        ...


class IssuerAway(Unavailable):
    """An issuer outside did not answer, or not as it should."""

    def __init__(self) -> None:
        super().__init__(
            "The sign-in provider does not answer as it should. Try again in a moment; the log "
            "has what it said."
        )


async def json_of(outgoing: Outgoing, question: Question) -> dict[str, Any]:
    """The JSON object that an issuer answers with; raises `Unavailable`."""
    reply = await outgoing(question)
    try:
        answer: Any = json.loads(reply.body)
    except ValueError as error:
        raise IssuerAway from error
    if reply.status != 200 or not isinstance(answer, dict):
        raise IssuerAway
    return cast(dict[str, Any], answer)
