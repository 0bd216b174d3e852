"""The Connections page: credentials of other services, taken in and never shown again."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import gradio as gr

from ui.api_client import ApiClient, ApiError
from ui.api_models import Connection, ConnectionField, ConnectionKind
from ui.callers import action_of, client_for
from ui.markup import live, notice, skeleton
from ui.pages import shell
from ui.pages.connections import views
from ui.pages.shell import QUIET, Update


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form is for: a new connection or another; nothing while it is closed."""

    kinds: tuple[ConnectionKind, ...] = ()
    is_open: bool = False
    kind: str = ""
    name: str = ""
    # Gradio hashes states, and its settings are a dictionary.
    connection: Connection | None = field(default=None, hash=False)
    #: Counts, so that a form is laid out anew, without what was typed into the last one.
    number: int = 0

    def chosen(self) -> ConnectionKind | None:
        """The kind whose fields are shown."""
        return next((kind for kind in self.kinds if kind.name == self.kind), None)

    def closed(self) -> "Wanted":
        """No form."""
        return Wanted(number=self.number + 1)


@dataclass(frozen=True, slots=True)
class ConnectionsParts:
    """The components that handlers write to."""

    foot: gr.HTML
    head: gr.HTML
    problem: gr.HTML
    entries: gr.HTML
    wanted: gr.State


def build_connections(blocks: gr.Blocks, api_url: str, root: str) -> None:
    """Lay the page out and wire it; called inside `blocks`."""
    wanted = gr.State(Wanted())
    with shell.page("Connections", root, views.heading(shell.menu_button(), "…")) as frame:
        problem = live(name="gp-problem")
        form_place = gr.Column(elem_classes="gp-form-place")
        entries = live(skeleton(4), name="gp-entries")
    parts = ConnectionsParts(frame.foot, frame.head, problem, entries, wanted)
    handlers = ConnectionsHandlers(api_url, parts)
    everything = [getattr(parts, name) for name in ConnectionsParts.__dataclass_fields__]
    with form_place:

        @gr.render(inputs=[wanted], triggers=[wanted.change], show_progress="hidden")
        def form(shown: Wanted) -> None:  # pyright: ignore[reportUnusedFunction]
            if shown.is_open:
                _form(shown, handlers, everything)

    # A load that ends late must not lay out the form again, which somebody is filling in.
    shown = [part for part in everything if part is not wanted]
    blocks.load(handlers.load, outputs=shown, **QUIET)
    for block in (frame.head, entries):
        block.action(handlers.act, inputs=[wanted], outputs=everything, **QUIET)


def _form(shown: Wanted, handlers: "ConnectionsHandlers", outputs: Sequence[Any]) -> None:
    kind = shown.chosen()
    if kind is None:
        return
    with gr.Column(elem_classes="gp-form"):
        gr.HTML(views.form_title(kind, shown.connection), js_on_load=None, apply_default_css=False)
        name = gr.Textbox(
            shown.name, label="Name", elem_classes="gp-field", max_length=100, interactive=True
        )
        if shown.connection is None:
            choice = gr.Dropdown(
                [(each.title, each.name) for each in shown.kinds],
                value=kind.name,
                label="Kind",
                elem_classes="gp-field",
                interactive=True,
            )
            choice.input(
                handlers.choose,
                inputs=[gr.State(shown), choice, name],
                outputs=outputs,
                key="choose",
                **QUIET,
            )
        inputs = [_input(described, shown.connection) for described in kind.fields]
        with gr.Row(elem_classes="gp-form-buttons"):
            save = gr.Button("Save", variant="primary", elem_classes="gp-send")
            cancel = gr.Button("Cancel", elem_classes="gp-send")
        save.click(handlers.save, inputs=[gr.State(shown), name, *inputs], outputs=outputs, **QUIET)
        # By its key: a form that is just laid out again may still be left by the button before.
        cancel.click(
            handlers.close, inputs=[gr.State(shown)], outputs=outputs, key="close", **QUIET
        )


