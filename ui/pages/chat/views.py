"""The chat page's HTML: heading, status line, queue and upload results."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ui.api_models import Run, UsageImport
from ui.event_fields import question_text
from ui.markup import button, counted, escaped, icon, icon_button
from ui.transcript import Step, Transcript

PREVIEW_ROWS: Final = 4
PREVIEW_COLUMNS: Final = 6
#: Enough of a file's beginning for the rows of a preview.
PREVIEW_BYTES: Final = 16_384
SUGGESTION: Final = "Analyze my AI costs"
#: What else there is to try, less loudly.
OTHER_SUGGESTIONS: Final = (
    "What would a cheaper model save?",
    "Build a workflow: when a payment is received, thank the customer",
)


def earlier(hidden: int) -> str:
    """The way to messages before the window."""
    if not hidden:
        return ""
    words = f"Show earlier ({hidden:,})"
    return f'<div class="gp-earlier">{button(words, "earlier", style="gp-small gp-bare")}</div>'


def empty_state() -> str:
    """What the page is for, the one thing to try, and two more."""
    others = "".join(
        f"<li>{button(text, 'suggest', style='gp-bare', text=text)}</li>"
        for text in OTHER_SUGGESTIONS
    )
    return (
        '<div class="gp-empty"><h2>Where does the money for AI go?</h2>'
        "<p>Ask, or attach a usage export. Agents read and price it, look for anomalies, work out "
        "what would cost less, and write a report with the evidence.</p>"
        f"{button(SUGGESTION, 'suggest', style='gp-primary', text=SUGGESTION)}"
        f'<ul class="gp-suggestions" aria-label="Other things to ask">{others}</ul>'
        '<p class="gp-quiet">No export at hand? The first question offers a bundled sample.</p>'
        "</div>"
    )


def heading(
    title: str,
    menu: str,
    *,
    thread_id: str | None = None,
    branch: str = "",
    has_report: bool = False,
) -> str:
    """The page's one h1 and the way to the report; the ids, if given, go into the address."""
    shown = (
        ""
        if thread_id is None
        else f' data-shown="{escaped(thread_id)}" data-branch="{escaped(branch)}"'
    )
    report = (
        f'<button type="button" class="gp-button" data-toggle="panel">{icon("report")}'
        "<span>Report</span></button>"
        if has_report
        else ""
    )
    details = (
        '<button type="button" class="gp-icon-button" data-steps aria-label="Show steps"'
        f' title="Show steps" aria-pressed="true">{icon("flow")}</button>'
        if thread_id
        else ""
    )
    return f'<div class="gp-head"{shown}>{menu}<h1>{escaped(title)}</h1>{details}{report}</div>'


def status_line(state: Transcript, runs: Sequence[Run]) -> str:
    """What is going on now, for how long, and Stop; empty when nothing is."""
    if state.is_running and state.run_id:
        step = state.current_step
        return _running(_where(state, step), step.started_at if step else "", state.run_id)
    waiting = [run for run in runs if run.is_open]
    if waiting:
        run = waiting[-1]
        return _running("Waiting for a worker", run.created_at.isoformat(), run.run_id)
    return ""


def _where(state: Transcript, step: Step | None) -> str:
    if step is None:
        return "Thinking"
    titles = {item.id: item.title for item in state.items if isinstance(item, Step)}
    parent = titles.get(step.parent_id or "")
    return f"{parent} · {step.title}" if parent and step.kind == "tool" else step.title


def _running(what: str, since: str, run_id: str) -> str:
    return (
        '<div class="gp-status" data-testid="status" data-state="running">'
        f'<span class="gp-pulse"></span><span class="gp-status-what">{escaped(what)}</span>'
        f'<span class="gp-elapsed" data-since="{escaped(since)}"></span>'
        f'<button type="button" class="gp-button gp-small" data-action="stop"'
        f' data-run="{escaped(run_id)}">{icon("stop")}<span>Stop</span></button></div>'
    )


def retry_line(question: str) -> str:
    """Offers to ask the same again after a failure."""
    return (
        '<div class="gp-status" data-testid="status" data-state="failed">'
        f'{icon("alert")}<span class="gp-status-what">The run failed.</span>'
        f'<button type="button" class="gp-button gp-small" data-action="retry"'
        f' data-text="{escaped(question)}">{icon("retry")}<span>Retry</span></button></div>'
    )


