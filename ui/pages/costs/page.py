"""The Costs page: imports, spend, anomalies, savings and reports."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import gradio as gr

from domain.costs.reports import Report
from ui.api_client import ApiClient, ApiError
from ui.api_models import ReportEntry, UsageImport
from ui.callers import action_of, client_for
from ui.markup import live, notice, skeleton
from ui.pages import shell
from ui.pages.chat import views as chat_views
from ui.pages.chat.interrupt_form import MODELS
from ui.pages.costs import views
from ui.pages.shell import QUIET, Update
from ui.uploads import hand_over

SAMPLE_MODEL: Final = "gpt-4o"


@dataclass(frozen=True, slots=True)
class CostsParts:
    """The components that handlers write to."""

    foot: gr.HTML
    head: gr.HTML
    result: gr.HTML
    overview: gr.HTML
    details: gr.HTML
    lists: gr.HTML
    rejects: gr.HTML
    file: gr.File


def build_costs(blocks: gr.Blocks, api_url: str, root: str) -> None:
    """Lay the page out and wire it; called inside `blocks`."""
    with shell.page("Costs", root, views.heading(shell.menu_button(), "…")) as frame:
        with gr.Column(elem_classes="gp-import"):
            form = _import_form()
        result = live(name="gp-result")
        overview = live(skeleton(6), name="gp-overview")
        details = live(name="gp-details")
        lists = live(name="gp-lists")
        rejects = live(name="gp-rejects")
    file, model, send = form
    parts = CostsParts(frame.foot, frame.head, result, overview, details, lists, rejects, file)
    handlers = CostsHandlers(api_url, parts)
    everything = [getattr(parts, name) for name in CostsParts.__dataclass_fields__]
    blocks.load(handlers.load, outputs=everything, **QUIET)
    send.click(handlers.uploaded, inputs=[file, model], outputs=everything, **QUIET)
    for block in (overview, lists, result):
        block.action(handlers.act, outputs=everything, **QUIET)


def _import_form() -> tuple[gr.File, gr.Dropdown, gr.Button]:
    file = gr.File(
        label="Usage export",
        show_label=False,
        file_count="single",
        elem_classes="gp-file",
        height=64,
    )
    model = gr.Dropdown(
        ["", *MODELS],
        value="",
        label="Model, if the file names none",
        allow_custom_value=True,
        interactive=True,
        elem_classes="gp-field",
    )
    send = gr.Button("Upload", variant="primary", elem_classes="gp-send")
    return file, model, send


class CostsHandlers:
    """The page's handlers over the API; they keep nothing between calls."""

    def __init__(self, api_url: str, parts: CostsParts) -> None:
        self._api_url = api_url
        self._parts = parts

    async def load(self, request: gr.Request) -> Update:
        """Everything the page shows."""
        client = client_for(self._api_url, request)
        parts = self._parts
        try:
            answer, imports, reports, foot = await asyncio.gather(
                client.usage_summary(), client.usage_imports(), client.reports(), shell.foot(client)
            )
            costs = views.Costs.from_answer(answer)
            savings = await _savings(client, reports)
        except (ApiError, ValueError, KeyError) as error:
            text = str(error) if isinstance(error, ApiError) else "The summary cannot be read."
            return {parts.overview: notice(text), parts.foot: await shell.foot(client)}
        update: Update = {
            parts.foot: foot,
            parts.head: views.heading(shell.menu_button(), views.live_line(costs)),
            parts.rejects: "",
        }
        if costs.coverage.is_empty and not imports:
            return update | {parts.overview: views.empty(), parts.details: "", parts.lists: ""}
        return update | {
            parts.overview: views.overview(costs),
            parts.details: views.breakdowns(costs)
            + views.anomaly_section(costs.anomalies)
            + savings,
            parts.lists: views.report_list(reports) + views.import_list(imports),
        }

    async def uploaded(self, file: str | None, model: str | None, request: gr.Request) -> Update:
        """Import a file, say what became of it, and show the new figures."""
        parts = self._parts
        if not file:
            return {parts.result: notice("Choose a file first.")}
        client, path = client_for(self._api_url, request), Path(file)
        try:
            preview = chat_views.file_preview(path)
            done = await hand_over(client, path, model)
            full = await client.usage_import(done.import_id)
        except ApiError as error:
            return {parts.result: chat_views.failed_upload(path.name, str(error))}
        card = chat_views.import_card(full, preview, offer=False)
        return await self.load(request) | {parts.result: card, parts.file: None}

    async def act(self, request: gr.Request, event: gr.EventData) -> Update:
        """A button of one of the live blocks."""
        data = action_of(event)
        client, parts = client_for(self._api_url, request), self._parts
        try:
            match data.get("action"):
                case "sample":
                    await client.import_sample(SAMPLE_MODEL)
                    return await self.load(request)
                case "rejects":
                    entry: UsageImport = await client.usage_import(data.get("import", ""))
                    return {parts.rejects: views.rejects(entry)}
                case "remove":
                    await client.delete_import(data.get("import", ""))
                    return await self.load(request)
                case _:
                    return {parts.result: ""}
        except ApiError as error:
            return {parts.result: notice(str(error))}


async def _savings(client: ApiClient, reports: list[ReportEntry]) -> str:
    if not reports:
        return views.savings_section("", None, "")
    answer = await client.report(reports[0].report_id)
    plan = Report.from_json(answer["content"]).savings
    line = views.share_line(plan.total_usd, plan.share)
    return views.savings_section(answer["charts"].get("savings", ""), reports[0], line)
