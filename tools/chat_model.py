"""The chat models of the process: the configured one while it answers, else the playbook.

`ChatModels` knows whether the configured endpoint is worth calling. Nodes ask it for the model,
report how the call went, and answer with the playbook when there is none.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from langchain_core.language_models import BaseChatModel

from tools.circuit_breaker import CircuitBreaker
from tools.model_failures import ModelFailure
from tools.model_settings import ModelSettings
from tools.playbook_model import PLAYBOOK_MODEL

if TYPE_CHECKING:
    from tools.openai_endpoint import OpenAIEndpoint

_log = logging.getLogger(__name__)

#: So many broken answers in a row count as an outage.
_BROKEN_STREAMS_LIMIT = 3


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """Which model answers now; `reason` says why it is not the configured one."""

    status: Literal["ok", "degraded"]
    model: str
    configured: str | None
    since: datetime
    reason: str | None = None


class ChatModels:
    """The configured model with a circuit breaker in front of it."""

    def __init__(self, settings: ModelSettings, breaker: CircuitBreaker | None = None) -> None:
        self._settings = settings
        self._breaker = breaker or CircuitBreaker(settings.retry_after_s)
        self._endpoint = _endpoint(settings) if settings.is_configured else None
        self._broken_streams = 0
        self._failure: ModelFailure | None = None
        self._since = datetime.now(UTC)

    @property
    def settings(self) -> ModelSettings:
        """What this was made from."""
        return self._settings

    @property
    def configured_name(self) -> str | None:
        """The name of the configured model; None when only the playbook is there."""
        return self._endpoint.model_name if self._endpoint else None

    def primary(self) -> BaseChatModel | None:
        """The model to call now; None while its endpoint is down or when none is configured.

        Report the outcome with `report_success` or `report_failure`.
        """
        if self._endpoint is None or not self._breaker.admit():
            return None
        return self._endpoint.model

    @property
    def failure(self) -> ModelFailure | None:
        """Why the configured model is not used at present."""
        return self._failure

    def report_success(self) -> None:
        """The configured model gave a whole answer."""
        self._broken_streams = 0
        if self._failure is not None:
            _log.info("The model %s answers again.", self.configured_name)
            self._failure = None
            self._since = datetime.now(UTC)
        self._breaker.close()

    def report_failure(self, failure: ModelFailure) -> None:
        """The configured model gave no usable answer."""
        _log.warning("The model %s %s.", self.configured_name, failure.reason)
        if failure.is_broken_stream:
            self._broken_streams += 1
        is_outage = failure.is_outage or self._broken_streams >= _BROKEN_STREAMS_LIMIT
        if not is_outage and not self._breaker.is_open:
            return
        if self._failure is None:
            self._since = datetime.now(UTC)
        self._failure = failure
        self._breaker.open(failure.pause_s)

    def status(self) -> ModelStatus:
        """Which model answers, and since when."""
        configured = self.configured_name
        if configured is None:
            reason = "No chat model is configured, so the built-in playbook answers."
            return ModelStatus("ok", PLAYBOOK_MODEL, None, self._since, reason)
        if self._failure is None:
            return ModelStatus("ok", configured, configured, self._since)
        reason = f"The model {configured} {self._failure.reason}; the built-in playbook answers."
        return ModelStatus("degraded", PLAYBOOK_MODEL, configured, self._since, reason)

    def describe(self, error: Exception) -> ModelFailure:
        """What an exception of the configured model's call or stream means."""
        if self._endpoint is None:
            raise LookupError("No chat model is configured, so none can have failed.") from error
        return self._endpoint.describe(error)

    async def probe(self) -> ModelStatus:
        """Look whether the endpoint is up, without spending tokens; call this periodically."""
        if self._endpoint is None or self._must_wait():
            return self.status()
        failure = await self._endpoint.look()
        if failure is None:
            self.report_success()
        elif failure.is_outage:
            self.report_failure(failure)
        return self.status()

    async def aclose(self) -> None:
        """Close the connections to the endpoint."""
        if self._endpoint is not None:
            await self._endpoint.aclose()

    def _must_wait(self) -> bool:
        """Whether a look is of no use yet: that /models answers does not mean that chat does."""
        failure = self._failure
        return failure is not None and not failure.is_unreachable and not self._breaker.is_due


def _endpoint(settings: ModelSettings) -> "OpenAIEndpoint":
    # Its client takes half a second to import, which a service without a model need not wait for.
    from tools.openai_endpoint import OpenAIEndpoint

    return OpenAIEndpoint(settings)
