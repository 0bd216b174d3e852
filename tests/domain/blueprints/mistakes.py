"""Mistakes that somebody can make in a workflow that is right, and where each has to be found."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from domain.blueprints.names import ROOTS
from tests.domain.blueprints.examples import edges, log, node, query, send
from tests.domain.blueprints.test_random_blueprints import Builder

#: The id of the step or the edge (None is the whole workflow), and the field.
Found = tuple[str | None, str]
Json = dict[str, Any]
HANDLING = "data.error_handling"


@dataclass
class Workflow:
    """A workflow without problems that has a step of every kind, and grows wrong."""

    data: st.DataObject
    nodes: list[Json]
    edges: list[Json]
    settings: Json

    def any(self, kind: str, service: str | None = None) -> Json:
        """Some step of a type."""
        of_kind = [one for one in self.nodes if one["type"] == kind]
        fitting = [one for one in of_kind if service in (None, one["data"].get("service"))]
        return self.data.draw(st.sampled_from(fitting))

    def any_edge(self, *kinds: str) -> Json:
        """Some edge, out of a step of these types."""
        ids = {one["id"] for one in self.nodes if not kinds or one["type"] in kinds}
        return self.data.draw(st.sampled_from([one for one in self.edges if one["source"] in ids]))

    def connect(self, source: str, target: str, branch: str | None = None) -> str:
        """Add an edge, and give its id."""
        self.edges.append({"id": "extra", "source": source, "target": target, "branch": branch})
        return "extra"

    def document(self) -> Json:
        """As it is saved."""
        parts = {"nodes": self.nodes, "edges": self.edges, "settings": self.settings}
        return {"schema": 1, "name": "w", **parts}


Mistake = Callable[[Workflow], Found]


def workflow(data: st.DataObject) -> Workflow:
    """Random steps, and behind them one of every kind."""
    builder = Builder(data)
    ends = builder.blocks(["paid"], ["trigger_data", "paid"], depth=1)
    ways = [*builder.ways, *(_way(end, "send") for end in ends)]
    rows = query("SELECT 1 WHERE 1 = $1", 1)
    ask = node("ask", "approval", {"title": "Pay?", "approvers": ["boss"]})
    nodes = [
        *builder.nodes,
        *(send(), rows, node("pause", "wait", {"seconds": 5}), ask),
        node("big", "condition", {"condition": "trigger_data.amount > 1"}),
        node("lines", "loop", {"items": "{{trigger_data.lines}}"}),
        *(log("body", "{{item.sku}}"), log("last"), log("apart")),
        node("nine", "trigger", {"cron": "0 9 * * *"}, service="timer", task="schedule"),
    ]
    ways += ["send>rows", "rows>pause", "pause>ask", "nine>apart", "lines>body:each"]
    ways += [f"ask>big:{branch}" for branch in ("approved", "rejected", "expired")]
    ways += ["big>lines:true", "big>last:false", "lines>last:done"]
    return Workflow(data, nodes, edges(*ways), {})


def _way(end: str, target: str) -> str:
    source, colon, branch = end.partition(":")
    return f"{source}>{target}{colon}{branch}"


def _param(kind: str, name: str, *values: Any, service: str | None = None, at: str = "") -> Mistake:
    """A parameter, of a step of some type, with one of these values."""

    def mistake(workflow: Workflow) -> Found:
        it = workflow.any(kind, service)
        it["data"]["params"][name] = workflow.data.draw(st.sampled_from(values))
        return it["id"], f"data.params.{name}{at}"

    return mistake


def _handling(name: str, *values: Any, service: str = "log") -> Mistake:
    """How failures are handled, with one of these values."""

    def mistake(workflow: Workflow) -> Found:
        it = workflow.any("action", service)
        it["data"]["error_handling"] = {name: workflow.data.draw(st.sampled_from(values))}
        return it["id"], f"{HANDLING}.{name}"

    return mistake


def _setting(name: str, *values: Any) -> Mistake:
    def mistake(workflow: Workflow) -> Found:
        workflow.settings[name] = workflow.data.draw(st.sampled_from(values))
        return None, f"settings.{name}"

    return mistake


def _data(name: str, value: Any, kind: str = "action", service: str | None = None) -> Mistake:
    """What a step is, and with which account."""

    def mistake(workflow: Workflow) -> Found:
        it = workflow.any(kind, service)
        it["data"][name] = value
        return it["id"], f"data.{name}"

    return mistake


def _bad_id(workflow: Workflow) -> Found:
    words = ["A b", "a__b", "9a", "a" * 49, "in", "", *sorted(ROOTS)]
    name = workflow.data.draw(st.sampled_from(words))
    workflow.nodes.append(log(name))
    workflow.connect("last", name)
    return name, "id"


def _same_id(workflow: Workflow) -> Found:
    name = workflow.any("action")["id"]
    workflow.nodes.append(log(name))
    return name, "id"


def _same_edge_id(workflow: Workflow) -> Found:
    name = workflow.any_edge()["id"]
    workflow.nodes.append(log("more"))
    workflow.edges.append({"id": name, "source": "last", "target": "more"})
    return name, "id"


def _dangling(workflow: Workflow) -> Found:
    field = workflow.data.draw(st.sampled_from(["source", "target"]))
    edge = workflow.any_edge()
    edge[field] = "nowhere"
    return edge["id"], field


def _twice(workflow: Workflow) -> Found:
    edge = workflow.any_edge()
    workflow.edges.append({**edge, "id": "extra"})
    return "extra", ""


def _branch(workflow: Workflow) -> Found:
    edge = workflow.any_edge()
    edge["branch"] = workflow.data.draw(st.sampled_from(["maybe", "TRUE", ""]))
    return edge["id"], "branch"


def _bare(workflow: Workflow) -> Found:
    edge = workflow.any_edge("condition", "loop", "approval")
    edge.pop("branch", None)
    return edge["id"], "branch"


def _no_trigger(workflow: Workflow) -> Found:
    workflow.nodes[:] = [one for one in workflow.nodes if one["type"] != "trigger"]
    return None, "nodes"


def _into_trigger(workflow: Workflow) -> Found:
    return workflow.connect("last", workflow.any("trigger")["id"]), "target"


def _unreached(workflow: Workflow) -> Found:
    workflow.nodes.append(log("alone"))
    return "alone", ""


def _circle(workflow: Workflow) -> Found:
    workflow.connect("pause", workflow.data.draw(st.sampled_from(["send", "rows", "pause"])))
    way = {"send", "rows", "pause"} if workflow.edges[-1]["target"] == "send" else {"rows", "pause"}
    way = {"pause"} if workflow.edges[-1]["target"] == "pause" else way
    return next(one["id"] for one in workflow.nodes if one["id"] in way), ""


def _into_loop(workflow: Workflow) -> Found:
    return workflow.connect("rows", "body"), "target"


def _open_branch(workflow: Workflow) -> Found:
    workflow.nodes.append(node("more", "condition", {"condition": "true"}))
    workflow.connect("last", "more")
    return "more", ""


def _beside_a_pause(workflow: Workflow) -> Found:
    workflow.nodes.append(log("beside"))
    workflow.connect("rows", "beside")
    return "pause", ""


def _sends_in_a_loop(workflow: Workflow) -> Found:
    workflow.nodes.append(send("each"))
    workflow.connect("body", "each")
    return "each", ""


def _lacks(name: str, kind: str, service: str | None = None) -> Mistake:
    """A step without what it needs."""

    def mistake(workflow: Workflow) -> Found:
        it = workflow.any(kind, service)
        workflow.data.draw(st.sampled_from([it["data"]["params"].pop, _empty(it)]))(name)
        return it["id"], f"data.params.{name}"

    return mistake


def _empty(it: Json) -> Callable[[str], None]:
    return lambda name: it["data"]["params"].update({name: ""})


def _fallback(workflow: Workflow) -> Found:
    it = workflow.any("action", "log")
    to = workflow.data.draw(st.sampled_from(["nobody", "paid", it["id"], "send"]))
    it["data"]["error_handling"] = {"on_failure": "fallback", "fallback_action": to}
    return it["id"], f"{HANDLING}.fallback_action"


def _wait_for_nothing(workflow: Workflow) -> Found:
    params = [{}, {"seconds": 5, "until": "2030-01-31"}, {"seconds": None}]
    workflow.any("wait")["data"]["params"] = workflow.data.draw(st.sampled_from(params))
    return "pause", "data.params"


def _no_account(workflow: Workflow) -> Found:
    workflow.any("action", "whatsapp")["data"].pop("connection")
    return "send", "data.connection"


KEY = "sk_" + "live_abcdefgh1234"

#: Each mistake with the code that it is found by.
MISTAKES: list[tuple[str, Mistake]] = [
    *(("id_invalid", _bad_id), ("id_duplicate", _same_id), ("id_duplicate", _same_edge_id)),
    *(("edge_dangling", _dangling), ("edge_duplicate", _twice)),
    *(("edge_branch", _branch), ("edge_branch", _bare)),
    *(("no_trigger", _no_trigger), ("trigger_incoming", _into_trigger)),
    *(("unreachable", _unreached), ("cycle", _circle), ("loop_body", _into_loop)),
    ("fallback_target", _fallback),
    ("service_unknown", _data("service", "watsapp")),
    ("service_unknown", _data("service", "watsapp", "trigger")),
    ("task_unknown", _data("task", "sent")),
    ("task_unknown", _data("task", "send_message", "trigger")),
    ("param_missing", _lacks("message", "action", "whatsapp")),
    ("param_missing", _lacks("condition", "condition")),
    ("param_missing", _lacks("items", "loop")),
    ("param_missing", _lacks("approvers", "approval")),
    ("param_missing", _lacks("cron", "trigger", "timer")),
    ("param_unknown", _param("action", "colour", "red", service="whatsapp")),
    ("param_unknown", _param("loop", "colour", "red")),
    ("param_type", _param("action", "copies", "3", 4, True, [1], service="whatsapp")),
    ("param_type", _param("action", "tags", ["a", 1], service="whatsapp", at=".1")),
    ("param_type", _param("loop", "concurrency", 0, 21, "5")),
    ("param_type", _param("approval", "veto", "yes", 1)),
    ("param_literal", _param("action", "sql", "SELECT {{paid.amount}}", service="database")),
    ("connection_missing", _no_account),
    ("connection_forbidden", _data("connection", "mail")),
    ("secret_inline", _param("action", "text", KEY, f"key: {KEY}", service="log")),
    ("secret_inline", _param("approval", "message", KEY)),
    ("host_blocked", _param("action", "text", "http://10.0.0.1", "https://a.local", service="log")),
    ("var_syntax", _param("action", "text", "{{a|b}}", "{{", "{{a.b()}}", service="log")),
    ("var_root", _param("action", "text", "{{triger.x}}", "a {{error.x}} b", service="log")),
    ("var_root", _param("action", "message", "{{item}}", "{{index}}", service="whatsapp")),
    ("var_root", _param("condition", "condition", "triger.x > 1")),
    ("var_order", _param("action", "message", "{{last}}", "{{big.x}}", service="whatsapp")),
    ("var_order", _param("condition", "condition", "last.x > 1")),
    ("var_field", _param("action", "text", "{{trigger_data.amont}}", service="log")),
    ("condition_syntax", _param("condition", "condition", "1 >", "&&", "a ? b")),
    ("condition_type", _param("condition", "condition", "1 + 1", "'a'", "1 > 'a'")),
    ("items_type", _param("loop", "items", 3, "a, b", "{{trigger_data.amount}}", [0] * 1001)),
    ("cron", _param("trigger", "cron", "nine", "0 0 9 * * *", "60 9 * * *", service="timer")),
    ("time_zone", _param("trigger", "time_zone", "Mars", service="timer")),
    ("time_zone", _setting("time_zone", "Mars", "")),
    ("wait_range", _param("wait", "seconds", 0, -5, 31 * 86400)),
    ("wait_range", _wait_for_nothing),
    ("retry_range", _handling("retry_count", -1, 11)),
    ("retry_range", _handling("retry_delay", -1.0, 3601.0)),
    ("timeout_range", _handling("timeout", 0.0, 3601.0)),
    ("timeout_range", _setting("run_timeout", 0.5, 86401.0)),
    ("approver_unknown", _param("approval", "approvers", ["nobody"], ["a@b"], at=".0")),
    ("quorum", _param("approval", "quorum", 2, 100)),
    *(("branch_open", _open_branch), ("parallel_pause", _beside_a_pause)),
    ("repeat_unsafe", _handling("retry_count", 1, 10, service="whatsapp")),
    *(("mass_send", _sends_in_a_loop), ("no_failure_notice", _setting("notify_on_failure", False))),
]
