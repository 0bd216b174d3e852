"""The list of workflows as HTML: its state, what starts each, and how it did lately."""

from collections.abc import Sequence

from ui.markup import button, counted, escaped, icon, moment, notice
from ui.pages.workflows.address import ORDERS, PAGE_SIZE, STATUSES, Address
from ui.pages.workflows.services import TITLES, service_icon, service_row, title_of
from ui.pages.workflows.sparkline import sparkline
from ui.workflows_client import ShownTrigger, Workflow, WorkflowPage

#: Wishes that the drafter understands, to begin with.
EXAMPLE = "When a Razorpay payment over 1000 comes in, thank the customer on WhatsApp"
MOST_CHARACTERS = 8_000


def head_action(*, is_primary: bool) -> str:
    """The page's way to an empty canvas."""
    style = "gp-primary" if is_primary else ""
    return (
        f'<button type="button" class="gp-button {style}" data-action="new">{icon("plus")}'
        "<span>New workflow</span></button>"
    )


def live_line(page: WorkflowPage, address: Address) -> str:
    """What stands beside the heading."""
    said = counted(page.total, "workflow")
    return f"{said} that fit" if address.is_filtered else said


def sentence_form(prompt: str = "", *, is_primary: bool = False) -> str:
    """The one sentence that a workflow can begin with."""
    style = "gp-primary" if is_primary else ""
    return (
        f'<form class="gp-sentence" data-action="draft" data-testid="sentence">{icon("spark")}'
        f'<input class="gp-input" name="prompt" required maxlength="{MOST_CHARACTERS}"'
        f' value="{escaped(prompt)}" aria-label="Describe what should happen"'
        f' placeholder="{escaped(EXAMPLE)}" autocomplete="off">'
        f'<button type="submit" class="gp-button {style}">Draft it</button></form>'
    )


def drafting(prompt: str, since: str) -> str:
    """While a sentence becomes a workflow."""
    return (
        f'<div class="gp-drafting" role="status">{icon("spark")}<span>Drafting “{escaped(prompt)}”'
        f'</span> <span class="gp-elapsed" data-since="{escaped(since)}"></span></div>'
    )


def empty(prompt: str = "", problem: str = "") -> str:
    """Before the first workflow: one sentence begins it."""
    said = notice(problem) if problem else ""
    return (
        f'<div class="gp-empty" data-testid="empty"><h2>Describe what should happen</h2>'
        "<p>One sentence becomes a workflow: what starts it, its steps and its conditions. "
        "Nothing runs until you have looked at it and activated it.</p>"
        f"{sentence_form(prompt, is_primary=True)}{said}"
        '<p class="gp-quiet">Or <a class="gp-link" href="?view=templates" data-go>begin from a '
        'template</a>, or <a class="gp-link" href="?view=import" data-go>import a file</a>.</p>'
        "</div>"
    )


def toolbar(address: Address) -> str:
    """Search, filters and order; each is a part of the address."""
    states = "".join(
        f'<a href="{escaped(address.link(status=value))}" data-go'
        f"{' aria-current=true' if value == address.status else ''}>{label}</a>"
        for value, label in STATUSES.items()
    )
    services = [("", "Every service"), *TITLES.items()]
    if address.service and address.service not in TITLES:
        services.append((address.service, title_of(address.service)))
    orders = [(value, label) for value, (_, _, label) in ORDERS.items()]
    return (
        f'<div class="gp-tools"><label class="gp-search">{icon("search")}'
        '<span class="gp-unseen">Search by name</span><input class="gp-input" type="search"'
        f' data-query="text" placeholder="Search" value="{escaped(address.text)}"></label>'
        f'<nav class="gp-states" aria-label="Status">{states}</nav>'
        f"{_select('service', 'Service', services, address.service)}"
        f"{_select('sort', 'Order', orders, address.sort)}"
        '<span class="gp-fill"></span><a class="gp-button" href="?view=templates" data-go>Templates'
        '</a><a class="gp-button" href="?view=import" data-go>Import</a></div>'
    )


def _select(name: str, label: str, options: Sequence[tuple[str, str]], chosen: str) -> str:
    found = "".join(
        f'<option value="{escaped(value)}"{" selected" if value == chosen else ""}>'
        f"{escaped(title)}</option>"
        for value, title in options
    )
    return f'<select class="gp-select" data-query="{name}" aria-label="{label}">{found}</select>'


def workflow_list(page: WorkflowPage, address: Address, *, may_share: bool) -> str:
    """The workflows of one page, or that none fits."""
    if not page.found:
        return (
            '<div class="gp-none" role="status"><p>No workflow fits.</p>'
            '<a class="gp-button" href="?" data-go>Show all</a></div>'
        )
    rows = "".join(_row(each, address, may_share=may_share) for each in page.found)
    return f'<ul class="gp-flows" aria-label="Workflows">{rows}</ul>{_paging(page, address)}'


