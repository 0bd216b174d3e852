"""One OpenAI-compatible endpoint: its chat model, and a look whether it is up."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import openai
from langchain_core.language_models import BaseChatModel
from langchain_core.outputs import ChatGenerationChunk
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from domain.egress import EgressRules
from domain.errors import CallRefused, InvalidSettings
from tools.http_client import CallLimits, HttpClient, blocking_calls_refused, http_client
from tools.model_failures import ModelFailure
from tools.model_settings import ModelSettings
from tools.openai_failures import describe_failure

#: Used when only a key is configured.
_DEFAULT_MODEL = "gpt-4o"
_DEFAULT_BASE_URL = "https://api.openai.com/v1"
#: Local servers want no key, but the client insists on sending one.
_NO_KEY = "none"
#: A probe is a look, not a call: it never waits longer than this.
_PROBE_TIMEOUT_S = 5.0
#: No model says so much in one answer.
_ANSWER_BYTES = 64 * 1024 * 1024
_PORTS = {"http": 80, "https": 443}
#: What OpenAI-compatible servers call the reasoning part of a delta.
_REASONING_FIELDS = ("reasoning_content", "reasoning")


class OpenAIEndpoint:
    """The configured model and its connections."""

    def __init__(self, settings: ModelSettings) -> None:
        self._model = _open_ai(settings)

    @property
    def model(self) -> BaseChatModel:
        """The chat model, streaming."""
        return self._model

    @property
    def model_name(self) -> str:
        """What the endpoint calls it."""
        return self._model.model_name

    def describe(self, error: Exception) -> ModelFailure:
        """What an exception of a call or stream means."""
        return describe_failure(error)

    async def look(self) -> ModelFailure | None:
        """Whether the endpoint is up, without spending tokens; None when it answers.

        Any answer to GET /models will do: some servers have no such path, and what it lists is of
        no interest.
        """
        models = self._model.root_async_client.models
        try:
            await models.with_raw_response.list(timeout=_PROBE_TIMEOUT_S)
        except openai.NotFoundError:
            return None
        except (openai.OpenAIError, CallRefused) as error:
            return describe_failure(error)
        return None

    async def aclose(self) -> None:
        """Close the connections."""
        await self._model.root_async_client.close()


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


def _open_ai(settings: ModelSettings) -> ChatOpenAI:
    # Everything is given, so that the client reads nothing from the environment; also its
    # connections, which langchain-openai would share with every model of the same address and
    # timeout: closing one endpoint would close another's, and connections outlive their event loop.
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
        http_async_client=_calls(settings),
        http_client=blocking_calls_refused(),
    )


def _calls(settings: ModelSettings) -> HttpClient:
    """What reaches the endpoint and, of all addresses that are not public, no other."""
    base_url = settings.base_url or _DEFAULT_BASE_URL
    limits = CallLimits(
        connect_s=settings.timeout_s,
        read_s=settings.timeout_s,
        total_s=None,
        answer_bytes=_ANSWER_BYTES,
    )
    return http_client(EgressRules().and_also(_place(base_url)), limits)


def _place(base_url: str) -> str:
    """The endpoint as an entry of an allow-list; raises `InvalidSettings`."""
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        EgressRules().and_also(place)
    except (ValueError, KeyError) as error:
        raise InvalidSettings(
            "The setting OPENAI_BASE_URL cannot be used: it is no address such as "
            "https://api.example.com/v1."
        ) from error
    return place
