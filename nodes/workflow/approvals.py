"""Approval nodes: one step asks people, the next only waits for what they decide."""

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from langgraph.types import interrupt

from domain.blueprints.templates import resolve
from domain.errors import InvalidInput
from domain.workflows.waiting import ApprovalRequest, approval_question, approval_schema
from nodes.workflow.step import At, Done, NoWaiting

#: Parameters that are taken as they are, and what they have to be: templates may bring them as
#: text. What is left out has the request's own default.
_PLAIN: Final[Mapping[str, Callable[[Any], Any]]] = {
    "quorum": int,
    "veto": lambda given: _one_of(given, (True, False)),
    "reminder_after": float,
    "escalate_after": float,
    "expires_after": float,
    "on_expiry": lambda given: _one_of(given, ("branch", "reject")),
}


class UnusableField(InvalidInput):
    """A field of an approval that came out as something else."""

    def __init__(self, node_id: str, field: str, expected: str) -> None:
        super().__init__(f"The field {field} of {node_id} cannot be used. Give {expected}.")


async def ask_people(at: At) -> Done:
    """Ask them, unless they were asked already at this place of this run."""
    waiting = at.workflows.waiting
    if waiting is None:
        raise NoWaiting
    given = {name: it for name, it in at.node.data.params.items() if name != "editable"}
    params = resolve(at.node.id, given, at.names)
    request = _request(at, params)
    approval_id = await waiting.ask(at.context.user, request)
    if request.editable:
        params["editable"] = request.editable
    return Done({"question": approval_question(approval_id, request), "params": params})


async def decided(at: At) -> Done:
    """Go on with what they decided; nothing happens before that."""
    asked: Mapping[str, Any] = at.prepared
    question: Mapping[str, Any] = asked["question"]
    answer: Mapping[str, Any] = interrupt(question, response_schema=approval_schema())
    at.telling.begin(asked["params"])
    edits: Mapping[str, Any] = answer.get("edits") or {}
    output: dict[str, Any] = {
        "decision": answer["decision"],
        "comment": answer.get("comment"),
        "edits": dict(edits),
        "votes": answer.get("votes") or [],
        # What could be edited as it is now, edited or not.
        "values": {**question["editable"], **edits},
    }
    return Done(output, str(answer["decision"]))


def _request(at: At, params: Mapping[str, Any]) -> ApprovalRequest:
    plain = {
        name: _plain(at, name, params[name]) for name in _PLAIN if params.get(name) is not None
    }
    return ApprovalRequest(
        root_run_id=at.root_run_id,
        thread_id=at.thread_id,
        workflow_id=at.workflow_id,
        node_id=at.node.id,
        path=at.path,
        title=str(params.get("title") or at.node.title or at.node.id),
        message=str(params.get("message") or ""),
        approvers=_names(at, params, "approvers"),
        escalate_to=_names(at, params, "escalate_to"),
        editable=_editable(at),
        **plain,
    )


def _plain(at: At, field: str, given: Any) -> Any:
    try:
        return _PLAIN[field](given)
    except (TypeError, ValueError):
        expected = "what the form of the step offers"
        raise UnusableField(at.node.id, field, expected) from None


def _one_of(given: Any, allowed: tuple[Any, ...]) -> Any:
    if given not in allowed:
        raise ValueError(given)
    return given


def _names(at: At, params: Mapping[str, Any], field: str) -> tuple[str, ...]:
    given: Any = params.get(field) or ()
    if isinstance(given, str):
        return (given,)
    if not isinstance(given, list | tuple):
        raise UnusableField(at.node.id, field, "a list of people")
    return tuple(map(str, cast(list[Any], given)))


def _editable(at: At) -> Mapping[str, Any]:
    """What people may change, with its present values: named by hand, or by its path."""
    given: Any = at.node.data.params.get("editable") or {}
    if isinstance(given, list):
        paths = [str(path).strip("{} ") for path in cast(list[Any], given)]
        given = {path: f"{{{{{path}}}}}" for path in paths}
    if not isinstance(given, dict):
        raise UnusableField(at.node.id, "editable", "paths of values, or names with values")
    return resolve(at.node.id, cast(dict[str, Any], given), at.names)
