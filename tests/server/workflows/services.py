"""Integrations for tests: one that starts by hand, one that writes, one that needs an account."""

import json
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from tools.integration import Action, Call, Integration, Trigger
from tools.registry import Integrations
from tools.triggers.goldenpath import TRIGGERS as ENDS


class Nothing(BaseModel):
    """No parameters."""


class Payload(BaseModel):
    """Whatever is given."""

    model_config = {"extra": "allow"}


class Text(BaseModel):
    """A text."""

    text: str


class Message(BaseModel):
    """A message to somebody."""

    phone_number: str
    message: str


async def write(call: Call, params: Text) -> Text:
    return params


async def send(call: Call, params: Message) -> Text:
    return Text(text=params.message)


def trigger(name: str, kind: str | None = None) -> Trigger:
    return Trigger(name, name, "", Nothing, Payload, {"amount": 5}, kind, (f"when {name}",))


INTEGRATIONS = Integrations(
    [
        Integration("manual", "By hand", "", triggers=(trigger("start"),)),
        Integration(
            "log", "Log", "", actions=(Action("write", "Write", "", Text, Text, "keyed", write),)
        ),
        Integration(
            "whatsapp",
            "WhatsApp",
            "",
            actions=(
                Action("send", "Send", "", Message, Text, "unsafe", send, connection_kind="basic"),
            ),
            triggers=(trigger("message_received", "basic"),),
        ),
        Integration("goldenpath", "goldenpath", "", triggers=ENDS),
    ]
)


def config_with_graph(folder: Path) -> Path:
    """A langgraph.json that serves the small graph."""
    graph = Path(__file__).with_name("graph.py")
    config = folder / "langgraph.json"
    graphs: dict[str, Any] = {"workflow": f"{graph}:graph"}
    config.write_text(json.dumps({"graphs": graphs}))
    return config
