"""Slack's triggers: events of its Events API, and slash commands."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from domain.webhooks.events import SlackCommandData, SlackEventData
from tools.integration import Trigger
from tools.triggers.samples import of_form, of_json


class EventParams(BaseModel):
    """Which events count; all that come when nothing is said."""

    model_config = ConfigDict(extra="forbid")

    event_type: str | None = Field(None, description="Such as message or app_mention.")
    channel: str | None = Field(None, description="A channel's id, such as C123ABC456.")


class CommandParams(BaseModel):
    """Which commands count; all that come when nothing is said."""

    model_config = ConfigDict(extra="forbid")

    command: str | None = Field(None, description="Such as /order.")


#: An event and a command as Slack documents them.
EVENT: Final[Mapping[str, Any]] = {
    "team_id": "T123ABC456",
    "api_app_id": "A123ABC456",
    "event": {
        "type": "message",
        "channel": "C123ABC456",
        "user": "U123ABC456",
        "text": "The delivery is late",
        "ts": "1355517523.000005",
        "event_ts": "1355517523.000005",
        "channel_type": "channel",
    },
    "type": "event_callback",
    "event_id": "Ev123ABC456",
    "event_time": 1355517523,
}
COMMAND: Final = {
    "team_id": "T123ABC456",
    "team_domain": "example",
    "channel_id": "C123ABC456",
    "channel_name": "orders",
    "user_id": "U123ABC456",
    "user_name": "asha",
    "command": "/order",
    "text": "94070",
    "response_url": "https://hooks.slack.com/commands/1234/5678",
    "trigger_id": "13345224609.738474920.8088930838d88f008e0",
    "api_app_id": "A123ABC456",
}

TRIGGERS: Final = (
    Trigger(
        "event",
        "Event in Slack",
        "A message is written, somebody joins, a reaction is added: any event of Slack.",
        EventParams,
        SlackEventData,
        of_json("slack", EVENT),
        phrases=("a slack message is posted", "someone posts in slack", "slack event"),
    ),
    Trigger(
        "command",
        "Slash command",
        "Somebody gives one of your slash commands in Slack.",
        CommandParams,
        SlackCommandData,
        of_form("slack", COMMAND),
        phrases=("a slack command", "slash command is used"),
    ),
)
