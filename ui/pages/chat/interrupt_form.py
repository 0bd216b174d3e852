"""Questions of agents as forms below the log, built from their response schema."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, cast

import gradio as gr

from ui.api_client import ApiError
from ui.callers import client_for
from ui.forms import Field, Form, FormError, answer_of, forms_of
from ui.markup import escaped, icon, notice
from ui.pages.chat.handlers import follow_request
from ui.pages.chat.painting import FollowRequest
from ui.pages.shell import QUIET
from ui.transcript import Interrupt
from ui.uploads import hand_over

#: Offered for the sample and for exports that name no model; any other may be typed.
MODELS: Final = [
    "gpt-4o",
    "gpt-4o-mini",
    "gpt-4.1",
    "gpt-4.1-mini",
    "claude-sonnet-4-5",
    "claude-haiku-4-5",
    "gemini-2.5-pro",
    "gemini-2.5-flash",
]


def interrupt_forms(api_url: str, request: gr.State, interrupts: gr.State) -> None:
    """Show a form for each pending question; rebuilt only when the questions change."""

    @gr.render(inputs=[interrupts], triggers=[interrupts.change], show_progress="hidden")
    def show(asked: Sequence[Interrupt]) -> None:  # pyright: ignore[reportUnusedFunction]
        for interrupt in asked:
            with gr.Column(elem_classes="gp-question"):
                QuestionForm(api_url, request, interrupt).build()


class QuestionForm:
    """One question: who asks, what for, and the ways to answer."""

    def __init__(self, api_url: str, request: gr.State, interrupt: Interrupt) -> None:
        self._api_url = api_url
        self._request = request
        self._interrupt = interrupt
        value: Any = interrupt.value
        self._value: Mapping[str, Any] = (
            cast(Mapping[str, Any], value) if isinstance(value, Mapping) else {}
        )

    def build(self) -> None:
        """Lay the form out."""
        gr.HTML(self._introduction(), js_on_load=None, apply_default_css=False)
        self._problem = gr.HTML("", js_on_load=None, apply_default_css=False)
        with gr.Row(elem_classes="gp-ways"):
            for form in forms_of(self._interrupt.response_schema):
                with gr.Column(elem_classes="gp-way", min_width=220):
                    gr.HTML(
                        f"<h3>{escaped(form.title)}</h3>", js_on_load=None, apply_default_css=False
                    )
                    if [field.name for field in form.fields] == ["import_id"]:
                        self._upload()
                    else:
                        self._fields(form)

    def _introduction(self) -> str:
        title = str(self._value.get("title") or "A decision is needed")
        message = str(self._value.get("message") or "")
        if not self._value and self._interrupt.value is not None:
            message = str(self._interrupt.value)
        formats: Any = self._value.get("accepted_formats") or ()
        known = "".join(f"<li>{escaped(name)}</li>" for name in formats)
        details = (
            f"<details><summary>Exports that are understood</summary><ul>{known}</ul></details>"
            if known
            else ""
        )
        return (
            f'<div class="gp-asks"><p class="gp-state" data-state="waiting">{icon("hand")}'
            f"{escaped(self._interrupt.asked_by)} asks</p><h2>{escaped(title)}</h2>"
            f"<p>{escaped(message)}</p>{details}</div>"
        )

    def _upload(self) -> None:
        file = gr.File(
            label="Usage export",
            show_label=False,
            file_count="single",
            elem_classes="gp-file",
            height=96,
        )
        model = gr.Dropdown(
            ["", *MODELS],
            value="",
            label="Model, if the file names none",
            allow_custom_value=True,
            elem_classes="gp-field",
            interactive=True,
        )
        send = gr.Button("Upload and go on", variant="primary", elem_classes="gp-send")
        send.click(
            self._uploaded,
            inputs=[file, model, self._request],
            outputs=[self._request, self._problem],
            **QUIET,
        )

    def _fields(self, form: Form) -> None:
        inputs = [_component(field) for field in form.fields]
        send = gr.Button(form.title, variant="secondary", elem_classes="gp-send")

        async def answered(wanted: FollowRequest, *values: Any, request: gr.Request) -> Any:
            try:
                return await self._answer(wanted, answer_of(form, values), request)
            except FormError as error:
                return {self._problem: notice(str(error))}

        send.click(
            _with_request(answered, len(inputs)),
            inputs=[self._request, *inputs],
            outputs=[self._request, self._problem],
            **QUIET,
        )

    async def _uploaded(
        self, file: str | None, model: str | None, wanted: FollowRequest, request: gr.Request
    ) -> Any:
        if not file:
            return {self._problem: notice("Choose a file first.")}
        client = client_for(self._api_url, request)
        path = Path(file)
        try:
            done = await hand_over(client, path, model)
        except ApiError as error:
            return {self._problem: notice(str(error))}
        if not done.rows_imported and not done.rows_duplicate:
            reason = done.rejects[0].message if done.rejects else "It has no usable rows."
            return {self._problem: notice(f"Nothing in {path.name} could be used. {reason}")}
        return await self._answer(wanted, {"import_id": done.import_id}, request)

    async def _answer(self, wanted: FollowRequest, value: Any, request: gr.Request) -> Any:
        client = client_for(self._api_url, request)
        try:
            await client.answer(self._interrupt.run_id, self._interrupt.id, value)
        except ApiError as error:
            return {self._problem: notice(str(error))}
        return {self._request: follow_request(wanted.thread_id, wanted.window)}


def _with_request(handler: Any, count: int) -> Any:
    """Gradio passes the request to a parameter of that type; it cannot follow `*values`."""

    async def call(wanted: FollowRequest, request: gr.Request, *values: Any) -> Any:
        return await handler(wanted, *values, request=request)

    return call


def _component(field: Field) -> Any:
    common: dict[str, Any] = {
        "label": field.label
        if field.required or field.default is not None
        else f"{field.label} (optional)",
        "value": field.default,
        "info": field.help or None,
        "elem_classes": "gp-field",
        "interactive": True,
    }
    match field.kind:
        case "boolean":
            return gr.Checkbox(**common)
        case "number" | "integer":
            return gr.Number(
                precision=0 if field.kind == "integer" else None,
                minimum=field.minimum,
                maximum=field.maximum,
                **common,
            )
        case "choice":
            return gr.Dropdown(list(field.choices), **common)
        case "text" if field.name == "model":
            return gr.Dropdown(MODELS, allow_custom_value=True, **common)
        case "text":
            return gr.Textbox(**common)
        case "json":
            return gr.Textbox(lines=4, **common)
