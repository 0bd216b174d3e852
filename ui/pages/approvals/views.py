"""The Approvals page's HTML: what waits for somebody, and how it was settled."""

from collections.abc import Sequence
from typing import Final, Literal

from ui import markup
from ui.approvals_client import MOST, Approval, ApproverVote, ChatQuestion
from ui.form_html import fields_html
from ui.forms import Form, fields_of_values, forms_of
from ui.markup import counted, escaped, icon, moment

#: What the page shows, as its address says: for me, what my workflows ask of others, settled ones.
Show = Literal["mine", "asked", "settled"]

_TABS: Final[dict[Show, str]] = {
    "mine": "For me",
    "asked": "Asked by my workflows",
    "settled": "Settled",
}
_STATES: Final = {
    "open": ("waiting", "Waiting"),
    "approved": ("done", "Approved"),
    "rejected": ("failed", "Rejected"),
    "expired": ("neutral", "Expired"),
    "cancelled": ("neutral", "Cancelled"),
}
_VOTES: Final = {"approved": ("done", "agreed"), "rejected": ("failed", "rejected")}


def heading(menu: str, line: str) -> str:
    """The page's h1, and how much waits."""
    return markup.heading("Approvals", line, menu)


def tabs(show: Show, counts: dict[Show, int]) -> str:
    """What can be shown, and how much there is of it where that calls for something."""
    links = "".join(
        f'<li><a href="approvals?show={name}"{" aria-current=page" if name == show else ""}>{label}'
        f"{_count(counts.get(name, 0))}</a></li>"
        for name, label in _TABS.items()
    )
    return f'<nav aria-label="Lists"><ul class="gp-tabs">{links}</ul></nav>'


def as_show(value: str) -> Show:
    """What an address asks for; unknown words ask for what waits for the reader."""
    return value if value in _TABS else "mine"


def entries(
    show: Show,
    approvals: Sequence[Approval],
    questions: Sequence[ChatQuestion],
    opened: str,
) -> str:
    """The list; the entry `opened` is shown with all it has."""
    if not approvals and not questions:
        return empty(show)
    rows = [_approval(approval, show, opened) for approval in approvals]
    rows += [_question(question, opened) for question in questions]
    rest = (
        f'<p class="gp-quiet">The newest {MOST} are shown. What is settled makes room for more.</p>'
        if max(len(approvals), len(questions)) == MOST
        else ""
    )
    return f'<ul class="gp-inbox" data-testid="inbox">{"".join(rows)}</ul>{rest}'


def empty(show: Show) -> str:
    """What appears here, and the one thing to do."""
    if show == "mine":
        return (
            '<div class="gp-empty"><h2>Nothing waits for you</h2>'
            "<p>When a workflow asks for your approval, or an agent has a question, it appears "
            "here. Nothing goes on without your answer.</p>"
            '<a class="gp-button gp-primary" href="workflows">Build a workflow that asks</a></div>'
        )
    words = {
        "asked": "Your workflows wait for nobody. What they ask of others appears here.",
        "settled": "Nothing was settled yet. Decisions stay here, with everybody's vote.",
    }[show]
    return f'<div class="gp-empty"><p>{words}</p></div>'


def said(text: str) -> str:
    """What became of an answer."""
    return f'<p class="gp-said" role="status">{escaped(text)}</p>'


def _count(number: int) -> str:
    return f' <span class="gp-count">{number}</span>' if number else ""


def _approval(approval: Approval, show: Show, opened: str) -> str:
    state, word = _STATES.get(approval.status, ("neutral", approval.status.capitalize()))
    when = (
        f"settled {moment(approval.settled_at)}"
        if approval.settled_at
        else f"expires {moment(approval.expires_at)}"
    )
    line = (
        f"<span>{escaped(approval.workflow_name or 'A workflow')}</span>"
        f"<span>asked {moment(approval.created_at)}</span><span>{when}</span>"
        f"<span>{_progress(approval)}</span>"
    )
    return _row(
        approval.approval_id,
        opened,
        f'<span class="gp-state" data-state="{state}">{word}</span>',
        approval.title,
        line,
        _body(approval, show),
    )


def _row(key: str, opened: str, state: str, title: str, line: str, body: str) -> str:
    shown = " open" if key == opened else ""
    return (
        f'<li data-key="{escaped(key)}"><details data-testid="approval"{shown}>'
        f'<summary>{state}<span class="gp-inbox-title">{escaped(title)}</span>'
        f'<span class="gp-inbox-line">{line}</span></summary>'
        f'<div class="gp-inbox-body">{body}</div></details></li>'
    )


