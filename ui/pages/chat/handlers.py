"""What the chat page does when a person acts: ask, upload, open, rename, delete, stop."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import gradio as gr

from ui.api_client import ApiClient, ApiError
from ui.callers import action_of, client_for, query_value
from ui.following import snapshots
from ui.markup import notice
from ui.messages import WINDOW
from ui.pages.chat import views
from ui.pages.chat.asking import ask_again, ask_on
from ui.pages.chat.painting import LISTED, ChatParts, FollowRequest, Painter, Tab, blank
from ui.pages.chat.report_panel import panel_html
from ui.pages.chat.thread_views import reader_zone, thread_list, thread_tools
from ui.pages.shell import Update, foot, menu_button
from ui.transcript import Interrupt
from ui.uploads import hand_over


def follow_request(thread_id: str, window: int = WINDOW, branch: str = "") -> FollowRequest:
    """A request of its own to follow a thread."""
    return FollowRequest(thread_id, window, branch, uuid4().hex)


def again(wanted: FollowRequest) -> FollowRequest:
    """The same to be shown anew."""
    return follow_request(wanted.thread_id, wanted.window, wanted.branch)


def usage_question(asked: Sequence[Interrupt]) -> Interrupt | None:
    """The pending question that an upload answers."""
    for interrupt in asked:
        if isinstance(interrupt.value, dict) and interrupt.value.get("kind") == "usage_needed":
            return interrupt
    return None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where somebody acts."""

    wanted: FollowRequest
    tab: Tab


