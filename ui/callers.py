"""What Gradio hands to a handler, as plain values: who calls, the address, the button pressed."""

from collections.abc import Mapping
from typing import Any, cast

import gradio as gr

from ui.api_client import ApiClient

#: Headers of the browser's request that say who it is, and from which page it came.
CREDENTIALS = ("authorization", "x-api-key", "cookie", "origin", "sec-fetch-site")


def client_for(api_url: str, request: gr.Request) -> ApiClient:
    """The API as the person at the browser may use it: with their own credentials."""
    sent = dict(cast(Mapping[str, str], request.headers))
    return ApiClient(api_url, {name: sent[name] for name in CREDENTIALS if name in sent})


def queries(request: gr.Request) -> dict[str, str]:
    """The parameters of the page's address."""
    return dict(cast(Mapping[str, str], request.query_params))


def query_value(request: gr.Request, name: str) -> str:
    """A parameter of the page's address; empty when it is not there."""
    return queries(request).get(name, "")


def action_of(event: gr.EventData) -> dict[str, str]:
    """The data attributes of the button that was pressed in a live block."""
    data: Any = vars(event).get("_data")
    return {key: str(value) for key, value in cast(dict[str, Any], data or {}).items()}
