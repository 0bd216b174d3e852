"""What the page does when a person acts: go somewhere, cancel, ask again, retry, fork."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import uuid4

import gradio as gr

from ui.api_client import ApiError
from ui.callers import action_of, client_for, queries
from ui.markup import notice
from ui.pages import shell
from ui.pages.chat.painting import FollowRequest
from ui.pages.runs.addresses import Place
from ui.pages.runs.showing import Shown, shown_at
from ui.pages.shell import Update
from ui.runs_client import RunsClient, changed_values

_REPEAT: Final = "repeat:"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to show: the query of an address. Two wishes for the same place are still two."""

    query: str = ""
    nonce: str = ""

    @property
    def place(self) -> Place:
        """The place that it names."""
        return Place.read(dict(parse_qsl(self.query.removeprefix("?"))))


def wanted(query: str) -> Wanted:
    """A wish of its own."""
    return Wanted(query, uuid4().hex)


class Tab:
    """What a browser tab shows: one of these a tab, shared by its handlers and streams."""

    def __init__(self) -> None:
        #: The newest `Wanted`'s nonce; streams of older ones stop.
        self.nonce = ""
        #: A state that was edited and could not be used: it is shown again.
        self.draft: str | None = None


@dataclass(frozen=True, slots=True)
class RunsParts:
    """The components that handlers write to."""

    request: gr.State
    answered: gr.State
    questions: gr.State
    foot: gr.HTML
    head: gr.HTML
    said: gr.HTML
    top: gr.HTML
    body: gr.HTML


@dataclass(frozen=True, slots=True)
class RunsHandlers:
    """The handlers over the API; they keep nothing between calls."""

    api_url: str
    parts: RunsParts

    async def load(self, request: gr.Request) -> Update:
        """First paint: what the address names."""
        client = client_for(self.api_url, request)
        place = Place.read(queries(request))
        return {
            self.parts.foot: await shell.foot(client),
            self.parts.request: wanted(place.query),
        }

    async def follow(self, wish: Wanted, tab: Tab, request: gr.Request) -> AsyncIterator[Update]:
        """Show a place until it rests or another is wanted; the only code that paints it."""
        tab.nonce = wish.nonce
        draft, tab.draft = tab.draft, None
        # Gradio empties all outputs of a stream that ends without having sent anything.
        yield {self.parts.head: gr.skip()}
        client = RunsClient(client_for(self.api_url, request))
        painted: Update = {}
        try:
            async with aclosing(shown_at(client, wish.place, draft)) as source:
                async for shown in source:
                    if tab.nonce != wish.nonce:
                        return
                    update = self._update(shown)
                    changed = {k: v for k, v in update.items() if painted.get(k) != v}
                    painted = update
                    if changed:
                        yield changed
        except ApiError as error:
            yield {self.parts.body: notice(str(error))}

    def _update(self, shown: Shown) -> Update:
        parts = self.parts
        return {
            parts.head: shown.head,
            parts.top: shown.top,
            parts.body: shown.body,
            parts.questions: shown.questions,
            parts.answered: FollowRequest(shown.thread_id if shown.questions else ""),
        }

    async def act(self, wish: Wanted, tab: Tab, request: gr.Request, event: gr.EventData) -> Update:
        """A button or link of one of the live blocks, by its `data-action`."""
        data = action_of(event)
        client = RunsClient(client_for(self.api_url, request))
        actions: dict[str, Any] = {
            "go": self._go,
            "cancel": self._cancel,
            "ask-again": self._ask_again,
            "retry": self._retry,
            "fork": self._fork,
        }
        try:
            query = await actions[data.get("action", "")](client, wish.place, data)
        except (ApiError, ValueError) as error:
            update: Update = {self.parts.said: notice(str(error))}
            if "state" in data:
                tab.draft = data["state"]
                update[self.parts.request] = wanted(wish.query)
            return update
        return {self.parts.said: "", self.parts.request: wanted(query)}

    async def answer(self, sent: FollowRequest, wish: Wanted, request: gr.Request) -> Update:
        """A question was answered: show the run that goes on with it."""
        if not sent.nonce:
            return {self.parts.said: ""}
        client = client_for(self.api_url, request)
        runs = await client.runs(sent.thread_id, limit=1)
        query = Place({"id": runs[0].run_id}).query if runs else wish.query
        return {self.parts.said: "", self.parts.request: wanted(query)}

    async def _go(self, client: RunsClient, place: Place, data: dict[str, str]) -> str:
        return data.get("to", "")

    async def _cancel(self, client: RunsClient, place: Place, data: dict[str, str]) -> str:
        await client.cancel(await client.entry(place.run_id))
        return place.query

    async def _ask_again(self, client: RunsClient, place: Place, data: dict[str, str]) -> str:
        run = await client.ask_again(await client.entry(place.run_id))
        return Place({"id": run.run_id}).query

    async def _retry(self, client: RunsClient, place: Place, data: dict[str, str]) -> str:
        known = [name.removeprefix(_REPEAT) for name in data if name.startswith(_REPEAT)]
        run_id = await client.retry(place.run_id, data.get("plan", ""), known)
        return Place({"id": run_id}).query

    async def _fork(self, client: RunsClient, place: Place, data: dict[str, str]) -> str:
        entry = await client.entry(place.run_id)
        checkpoint_id = data.get("checkpoint", "")
        changes: dict[str, Any] = {}
        if "state" in data:
            whole = await client.checkpoint(entry.thread_id, checkpoint_id)
            changes = changed_values(whole.values, data["state"])
        run = await client.fork(entry, checkpoint_id, changes)
        return Place({"id": run.run_id}).query
