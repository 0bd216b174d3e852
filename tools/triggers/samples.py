"""Samples of triggers' data: what providers really send, read as deliveries are."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict

from domain.webhooks.incoming import Incoming
from domain.webhooks.parsing import parsed


class NoParams(BaseModel):
    """Nothing to choose."""

    model_config = ConfigDict(extra="forbid")


def of_json(service: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The data of a JSON body."""
    return _data(service, "application/json", json.dumps(body))


def of_form(service: str, fields: Mapping[str, str]) -> Mapping[str, Any]:
    """The data of a form."""
    return _data(service, "application/x-www-form-urlencoded", urlencode(fields))


def _data(service: str, content_type: str, body: str) -> Mapping[str, Any]:
    incoming = Incoming("", {"content-type": content_type}, body.encode(), 0)
    return parsed(service, incoming).data