def _input(described: ConnectionField, connection: Connection | None) -> gr.Textbox:
    label = described.title if described.is_required else f"{described.title} (optional)"
    value, info = "", described.help
    if connection and described.is_secret:
        info = "It is set. Leave this empty to keep it."
    elif connection:
        value = connection.settings.get(described.name, "")
    return gr.Textbox(
        value,
        label=label,
        info=info or None,
        interactive=True,
        type="password" if described.is_secret else "text",
        html_attributes=gr.InputHTMLAttributes(autocomplete="off", spellcheck=False),
        elem_classes="gp-field",
    )


class ConnectionsHandlers:
    """The page's handlers over the API; they keep nothing between calls."""

    def __init__(self, api_url: str, parts: ConnectionsParts) -> None:
        self._api_url = api_url
        self._parts = parts

    async def load(self, request: gr.Request) -> Update:
        """Everything the page shows but the form, which may be open by then."""
        return await self._load(client_for(self._api_url, request))

    async def act(self, wanted: Wanted, request: gr.Request, event: gr.EventData) -> Update:
        """A button of one of the live blocks."""
        client, data = client_for(self._api_url, request), action_of(event)
        connection_id = data.get("connection", "")
        try:
            match data.get("action"):
                case "add":
                    return await self._opened(client, wanted, None)
                case "edit":
                    connection = await client.connection(connection_id)
                    return await self._opened(client, wanted, connection)
                case "remove":
                    await client.delete_connection(connection_id)
                case "off":
                    await client.change_connection(connection_id, {"status": "off"})
                case "on":
                    await client.change_connection(connection_id, {"status": "active"})
                case _:
                    pass
        except ApiError as error:
            return {self._parts.problem: notice(str(error))}
        return await self._load(client)

    async def choose(self, wanted: Wanted, kind: str, name: str) -> Update:
        """Another kind: other fields."""
        return {self._parts.wanted: replace(wanted, kind=kind, name=name)}

    async def close(self, wanted: Wanted) -> Update:
        """Away with the form."""
        return {self._parts.wanted: wanted.closed(), self._parts.problem: ""}

    async def save(self, wanted: Wanted, name: str, request: gr.Request, *values: str) -> Update:
        """Keep what was filled in, and show the list."""
        client, kind, parts = client_for(self._api_url, request), wanted.chosen(), self._parts
        if kind is None:
            return {parts.wanted: wanted.closed()}
        given = {
            described.name: value.strip()
            for described, value in zip(kind.fields, values, strict=True)
            if value.strip()
        }
        secret = {described.name for described in kind.fields if described.is_secret}
        body: dict[str, Any] = {
            "name": name,
            "settings": {key: value for key, value in given.items() if key not in secret},
        }
        secrets = {key: value for key, value in given.items() if key in secret}
        try:
            if wanted.connection is None:
                await client.add_connection({**body, "kind": kind.name, "secrets": secrets})
            else:
                body |= {"secrets": secrets} if secrets else {}
                await client.change_connection(wanted.connection.connection_id, body)
        except ApiError as error:
            return {parts.problem: notice(str(error))}
        return await self._load(client) | {parts.wanted: wanted.closed()}

    async def _opened(
        self, client: ApiClient, wanted: Wanted, connection: Connection | None
    ) -> Update:
        parts, kinds = self._parts, await client.connection_kinds()
        opened = Wanted(
            tuple(kinds),
            is_open=True,
            kind=connection.kind if connection else kinds[0].name,
            name=connection.name if connection else "",
            connection=connection,
            number=wanted.number + 1,
        )
        return {parts.wanted: opened, parts.problem: ""}

    async def _load(self, client: ApiClient) -> Update:
        parts = self._parts
        try:
            connections, kinds, foot = await asyncio.gather(
                client.connections(), client.connection_kinds(), shell.foot(client)
            )
        except ApiError as error:
            return {
                parts.problem: notice(str(error)),
                parts.entries: "",
                parts.foot: await shell.foot(client),
            }
        entries = views.connection_list(connections, kinds) if connections else views.empty()
        return {
            parts.foot: foot,
            parts.head: views.heading(shell.menu_button(), views.live_line(connections)),
            parts.problem: "",
            parts.entries: entries,
        }
