"""The plain page of a vote by link: what is asked, and the two ways to answer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from ui.form_html import PREFIX, fields_html
from ui.forms import Field, fields_of_values
from ui.markup import escaped
from ui.pages.plain_page import plain_page

_STANDS: Final = {
    "approved": "It was approved. Nothing more is asked of you.",
    "rejected": "It was rejected. Nothing more is asked of you.",
    "cancelled": "The run that asked was cancelled. Nothing more is asked of you.",
    "expired": "Nobody settled it in time. Nothing more is asked of you.",
}


@dataclass(frozen=True, slots=True)
class AskedVote:
    """What somebody with a link is asked."""

    workflow_name: str
    title: str
    message: str
    editable: Mapping[str, Any]
    status: str
    expires_at: datetime
    you: str
    your_decision: str | None


def vote_page(asked: AskedVote, problem: str = "", entered: Mapping[str, str] | None = None) -> str:
    """The page; with what was entered when that cannot be used."""
    about = f"{asked.workflow_name} asks {asked.you}." if asked.workflow_name else ""
    message = f'<p class="message">{escaped(asked.message)}</p>' if asked.message else ""
    body = f'<p class="quiet">{escaped(about)}</p>{message}{_answer(asked, problem, entered or {})}'
    return plain_page(asked.title, asked.title, body)


def _answer(asked: AskedVote, problem: str, entered: Mapping[str, str]) -> str:
    if asked.status != "open":
        said = _STANDS.get(asked.status, f"It is {asked.status}. Nothing more is asked of you.")
        return f'<p role="status"><strong>{escaped(said)}</strong></p>'
    voted = (
        f'<p role="status"><strong>Your vote counts: {escaped(asked.your_decision)}.</strong> '
        "Until it is settled you may change it.</p>"
        if asked.your_decision
        else ""
    )
    told = f'<p class="problem" role="alert">{escaped(problem)}</p>' if problem else ""
    fields = [_as_entered(field, entered) for field in fields_of_values(asked.editable)]
    comment = escaped(entered.get("comment", ""))
    until = f"{asked.expires_at.astimezone(UTC):%-d %B %Y, %H:%M} UTC"
    return (
        f'{voted}{told}<form method="post">{fields_html(fields, "field")}'
        '<label for="comment">Comment <span class="gp-optional">optional</span></label>'
        f'<textarea id="comment" name="comment" rows="3" maxlength="5000">{comment}</textarea>'
        '<div class="ways"><button type="submit" name="decision" value="approved">Approve</button>'
        '<button type="submit" name="decision" value="rejected" class="quiet-button"'
        " formnovalidate>Reject</button></div></form>"
        f'<p class="quiet">It can be answered until {until}. The link is yours alone: whoever has '
        "it votes for you.</p>"
    )


def _as_entered(field: Field, entered: Mapping[str, str]) -> Field:
    if not entered:
        return field
    given: Any = entered.get(PREFIX + field.name)
    if field.kind == "boolean":
        return replace(field, default=given is not None)
    return field if given is None else replace(field, default=given, kind=_text_of(field))


def _text_of(field: Field) -> Any:
    """What was entered is shown again as it was, also where it is no JSON."""
    return "text" if field.kind == "json" else field.kind
