"""A provider's JSON API, as one call asks it: at its own address and with its own credentials."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.errors import AnswerTooLarge, OutcomeUnknown, ProviderBusy, ProviderRefused
from tools.http_client import BadAddress, CallFailed, HttpClient
from tools.provider_answers import Failure, failed, lost


@dataclass(frozen=True, slots=True)
class Ask:
    """One request."""

    method: str
    #: Below the provider's address, its variable parts quoted.
    path: str
    #: Whether it may do something; a lost answer then leaves a doubt.
    changes: bool = False
    query: Mapping[str, str] | None = None
    form: Mapping[str, str] | None = None
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    #: Statuses that leave it open whether something happened.
    unsure: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Explained:
    """What a provider says of an error, from its answer's body."""

    reason: str
    next_step: str | None = None


@dataclass(frozen=True, slots=True)
class ProviderApi:
    """Where a provider is, and how it is asked."""

    #: As people know it.
    name: str
    client: HttpClient
    #: All requests go below it, so that credentials are sent nowhere else.
    base_url: str
    #: Among them what signs in.
    headers: Mapping[str, str] = field(repr=False)
    #: The provider's own words and code, out of the body of an error.
    explain: Callable[[Any], Explained]

    async def ask(self, ask: Ask) -> Any:
        """What it answers, as JSON data; raises a `ProviderFailed` for whatever is no success."""
        url = f"{self.base_url.rstrip('/')}{ask.path}"
        try:
            response = await self.client.request(
                ask.method,
                url,
                params=ask.query,
                data=ask.form,
                json=ask.json,
                headers={**self.headers, **ask.headers},
            )
        except BadAddress as error:
            raise ProviderRefused(
                self.name, "its address cannot be called", "Correct the connection's address."
            ) from error
        except (CallFailed, AnswerTooLarge) as error:
            raise lost(self.name, error, changes=ask.changes) from error
        try:
            body: Any = response.json() if response.content else None
        except ValueError as error:
            if response.is_success:
                raise self._unreadable(ask) from error
            body = None
        if not response.is_success:
            explained = self.explain(body)
            if response.status_code in ask.unsure:
                raise OutcomeUnknown(self.name, explained.reason)
            failure = Failure(
                response.status_code, explained.reason, response.headers, explained.next_step
            )
            raise failed(self.name, failure, changes=ask.changes)
        return body

    def _unreadable(self, ask: Ask) -> ProviderBusy | OutcomeUnknown:
        reason = "its answer is no JSON"
        return OutcomeUnknown(self.name, reason) if ask.changes else ProviderBusy(self.name, reason)


def basic_header(user: str, password: str) -> Mapping[str, str]:
    """HTTP's basic sign-in."""
    pair = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}