def _row(workflow: Workflow, address: Address, *, may_share: bool) -> str:
    link = f"?id={escaped(workflow.workflow_id)}"
    return (
        f'<li class="gp-flow" data-key="{escaped(workflow.workflow_id)}" data-testid="workflow">'
        f'<div class="gp-flow-name"><a href="{link}" data-go data-testid="open">'
        f"{escaped(workflow.name)}</a>{_triggers(workflow.triggers)}</div>"
        f'<div class="gp-flow-state">{_state(workflow)}</div>'
        f"{service_row(workflow.services)}"
        f'<div class="gp-flow-runs">{sparkline(workflow.recent_runs)}{_rate(workflow)}</div>'
        f'<div class="gp-flow-next">{_next(workflow)}</div>'
        f'<div class="gp-flow-tools">{_tools(workflow, address, may_share=may_share)}</div></li>'
    )


def _state(workflow: Workflow) -> str:
    if workflow.status == "inactive":
        return _chip("", "pencil", "Draft")
    newer = workflow.draft_version != workflow.active_version
    note = '<small class="gp-quiet">Newer draft</small>' if newer else ""
    if workflow.status == "failing":
        return _chip("failed", "alert", "Failing") + note
    if workflow.liveness == "stuck":
        return _chip("waiting", "alert", "Cannot start") + note
    return _chip("done", "check", "Live") + note


def _chip(state: str, icon_name: str, word: str) -> str:
    return (
        f'<span class="gp-state" data-testid="state" data-state="{state}">'
        f"{icon(icon_name)}{word}</span>"
    )


def _triggers(triggers: Sequence[ShownTrigger]) -> str:
    if not triggers:
        return '<p class="gp-flow-line">Nothing starts it yet</p>'
    found = "".join(
        f'<p class="gp-flow-line">{service_icon(each.service)}'
        f"<span>{escaped(each.words)}</span></p>"
        f"{_problem(each)}"
        for each in triggers
    )
    return found


def _problem(trigger: ShownTrigger) -> str:
    if not trigger.problem:
        return ""
    return f'<p class="gp-flow-problem" data-testid="problem">{escaped(trigger.problem)}</p>'


def _rate(workflow: Workflow) -> str:
    runs = workflow.recent_runs
    if not runs:
        return '<small class="gp-quiet">No runs yet</small>'
    judged = [run for run in runs if run.status in ("success", "error", "timeout")]
    succeeded = sum(run.status == "success" for run in judged)
    rate = f"{round(100 * succeeded / len(judged))} % · " if judged else ""
    return f'<small class="gp-quiet">{rate}{moment(runs[0].created_at)}</small>'


def _next(workflow: Workflow) -> str:
    if workflow.next_at is None:
        return ""
    return f'<small class="gp-quiet">Next<br>{moment(workflow.next_at, "full")}</small>'


def _tools(workflow: Workflow, address: Address, *, may_share: bool) -> str:
    identity, name = workflow.workflow_id, workflow.name
    switch, items = "", [button("Duplicate", "duplicate", style="gp-bare", id=identity)]
    if workflow.rights != "viewer":
        is_off = workflow.status == "inactive"
        word, action = ("Activate", "activate") if is_off else ("Deactivate", "deactivate")
        switch = (
            f'<button type="button" class="gp-button gp-small" data-action="{action}"'
            f' data-id="{escaped(identity)}" aria-label="{word} {escaped(name)}">{word}</button>'
        )
    items.append(
        f'<a class="gp-button gp-bare" href="/workflows/{escaped(identity)}/export"'
        f' download="{escaped(_file_name(name))}">Export</a>'
    )
    if workflow.rights == "owner":
        if may_share:
            link = escaped(address.link(share=identity, page=address.page))
            items.append(f'<a class="gp-button gp-bare" href="{link}" data-go>Share</a>')
        items.append(
            '<button type="button" class="gp-button gp-bare" data-action="delete"'
            f' data-id="{escaped(identity)}" data-confirm="Delete it?">Delete</button>'
        )
    return (
        f'{switch}<details class="gp-menu" name="gp-flow-menu"><summary class="gp-icon-button"'
        f' aria-label="More for {escaped(name)}" title="More">{icon("dots")}</summary>'
        f'<div class="gp-menu-items">{"".join(items)}</div></details>'
    )


def _file_name(name: str) -> str:
    words = "".join(each if each.isalnum() else " " for each in name.lower()).split()
    return f"{'-'.join(words)[:80] or 'workflow'}.json"


def _paging(page: WorkflowPage, address: Address) -> str:
    if page.total <= PAGE_SIZE:
        return ""
    first = (address.number - 1) * PAGE_SIZE + 1
    last = first + len(page.found) - 1
    before = _turn("Previous", address, address.number - 1) if first > 1 else ""
    after = _turn("Next", address, address.number + 1) if last < page.total else ""
    return (
        f'<nav class="gp-paging" aria-label="Pages of the list"><span>{first} to {last} of '
        f"{page.total:,}</span>{before}{after}</nav>"
    )


def _turn(word: str, address: Address, number: int) -> str:
    link = escaped(address.link(page=str(number) if number > 1 else ""))
    return f'<a class="gp-button gp-small" href="{link}" data-go>{word}</a>'
