"""The parameters of a task, out of a clause: values that were said, and fields of earlier steps."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

from domain.drafting.catalogue import DraftTask
from domain.drafting.fields import Fields
from domain.drafting.needs import Need
from domain.drafting.roles import OPTIONAL, ROLES
from domain.drafting.tokens import Token

#: How a missing parameter is asked for; `{title}` is the step's.
_ASKED: Final = {
    "phone_number": "Which phone number should “{title}” write to?",
    "to": "Which e-mail address should “{title}” write to?",
    "channel": "Which Slack channel should “{title}” use?",
    "spreadsheet_id": "Which spreadsheet should “{title}” use? Paste its address or id.",
    "sql": "Which SQL should “{title}” run?",
    "url": "Which address should “{title}” call?",
    "payment_id": "Which payment is meant in “{title}”?",
    "amount_minor": "Which amount should “{title}” ask for?",
    "file_id": "Which file should “{title}” read?",
    "workflow_id": "Which workflow should “{title}” start?",
    "content_sid": "Which approved WhatsApp template should “{title}” send?",
}


@dataclass(slots=True)
class Bound:
    """Parameters, and what is not known of them."""

    params: dict[str, Any] = field(default_factory=dict[str, Any])
    #: The parameters that are needed and unknown, with the question for each.
    missing: dict[str, str] = field(default_factory=dict[str, str])
    assumptions: list[str] = field(default_factory=list[str])


def bound(task: DraftTask, tokens: Sequence[Token], fields: Fields, currency: str) -> Bound:
    """The parameters of a task in one place of a workflow."""
    found = Bound()
    required: Sequence[str] = task.params.get("required", ())
    properties: dict[str, Any] = task.params.get("properties", {})
    for name, schema in properties.items():
        if name not in required and name not in OPTIONAL:
            continue
        need = Need(task, name, schema, tuple(tokens), fields, currency, name in required)
        value = _value(need)
        found.assumptions += need.assumptions
        if value is not None:
            found.params[name] = _in_shape(value, need)
        elif name in required and "default" not in schema:
            found.missing[name] = question_about(task, name)
    return found


def question_about(task: DraftTask, name: str) -> str:
    """The question for a parameter that nobody gave."""
    usual = "What is the " + name.replace("_", " ") + " of “{title}”?"
    return _ASKED.get(name, usual).format(title=task.title)


def _value(need: Need) -> Any:
    role = ROLES.get(need.name)
    if role:
        return role(need)
    if found := need.fields.named(need.name):
        return found.template
    owner, _, last = need.name.rpartition("_")
    found = need.fields.ending(owner, last) if owner else None
    return found.template if found else None


def _in_shape(value: Any, need: Need) -> Any:
    is_list = "array" in need.kinds() and "string" not in need.kinds()
    if not is_list or isinstance(value, list) or need.name in ("rows", "values"):
        # The template of a list stays one; a text becomes the only item.
        return cast(Any, value)
    return [value]
