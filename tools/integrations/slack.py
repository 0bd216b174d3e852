"""Slack: messages to channels and people, posted by an app's bot."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, cast

from pydantic import Field

from domain.connections import ConnectionField, ConnectionKind
from domain.errors import OutcomeUnknown, ProviderBusy, ProviderFailed, ProviderRefused
from tools.integration import Action, Call, Integration
from tools.provider_api import Ask, Explained, ProviderApi
from tools.task_shapes import MULTILINE, TaskParams, TaskResult, address_field, address_of
from tools.triggers.slack import TRIGGERS

_NAME: Final = "Slack"
_ADDRESS: Final = "https://slack.com"
#: Marks our messages, so that one whose answer was lost is found again.
_MARK: Final = "goldenpath_call"
#: How far back that is looked for.
_PAGES: Final = 5
_PAGE: Final = 200
_MOST_CHARACTERS: Final = 40_000
_MOST_BLOCKS: Final = 50

#: Slack's reasons that people meet, in words, and what to do about each.
_REASONS: Final[Mapping[str, tuple[str, str]]] = {
    "channel_not_found": (
        "there is no such channel, or the bot cannot see it",
        "Check the channel, and invite the bot there with /invite.",
    ),
    "not_in_channel": ("the bot is not in the channel", "Invite it there with /invite."),
    "is_archived": ("the channel is archived", "Choose another channel."),
    "invalid_auth": ("the token is wrong", "Enter the bot token of the connection again."),
    "not_authed": ("there is no token", "Enter the bot token of the connection."),
    "token_revoked": ("the token was taken back", "Install the app again and enter its new token."),
    "token_expired": ("the token is out of date", "Install the app again and enter its new token."),
    "account_inactive": ("the bot's account is off", "Switch the app on again in Slack."),
    "missing_scope": ("the app lacks a permission", "Add the scope to the app and install it."),
    "msg_too_long": ("the message is too long", "Send less text."),
    "no_text": ("the message is empty", "Give it a text."),
    "invalid_blocks": ("the blocks are not of Slack's form", "Correct them in Block Kit Builder."),
    "restricted_action": ("the workspace does not allow this", "Ask its administrator."),
    "message_not_found": ("there is no such message", "Check its channel and its ts."),
    "cant_update_message": ("it is not the bot's message", "Change messages of the bot only."),
    "edit_window_closed": ("the message is too old to change", "Post a new one."),
    "user_not_found": ("there is no such person", "Check the member id."),
}
#: Slack says of these that some of it may have been done.
_UNCLEAR: Final = frozenset({"fatal_error", "internal_error"})
_LATER: Final = frozenset({"ratelimited", "rate_limited", "service_unavailable", "request_timeout"})

Channel = Annotated[
    str,
    Field(
        title="Channel",
        description="A channel's id or name, or a member's id for a message to one person.",
        examples=["C0123456789", "#orders"],
        min_length=1,
        max_length=100,
    ),
]
Text = Annotated[
    str,
    Field(
        title="Text",
        description="The message in Slack's markup; with blocks it is what notifications show.",
        examples=["Payment of {{trigger_data.amount_text}} received."],
        min_length=1,
        max_length=_MOST_CHARACTERS,
        json_schema_extra=MULTILINE,
    ),
]
Blocks = Annotated[
    list[dict[str, Any]] | None,
    Field(title="Blocks", description="A layout of Block Kit.", max_length=_MOST_BLOCKS),
]
Timestamp = Annotated[str, Field(pattern=r"^[0-9]{10}\.[0-9]{6}$", examples=["1503435956.000247"])]


class NewMessage(TaskParams):
    """A message to a channel or a person."""

    channel: Channel
    text: Text
    blocks: Blocks = None
    thread_ts: Timestamp | None = Field(
        default=None,
        title="Thread",
        description="The ts of the message that this one answers.",
    )


class ChangedMessage(TaskParams):
    """A message of the bot, and what it says from now on."""

    channel: Annotated[str, Field(title="Channel's id", pattern=r"^[CDG][A-Z0-9]{8,}$")]
    ts: Timestamp = Field(title="Message", description="Its ts, from the step that posted it.")
    text: Text
    blocks: Blocks = None


class PostedMessage(TaskResult):
    """A message in Slack."""

    ts: str = Field(description="Names the message in its channel.", examples=["1503435956.000247"])
    channel: str = Field(description="The channel's id.", examples=["C0123456789"])


def _explain(body: Any) -> Explained:
    fields = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    return Explained(str(fields.get("error") or ""))


async def _ask(call: Call, ask: Ask) -> dict[str, Any]:
    """What Slack answers; `ok: false` comes with a success's status."""
    api = ProviderApi(
        name=_NAME,
        client=call.http,
        base_url=address_of(call.secrets.settings, _ADDRESS),
        headers={"Authorization": f"Bearer {call.secrets['bot_token']}"},
        explain=_explain,
    )
    body = await api.ask(ask)
    if body["ok"] is not True:
        raise _refusal(body, changes=ask.changes)
    return body