def queue_list(state: Transcript, runs: Sequence[Run]) -> str:
    """Messages that wait for the run before them, with Cancel and Send now."""
    waiting = [run for run in reversed(runs) if run.status == "pending"]
    if not state.is_running:
        waiting = waiting[1:]
    rows = "".join(
        f'<li data-key="{escaped(run.run_id)}" data-testid="queued">'
        f'<span class="gp-state" data-state="waiting">{icon("clock")}Queued</span>'
        f'<span class="gp-queued-text">{escaped(question_text(run.kwargs.get("input")))}</span>'
        f"{_send_now(state, first=index == 0)}"
        f"{button('Cancel', 'cancel', style='gp-small gp-bare', run=run.run_id)}</li>"
        for index, run in enumerate(waiting)
    )
    return f'<ul class="gp-queue" aria-label="Queued messages">{rows}</ul>' if rows else ""


def _send_now(state: Transcript, *, first: bool) -> str:
    if not first or not state.run_id:
        return ""
    return button("Send now", "stop", style="gp-small gp-bare", run=state.run_id)


def import_card(done: UsageImport, preview: str, *, offer: bool = True) -> str:
    """What became of an upload: counts, first rows, rejected rows; may offer an analysis."""
    facts = [counted(done.rows_imported, "row") + " imported"]
    if done.rows_duplicate:
        facts.append(f"{done.rows_duplicate:,} already there")
    if done.rows_rejected:
        facts.append(f"{done.rows_rejected:,} rejected")
    notes = "".join(f'<p class="gp-quiet">{escaped(note.text)}</p>' for note in done.notes)
    action = button(SUGGESTION, "suggest", style="gp-primary gp-small", text=SUGGESTION)
    foot = f"<footer>{action}</footer>" if offer else ""
    return (
        '<section class="gp-card" data-testid="import" aria-label="Uploaded file">'
        f"<header>{icon('file')}<strong>{escaped(done.file_name)}</strong>"
        f'<span class="gp-quiet">{" · ".join(facts)}</span>'
        f"{icon_button('Dismiss', 'close', 'dismiss')}</header>"
        f"{preview}{reject_list(done)}{notes}{foot}</section>"
    )


def failed_upload(file_name: str, reason: str) -> str:
    """An upload that was refused, with the server's reason."""
    return (
        '<section class="gp-card" data-state="failed" data-testid="import-failed" role="alert">'
        f"<header>{icon('alert')}<strong>{escaped(file_name)}</strong>"
        f"{icon_button('Dismiss', 'close', 'dismiss')}</header><p>{escaped(reason)}</p></section>"
    )


def reject_list(done: UsageImport) -> str:
    """Rejected rows with reason and fix, and the file of all of them."""
    if not done.rows_rejected:
        return ""
    rows = "".join(
        f"<tr><td>{reject.line:,}</td><td>{escaped(reject.column or '')}</td>"
        f"<td>{escaped(reject.value or '')}</td>"
        f"<td>{escaped(reject.message)} {escaped(reject.next_step)}</td></tr>"
        for reject in done.rejects[:20]
    )
    return (
        f"<details><summary>{counted(done.rows_rejected, 'rejected row')}</summary>"
        '<div class="gp-scroll" tabindex="0"><table class="gp-table"><thead><tr><th>Line</th>'
        f"<th>Column</th><th>Value</th><th>Reason</th></tr></thead><tbody>{rows}</tbody></table>"
        f'</div><a class="gp-link" href="/usage/imports/{escaped(done.import_id)}/rejects.csv"'
        f" download>{icon('download')}All rejected rows</a></details>"
    )


def file_preview(path: Path) -> str:
    """The first rows of a CSV file as a table; nothing for other files."""
    if path.suffix.lower() not in (".csv", ".tsv"):
        return ""
    with path.open("rb") as file:
        text = file.read(PREVIEW_BYTES).decode("utf-8-sig", errors="replace")
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
    rows = list(csv.reader(io.StringIO(text), delimiter=delimiter))[: PREVIEW_ROWS + 1]
    if not rows:
        return ""
    head = "".join(f"<th>{escaped(cell)}</th>" for cell in rows[0][:PREVIEW_COLUMNS])
    body = "".join(
        "<tr>" + "".join(f"<td>{escaped(c)}</td>" for c in row[:PREVIEW_COLUMNS]) + "</tr>"
        for row in rows[1:]
    )
    return (
        '<div class="gp-scroll" tabindex="0"><table class="gp-table"><thead>'
        f"<tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
