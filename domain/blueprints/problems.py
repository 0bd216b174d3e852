"""Problems of a blueprint: what was found, where, and what to do about it."""

from dataclasses import dataclass
from typing import Final, Literal

Severity = Literal["error", "warning"]

#: Every code there is, in the order in which problems of one place are listed.
CODES: Final = (
    *("schema", "too_large", "id_invalid", "id_duplicate"),
    *("edge_dangling", "edge_duplicate", "edge_branch"),
    *("no_trigger", "trigger_incoming", "unreachable", "cycle", "loop_body", "fallback_target"),
    *("service_unknown", "task_unknown"),
    *("param_missing", "param_unknown", "param_type", "param_literal"),
    *("connection_missing", "connection_forbidden", "secret_inline", "host_blocked"),
    *("var_syntax", "var_root", "var_order", "var_field"),
    *("condition_syntax", "condition_type", "items_type"),
    *("cron", "time_zone", "wait_range", "retry_range", "timeout_range"),
    *("approver_unknown", "quorum"),
    *("branch_open", "parallel_pause", "repeat_unsafe", "mass_send"),
    *("no_failure_notice", "sample_fails"),
)

#: Codes that never keep a workflow from going live.
WARNINGS: Final = frozenset(CODES[CODES.index("branch_open") :])


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a blueprint: a node's or an edge's field, or one of the whole."""

    field: str = ""
    node_id: str | None = None
    edge_id: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, for the canvas, the API and the drafter alike."""

    code: str
    severity: Severity
    message: str
    next_step: str
    field: str = ""
    node_id: str | None = None
    edge_id: str | None = None
    #: What could stand there instead, or the ids of the nodes and edges that it is about.
    suggestions: tuple[str, ...] = ()


def problem(
    code: str, place: Place, message: str, next_step: str, suggestions: tuple[str, ...] = ()
) -> Problem:
    """A problem whose severity is its code's."""
    return Problem(
        code=code,
        severity="warning" if code in WARNINGS else "error",
        message=message,
        next_step=next_step,
        field=place.field,
        node_id=place.node_id,
        edge_id=place.edge_id,
        suggestions=suggestions,
    )