def _refusal(body: Mapping[str, Any], *, changes: bool) -> ProviderFailed:
    code = str(body.get("error") or "unknown_error")
    if code in _LATER or (code in _UNCLEAR and not changes):
        return ProviderBusy(_NAME, code)
    if code in _UNCLEAR:
        return OutcomeUnknown(_NAME, code)
    said, next_step = _REASONS.get(code, ("", "Look the reason up in Slack's documentation."))
    if code == "missing_scope" and body.get("needed"):
        said = f"{said}, {body['needed']}"
    return ProviderRefused(_NAME, f"{said} ({code})" if said else code, next_step)


def _mark(call: Call) -> dict[str, Any]:
    return {"event_type": _MARK, "event_payload": {"key": call.key}}


def _is_own(call: Call, message: Mapping[str, Any]) -> bool:
    metadata = cast("dict[str, Any]", message.get("metadata") or {})
    payload = cast("dict[str, Any]", metadata.get("event_payload") or {})
    return metadata.get("event_type") == _MARK and payload.get("key") == call.key


async def _post_message(call: Call, params: NewMessage) -> PostedMessage:
    body = {**params.model_dump(exclude_none=True), "metadata": _mark(call)}
    posted = await _ask(call, Ask("POST", "/api/chat.postMessage", changes=True, json=body))
    return PostedMessage(ts=posted["ts"], channel=posted["channel"])


async def _find_message(call: Call, params: NewMessage) -> PostedMessage | None:
    """Look for the mark. Needs the scope to read the channel's history, and the channel's id."""
    method = "conversations.history" if params.thread_ts is None else "conversations.replies"
    query = {"channel": params.channel, "limit": str(_PAGE), "include_all_metadata": "true"}
    if params.thread_ts is not None:
        query["ts"] = params.thread_ts
    for _ in range(_PAGES):
        page = await _ask(call, Ask("GET", f"/api/{method}", query=query))
        for message in page["messages"]:
            if _is_own(call, message):
                return PostedMessage(ts=message["ts"], channel=params.channel)
        if not page.get("has_more"):
            return None
        query["cursor"] = page["response_metadata"]["next_cursor"]
    raise OutcomeUnknown(_NAME, f"it is not among the newest {_PAGES * _PAGE} messages there")


async def _update_message(call: Call, params: ChangedMessage) -> PostedMessage:
    body = {**params.model_dump(exclude_none=True), "metadata": _mark(call)}
    changed = await _ask(call, Ask("POST", "/api/chat.update", changes=True, json=body))
    return PostedMessage(ts=changed["ts"], channel=changed["channel"])


async def _find_change(call: Call, params: ChangedMessage) -> PostedMessage | None:
    """Whether the message carries the mark of this change; answers in threads are found too."""
    query = {
        "channel": params.channel,
        "ts": params.ts,
        "latest": params.ts,
        "oldest": params.ts,
        "inclusive": "true",
        "limit": "1",
        "include_all_metadata": "true",
    }
    page = await _ask(call, Ask("GET", "/api/conversations.replies", query=query))
    for message in page["messages"]:
        if message["ts"] == params.ts and _is_own(call, message):
            return PostedMessage(ts=params.ts, channel=params.channel)
    return None


async def _test(call: Call) -> str:
    who = await _ask(call, Ask("POST", "/api/auth.test"))
    return f"Signed in to the Slack workspace {who['team']} as {who['user']}."


SLACK: Final = ConnectionKind(
    "slack",
    "Slack app",
    "The bot of an app in your workspace: api.slack.com/apps, OAuth & Permissions. It needs the "
    "scope chat:write, and channels:history to find messages again whose answer was lost.",
    (
        ConnectionField(
            "bot_token",
            "Bot token",
            is_secret=True,
            help="Starts with xoxb-.",
            pattern=r"xoxb-[A-Za-z0-9-]+",
        ),
        ConnectionField(
            "signing_secret",
            "Signing secret",
            is_secret=True,
            is_required=False,
            help="From Basic Information; only to be started by events and commands.",
            pattern=r"[!-~]+",
        ),
        address_field(_ADDRESS),
    ),
)

INTEGRATION: Final = Integration(
    service="slack",
    title="Slack",
    description="Messages to channels and people in Slack.",
    triggers=TRIGGERS,
    actions=(
        Action(
            name="post_message",
            title="Post a message",
            description="Post to a channel, a thread or a person.",
            params=NewMessage,
            result=PostedMessage,
            effect="lookup",
            run=_post_message,
            find=_find_message,
            connection_kind=SLACK.name,
            messages_people=True,
            phrases=(
                *("post to slack", "post in slack", "post on slack", "send a slack message"),
                *(
                    "message on slack",
                    "send a slack notification",
                    "tell the team on slack",
                    "slack the",
                ),
                *("send it to slack", "alert on slack"),
            ),
            reference=lambda result: result.ts,
        ),
        Action(
            name="update_message",
            title="Change a message",
            description="Change what a message of the bot says.",
            params=ChangedMessage,
            result=PostedMessage,
            effect="lookup",
            run=_update_message,
            find=_find_change,
            connection_kind=SLACK.name,
            phrases=("update the slack message", "change the slack message", "edit the slack"),
            reference=lambda result: result.ts,
        ),
    ),
    kinds=(SLACK,),
    test=_test,
    aliases=("slack channel",),
)