@dataclass(frozen=True, slots=True)
class ChatHandlers:
    """The handlers over the API; they keep nothing between calls."""

    api_url: str
    parts: ChatParts

    async def load(self, tab: Tab, zone: str, request: gr.Request) -> Update:
        """First paint: the thread that the address names, and what stands beside it."""
        tab.zone = zone
        client = client_for(self.api_url, request)
        thread_id = query_value(request, "thread")
        update: Update = {
            self.parts.tools: thread_tools(),
            self.parts.foot: await foot(client),
            self.parts.request: follow_request(thread_id, branch=query_value(request, "branch")),
        }
        return update | await self._listed(client, tab, thread_id)

    async def follow(
        self, wanted: FollowRequest, tab: Tab, request: gr.Request
    ) -> AsyncIterator[Update]:
        """Show a thread until it rests or another is wanted; the only code that paints the log."""
        tab.nonce = wanted.nonce
        # Gradio empties all outputs of a stream that ends without having sent anything.
        yield {self.parts.status: gr.skip()}
        parts, client = self.parts, client_for(self.api_url, request)
        if not wanted.thread_id:
            yield blank(parts) | await self._listed(client, tab, "")
            return
        painter = Painter(parts, wanted)
        listed: tuple[str, str] | None = None
        try:
            async for snapshot in snapshots(client, wanted.thread_id):
                if tab.nonce != wanted.nonce:
                    return
                if snapshot.is_at_rest:
                    painter.feedback = await client.feedback(wanted.thread_id)
                update = painter.paint(snapshot)
                report_id = painter.newly_reported
                if report_id:
                    update[parts.panel] = panel_html(await client.report(report_id), report_id)
                thread = snapshot.thread
                if listed != (thread.status, thread.title):
                    listed = (thread.status, thread.title)
                    update |= await self._listed(client, tab, wanted.thread_id)
                # Asked again: what was fetched meanwhile may be of a thread that was left.
                if update and tab.nonce == wanted.nonce:
                    yield update
        except ApiError as error:
            yield blank(parts) | {
                parts.empty: notice(str(error)),
                parts.head: views.heading("This conversation is not there", menu_button()),
            }

    async def send(
        self,
        value: dict[str, Any],
        wanted: FollowRequest,
        asked: Sequence[Interrupt],
        request: gr.Request,
    ) -> Update:
        """Upload what is attached, then ask; an upload also answers a question for usage."""
        client = client_for(self.api_url, request)
        text = str(value.get("text") or "").strip()
        files = [Path(file) for file in value.get("files") or ()]
        kept: Update = {self.parts.composer: {"text": text, "files": []}}
        tray, import_id = await _upload(client, files)
        if files:
            kept[self.parts.tray] = tray
        if files and not import_id:
            return kept
        shown: Update = {self.parts.tray: tray}
        question = usage_question(asked)
        try:
            if import_id and question and not text:
                await client.answer(question.run_id, question.id, {"import_id": import_id})
                return shown | {self.parts.request: follow_request(wanted.thread_id)}
            return shown | (await self._ask(client, wanted, text) if text else {})
        except ApiError as error:
            return kept | {self.parts.tray: notice(str(error))}

    async def act(
        self, wanted: FollowRequest, tab: Tab, request: gr.Request, event: gr.EventData
    ) -> Update:
        """A button of one of the live blocks, by its `data-action`."""
        data = action_of(event)
        client = client_for(self.api_url, request)
        actions = {
            "open": self._open,
            "new": self._open,
            "earlier": self._earlier,
            "suggest": self._suggested,
            "retry": self._suggested,
            "search": self._searched,
            "more": self._more,
            "rename": self._renamed,
            "delete": self._deleted,
            "stop": self._stopped,
            "cancel": self._stopped,
            "dismiss": self._dismissed,
            "edit": self._edited,
            "branch": self._branched,
            "feedback": self._felt,
        }
        try:
            return await actions[data.get("action", "")](client, _Place(wanted, tab), data)
        except ApiError as error:
            return {self.parts.tray: notice(str(error))}

    async def _open(self, client: ApiClient, place: _Place, data: dict[str, str]) -> Update:
        thread_id = data.get("thread", "")
        return {
            self.parts.request: follow_request(thread_id),
            self.parts.tray: "",
            **await self._listed(client, place.tab, thread_id),
        }

    async def _earlier(self, client: ApiClient, place: _Place, data: dict[str, str]) -> Update:
        wanted = place.wanted
        window = wanted.window + WINDOW
        return {self.parts.request: follow_request(wanted.thread_id, window, wanted.branch)}

    async def _suggested(self, client: ApiClient, place: _Place, data: dict[str, str]) -> Update:
        return {self.parts.tray: ""} | await self._ask(client, place.wanted, data.get("text", ""))

    async def _searched(self, client: ApiClient, place: _Place, data: dict[str, str]) -> Update:
        place.tab.search, place.tab.listed = data.get("text", ""), LISTED
        return await self._listed(client, place.tab, place.wanted.thread_id)

    async def _more(self, client: ApiClient, place: _Place, data: dict[str, str]) -> Update:
        place.tab.listed += LISTED
        return await self._listed(client, place.tab, place.wanted.thread_id)

    async def _renamed(self, client: ApiClient, place: _Place, data: dict[str, str]) -> Update:
        thread_id, title = data.get("thread", ""), data.get("title", "")
        await client.rename_thread(thread_id, title)
        update = await self._listed(client, place.tab, place.wanted.thread_id)
        if thread_id == place.wanted.thread_id:
            update[self.parts.request] = again(place.wanted)
        return update

    async def _deleted(self, client: ApiClient, place: _Place, data: dict[str, str]) -> Update:
        thread_id = data.get("thread", "")
        await client.delete_thread(thread_id)
        if thread_id == place.wanted.thread_id:
            return {self.parts.request: follow_request("")}
        return await self._listed(client, place.tab, place.wanted.thread_id)

    async def _stopped(self, client: ApiClient, place: _Place, data: dict[str, str]) -> Update:
        await client.cancel(data.get("run", ""))
        return {self.parts.tray: ""}

    async def _dismissed(self, client: ApiClient, place: _Place, data: dict[str, str]) -> Update:
        return {self.parts.tray: ""}

    async def _edited(self, client: ApiClient, place: _Place, data: dict[str, str]) -> Update:
        text = data.get("text", "").strip()
        if not text:
            return {}
        await ask_again(client, place.wanted.thread_id, data.get("run", ""), text)
        return {self.parts.tray: "", self.parts.request: follow_request(place.wanted.thread_id)}

    async def _branched(self, client: ApiClient, place: _Place, data: dict[str, str]) -> Update:
        wanted = place.wanted
        request = follow_request(wanted.thread_id, wanted.window, data.get("run", ""))
        return {self.parts.request: request}

    async def _felt(self, client: ApiClient, place: _Place, data: dict[str, str]) -> Update:
        score = {"1": 1, "-1": -1}.get(data.get("score", ""), 0)
        await client.give_feedback(data.get("run", ""), score, data.get("comment", ""))
        return {self.parts.request: again(place.wanted)}

    async def _ask(self, client: ApiClient, wanted: FollowRequest, text: str) -> Update:
        """Start a run; returns at once."""
        return {self.parts.request: follow_request(await ask_on(client, wanted, text))}

    async def _listed(self, client: ApiClient, tab: Tab, current: str) -> Update:
        """The list of conversations, narrowed to what the tab searches for when it is there."""
        try:
            while True:
                query, wanted = tab.search, tab.listed
                page = await client.conversations(query, wanted)
                if (query, wanted) == (tab.search, tab.listed):
                    break
        except ApiError as error:
            return {self.parts.threads: notice(str(error))}
        now = datetime.now(reader_zone(tab.zone))
        html = thread_list(page.threads, current, page.total, query, now)
        return {self.parts.threads: html}


async def _upload(client: ApiClient, files: Sequence[Path]) -> tuple[str, str]:
    """Import files; returns what to show and the id of the last import, if one succeeded."""
    cards: list[str] = []
    import_id = ""
    for path in files:
        try:
            preview = views.file_preview(path)
            done = await client.usage_import((await hand_over(client, path)).import_id)
            import_id = done.import_id
            cards.append(views.import_card(done, preview))
        except ApiError as error:
            cards.append(views.failed_upload(path.name, str(error)))
    return "".join(cards), import_id
