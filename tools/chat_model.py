"""The chat models of the process: the configured one while it answers, else the playbook.

`ChatModels` knows whether the configured endpoint is worth calling. Nodes ask it for the model,
report how the call went, and answer with the playbook when there is none.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import openai
from langchain_core.language_models import BaseChatModel
from langchain_core.outputs import ChatGenerationChunk
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from tools.circuit_breaker import CircuitBreaker
from tools.model_failures import ModelFailure, describe_failure
from tools.playbook_model import PLAYBOOK_MODEL

_log = logging.getLogger(__name__)

#: Used when only a key is configured.
_DEFAULT_MODEL = "gpt-4o"
_DEFAULT_BASE_URL = "https://api.openai.com/v1"
#: Local servers want no key, but the client insists on sending one.
_NO_KEY = "none"
#: So many broken answers in a row count as an outage.
_BROKEN_STREAMS_LIMIT = 3
#: A probe is a look, not a call: it never waits longer than this.
_PROBE_TIMEOUT_S = 5.0
#: What OpenAI-compatible servers call the reasoning part of a delta.
_REASONING_FIELDS = ("reasoning_content", "reasoning")


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """Which endpoint to use. Any of model, key and base URL makes it configured."""

    model: str | None = None
    api_key: str | None = None
    base_url: str | None = None
    #: Longest silence to accept: before the first piece of an answer and between pieces.
    timeout_s: float = 30.0
    #: How long to leave an endpoint alone after it failed.
    retry_after_s: float = 30.0
    #: Further tries, at once, when nothing has been answered yet and another try may help.
    max_retries: int = 1
    temperature: float | None = None

    @property
    def is_configured(self) -> bool:
        """Whether there is an endpoint to call at all."""
        return bool(self.model or self.api_key or self.base_url)


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """Which model answers now; `reason` says why it is not the configured one."""

    status: Literal["ok", "degraded"]
    model: str
    configured: str | None
    since: datetime
    reason: str | None = None


class ReasoningChatOpenAI(ChatOpenAI):
    """ChatOpenAI that keeps the reasoning which compatible servers stream beside the answer."""

    def _convert_chunk_to_generation_chunk(
        self,
        chunk: dict[str, Any],
        default_chunk_class: type,
        base_generation_info: dict[str, Any] | None,
    ) -> ChatGenerationChunk | None:
        parent: Any = super()  # The method's types are open in places.
        converted: ChatGenerationChunk | None = parent._convert_chunk_to_generation_chunk(
            chunk, default_chunk_class, base_generation_info
        )
        if converted and (reasoning := _reasoning_in(chunk)):
            converted.message.additional_kwargs["reasoning_content"] = reasoning
        return converted


def _reasoning_in(chunk: Mapping[str, Any]) -> str | None:
    choices: list[dict[str, Any]] = chunk.get("choices") or [{}]
    delta: dict[str, Any] = choices[0].get("delta") or {}
    found = (delta.get(field) for field in _REASONING_FIELDS)
    return next((text for text in found if isinstance(text, str) and text), None)


class ChatModels:
    """The configured model with a circuit breaker in front of it."""

    def __init__(self, settings: ModelSettings, breaker: CircuitBreaker | None = None) -> None:
        self._settings = settings
        self._breaker = breaker or CircuitBreaker(settings.retry_after_s)
        self._primary = _open_ai(settings) if settings.is_configured else None
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
        return self._primary.model_name if self._primary else None

    def primary(self) -> BaseChatModel | None:
        """The model to call now; None while its endpoint is down or when none is configured.

        Report the outcome with `report_success` or `report_failure`.
        """
        if self._primary is None or not self._breaker.admit():
            return None
        return self._primary

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

    async def probe(self) -> ModelStatus:
        """Look whether the endpoint is up, without spending tokens; call this periodically.

        Any answer to GET /models will do: some servers have no such path, and what it lists is of
        no interest.
        """
        if self._primary is None or self._must_wait():
            return self.status()
        models = self._primary.root_async_client.models
        try:
            await models.with_raw_response.list(timeout=_PROBE_TIMEOUT_S)
        except openai.NotFoundError:
            self.report_success()
        except openai.OpenAIError as error:
            failure = describe_failure(error)
            if failure.is_outage:
                self.report_failure(failure)
        else:
            self.report_success()
        return self.status()

    async def aclose(self) -> None:
        """Close the connections to the endpoint."""
        if self._primary is not None:
            await self._primary.root_async_client.close()

    def _must_wait(self) -> bool:
        """Whether a look is of no use yet: that /models answers does not mean that chat does."""
        failure = self._failure
        return failure is not None and not failure.is_unreachable and not self._breaker.is_due


def _open_ai(settings: ModelSettings) -> ChatOpenAI:
    # Everything is given, so that the client reads nothing from the environment.
    return ReasoningChatOpenAI(
        model=settings.model or _DEFAULT_MODEL,
        api_key=SecretStr(settings.api_key or _NO_KEY),
        base_url=settings.base_url or _DEFAULT_BASE_URL,
        timeout=settings.timeout_s,
        stream_chunk_timeout=settings.timeout_s,
        temperature=settings.temperature,
        max_retries=0,
        streaming=True,
        stream_usage=True,
        use_responses_api=False,
    )