def _progress(approval: Approval) -> str:
    rejected = sum(person.decision == "rejected" for person in approval.people)
    agreed = f"{approval.agreed} of {approval.quorum} agreed"
    return f"{agreed}, {rejected} rejected" if rejected else agreed


def _body(approval: Approval, show: Show) -> str:
    message = f'<p class="gp-inbox-message">{escaped(approval.message)}</p>'
    form = _vote(approval) if approval.status == "open" and approval.may_vote else _values(approval)
    run = f'<a href="runs?id={escaped(approval.run_id)}">See the run</a>' if show == "asked" else ""
    return f"{message if approval.message else ''}{form}{_people(approval)}{run}"


def _vote(approval: Approval) -> str:
    """The ways to answer: a comment and edits go with either button."""
    fields = fields_of_values(approval.editable)
    place = f"vote-{approval.approval_id}"
    edits = (
        f'<fieldset class="gp-edits"><legend>You may change</legend>{fields_html(fields, place)}'
        "</fieldset>"
        if fields
        else ""
    )
    veto = (
        "One rejection settles it."
        if approval.veto
        else "It is rejected when too few can still agree."
    )
    quorum = (
        f"{counted(approval.quorum, 'person has', 'people have')} to agree. "
        if approval.quorum > 1
        else ""
    )
    return (
        f'<form class="gp-answer" data-action="vote" data-keep data-id="{approval.approval_id}">'
        f'{edits}<label for="{place}-comment"><span>Comment <span class="gp-optional">optional'
        f'</span></span><textarea id="{place}-comment" name="comment" rows="2" maxlength="5000">'
        f'</textarea></label><p class="gp-quiet">{quorum}{veto} Until then you may change your '
        'mind.</p><div class="gp-answer-buttons">'
        '<button type="submit" name="decision" value="approved" class="gp-button gp-primary">'
        f"{icon('check')}Approve</button>"
        '<button type="submit" name="decision" value="rejected" class="gp-button" formnovalidate>'
        f"{icon('close')}Reject</button></div></form>"
    )


def _values(approval: Approval) -> str:
    """What could be changed, as it is or as it was settled."""
    values = dict(approval.editable)
    if approval.answer:
        values |= approval.answer.get("edits") or {}
    rows = "".join(
        f"<tr><th>{escaped(name)}</th><td>{escaped(value)}</td></tr>"
        for name, value in values.items()
    )
    return f'<table class="gp-table gp-values"><tbody>{rows}</tbody></table>' if rows else ""


def _people(approval: Approval) -> str:
    rows = "".join(_person(person) for person in approval.people)
    return f'<ul class="gp-votes" aria-label="Votes">{rows}</ul>' if rows else ""


def _person(person: ApproverVote) -> str:
    state, word = _VOTES.get(person.decision or "", ("neutral", "has not answered"))
    when = f" {moment(person.voted_at)}" if person.voted_at else ""
    comment = f"<q>{escaped(person.comment)}</q>" if person.comment else ""
    return (
        f'<li><span class="gp-state" data-state="{state}">{escaped(person.name)} {word}</span>'
        f'<span class="gp-quiet">{when}</span>{comment}</li>'
    )


def _question(question: ChatQuestion, opened: str) -> str:
    title, asked_at = escaped(question.thread_title), moment(question.asked_at)
    line = f"<span>{title}</span><span>asked {asked_at}</span>"
    thread = escaped(question.thread_id)
    talk = f'<a href="./?thread={thread}">Open the conversation</a>'
    message = f'<p class="gp-inbox-message">{escaped(question.message)}</p>'
    forms = [form for form in forms_of(question.response_schema) if not wants_file(form)]
    ways = "".join(_way(question, form, number) for number, form in enumerate(forms))
    body = f'{message if question.message else ""}<div class="gp-inbox-ways">{ways}</div>{talk}'
    state = '<span class="gp-state" data-state="waiting">Question</span>'
    return _row(question.interrupt_id, opened, state, question.title, line, body)


def wants_file(form: Form) -> bool:
    """An upload is made in the conversation, where its preview is."""
    return [field.name for field in form.fields] == ["import_id"]


def _way(question: ChatQuestion, form: Form, number: int) -> str:
    place = f"answer-{escaped(question.interrupt_id)}-{number}"
    return (
        f'<form class="gp-answer" data-action="answer" data-keep data-form="{number}" '
        f'data-id="{escaped(question.interrupt_id)}">{fields_html(form.fields, place)}'
        f'<div class="gp-answer-buttons"><button type="submit" class="gp-button">'
        f"{escaped(form.title)}</button></div></form>"
    )
