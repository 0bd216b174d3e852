"""The one seam to issuers outside: discovery, keys and token endpoints are asked through it."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, cast

from domain.errors import AnswerTooLarge, CallRefused, Unavailable
from tools.http_client import CallFailed, CallLimits, HttpClient

logger = logging.getLogger(__name__)

#: A person waits for it, and no document of an issuer is large.
ISSUER_LIMITS: Final = CallLimits(
    connect_s=5.0, read_s=10.0, total_s=15.0, answer_bytes=1024 * 1024, redirects=3
)
_MOST_LOGGED: Final = 300


@dataclass(frozen=True, slots=True)
class Question:
    """A request to an issuer."""

    url: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: str | None = None


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


class HttpOutgoing:
    """Asks over the service's only way out."""

    def __init__(self, client: HttpClient) -> None:
        self._client = client

    async def __call__(self, question: Question) -> Reply:
        """The answer; raises `Unavailable`."""
        headers = {"Accept": "application/json", **question.headers}
        try:
            response = await self._client.request(
                question.method, question.url, headers=headers, content=question.body
            )
        except (CallFailed, CallRefused, AnswerTooLarge) as error:
            logger.warning("The issuer at %s was not asked: %s", question.url, error)
            raise IssuerAway from error
        return Reply(response.status_code, response.content)


async def json_of(outgoing: Outgoing, question: Question) -> dict[str, Any]:
    """The JSON object that an issuer answers with; raises `Unavailable`."""
    reply = await outgoing(question)
    try:
        answer: Any = json.loads(reply.body)
    except ValueError as error:
        logger.warning("The issuer at %s did not answer with JSON.", question.url)
        raise IssuerAway from error
    if reply.status != 200 or not isinstance(answer, dict):
        said = reply.body[:_MOST_LOGGED].decode("utf-8", "replace")
        logger.warning("The issuer at %s answered %s: %r", question.url, reply.status, said)
        raise IssuerAway
    return cast(dict[str, Any], answer)
