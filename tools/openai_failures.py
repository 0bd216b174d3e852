"""What an OpenAI-compatible endpoint's failure means, from the exception its client raised."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast

import openai
from langchain_openai import StreamChunkTimeoutError

from domain.errors import CallRefused
from tools.model_failures import ModelFailure

#: An endpoint may ask for a longer pause than this; we look again anyway.
_MAX_PAUSE_S = 600.0
#: What HTTP clients raise when a connection that stood is lost.
_BROKEN_OFF = {"RemoteProtocolError", "ReadError", "ConnectionResetError"}


def describe_failure(error: Exception) -> ModelFailure:
    """The failure behind an exception that a chat model's call or stream raised."""
    if isinstance(error, openai.APITimeoutError | StreamChunkTimeoutError | TimeoutError):
        return ModelFailure("did not answer in time", is_outage=True)
    if isinstance(error, CallRefused):
        return ModelFailure(f"may not be called: {str(error).rstrip('.')}", is_outage=True)
    if isinstance(error, openai.APIStatusError):
        return _status_failure(error)
    if isinstance(error, openai.APIConnectionError | OSError):
        return _connection_failure(error)
    if isinstance(error, json.JSONDecodeError | openai.APIResponseValidationError):
        return ModelFailure("sent an answer that is not valid JSON", is_broken_stream=True)
    if isinstance(error, openai.APIError):
        return ModelFailure(f"reported an error: {error.message}", is_broken_stream=True)
    return ModelFailure("sent an answer that cannot be read", is_broken_stream=True)


def _connection_failure(error: Exception) -> ModelFailure:
    if _BROKEN_OFF & {type(cause).__name__ for cause in _causes(error)}:
        return ModelFailure("broke off the connection", is_broken_stream=True, is_transient=True)
    return ModelFailure(
        "cannot be reached (no connection to its address)",
        is_outage=True,
        is_transient=True,
        is_unreachable=True,
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__


def _status_failure(error: openai.APIStatusError) -> ModelFailure:
    status = error.status_code
    if status == 401:
        return ModelFailure("refused the API key (401): check the configured key", is_outage=True)
    if status == 403:
        return ModelFailure(
            "refused access (403): the API key lacks the right to use this model", is_outage=True
        )
    if status == 404:
        return ModelFailure(
            "does not exist at its endpoint (404): check the model's name and the base URL",
            is_outage=True,
        )
    if status == 429:
        pause_s = _retry_after_s(error)
        wait = f"; it asks to wait {pause_s:.0f} s" if pause_s else ""
        return ModelFailure(
            f"has no quota left for now (429){wait}",
            is_outage=True,
            pause_s=pause_s,
        )
    if status >= 500:
        return ModelFailure(f"failed on its side ({status})", is_outage=True, is_transient=True)
    return ModelFailure(f"refused the request ({status}): {_said(error)}")


def _said(error: openai.APIStatusError) -> str:
    body: object = error.body
    said = cast(Mapping[str, Any], body).get("message") if isinstance(body, Mapping) else None
    message = str(said or error.message).rstrip(".")
    return message if len(message) <= 200 else f"{message[:199]}…"


def _retry_after_s(error: openai.APIStatusError) -> float | None:
    """The header `Retry-After`: seconds or an HTTP date."""
    value = error.response.headers.get("retry-after")
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return None
    return min(max(seconds, 0.0), _MAX_PAUSE_S)
