"""Traces put agents, nodes, loop items and attempts into one tree with their times."""

from typing import Any

from tests.ui.logs import RUN, SECOND_RUN, numbered
from ui.run_trace import Trace, trace_of


def call(item: str, tool: str = "condition", **ended: Any) -> list[dict[str, Any]]:
    node = item.rpartition("/")[2]
    common = {"path": ["workflow"], "call_id": item, "tool": tool, "node_id": node, "item": item}
    return [
        {"type": "tool_executing", "args": {"of": item}, **common},
        {"type": "tool_completed", "status": "ok", "result": {"done": item}, **common, **ended},
    ]


def begin() -> dict[str, Any]:
    return {"type": "agent_started", "path": ["workflow"], "agent": "workflow"}


def end(status: str) -> list[dict[str, Any]]:
    said = {"success": "ok"}.get(status, status)
    return [
        {"type": "agent_completed", "path": ["workflow"], "agent": "workflow", "status": said},
        {"type": "end", "path": ["workflow"], "status": status},
    ]


def drawn(trace: Trace) -> list[str]:
    """The tree as lines: depth, title and state."""
    lines: list[str] = []

    def visit(spans: Any, depth: int) -> None:
        for span in spans:
            lines.append(f"{'  ' * depth}{span.title} {span.state}")
            visit(span.children, depth + 1)

    visit(trace.roots, 0)
    return lines


def test_loop_items_lie_below_their_loop_and_stand_as_their_worst_step() -> None:
    events = [begin(), *call("rows", "loop")]
    events += call("rows[0]/send") + call("rows[1]/send", status="error", error="No.")
    events += [*call("rows[1]/inner", "loop"), *call("rows[1]/inner[0]/x"), *end("error")]
    trace = trace_of(numbered(events), is_workflow=True)
    assert drawn(trace) == [
        "Rows done",
        "  Item 1 done",
        "    Send done",
        "  Item 2 failed",
        "    Send failed",
        "    Inner done",
        "      Item 1 done",
        "        X done",
    ]
    rows = trace.find("rows")
    assert rows
    last = trace.find("rows[1]/inner[0]/x")
    assert last
    assert rows.ended_at == last.ended_at
    failed = trace.find("rows[1]/send")
    assert failed
    assert (failed.error, failed.given) == ("No.", {"of": "rows[1]/send"})


def test_every_attempt_at_a_node_is_kept() -> None:
    events = [begin(), *call("send", status="error", error="Busy."), *call("send"), *end("success")]
    span = trace_of(numbered(events), is_workflow=True).find("send")
    assert span
    tries = [(each.state, each.error) for each in span.tries]
    assert tries == [("failed", "Busy."), ("done", None)]
    assert span.state == "done"


def test_agents_among_nodes_show_what_they_did_inside() -> None:
    inner = {"path": ["workflow", "ask"], "agent": "ask", "node_id": "ask", "item": "ask"}
    tool = {"path": ["workflow", "ask"], "call_id": "c1", "tool": "query_usage"}
    events = [
        begin(),
        {"type": "agent_started", "title": "Ask", "input": "Why?", **inner},
        {"type": "tool_executing", "args": {}, **tool},
        {"type": "tool_completed", "status": "ok", "result": 1, "duration_ms": 5, **tool},
        {"type": "agent_completed", "status": "ok", "result": "So.", "duration_ms": 9, **inner},
        *end("success"),
    ]
    assert drawn(trace_of(numbered(events), is_workflow=True)) == ["Ask done", "  Query usage done"]


def test_a_wait_lies_between_the_windows_of_two_runs() -> None:
    asked = {"kind": "wait", "node_id": "pause", "item": "pause", "title": "pause"}
    first = [begin(), {"type": "interrupt", "id": "i", "value": asked, "path": ["workflow"]}]
    events = numbered([*first, *end("interrupted")])
    waiting = trace_of(events, is_workflow=True)
    assert drawn(waiting) == ["Pause waiting"]
    later = numbered([begin(), *call("pause", "wait"), *end("success")], SECOND_RUN, start=30)
    trace = trace_of([*events, *later], is_workflow=True)
    assert drawn(trace) == ["Pause done"]
    assert [window.ended_at is None for window in trace.windows] == [False, False]
    assert trace.windows[0].ended_at != trace.windows[1].started_at


def test_what_is_under_way_has_no_end_yet() -> None:
    trace = trace_of(numbered([begin(), call("send")[0]]), is_workflow=True)
    [window] = trace.windows
    assert window.ended_at is None
    span = trace.find("send")
    assert span
    assert (span.state, span.ended_at) == ("running", None)
    assert trace.find("nothing") is None


def test_agents_of_a_conversation_are_a_tree_with_their_tools() -> None:
    root, data = {"path": ["supervisor"], "agent": "supervisor"}, ["supervisor", "data"]
    events = [
        {"type": "agent_started", "title": "Supervisor", "input": "Hi", **root},
        {"type": "agent_started", "title": "Data", "path": data, "agent": "data"},
        {"type": "tool_executing", "path": data, "call_id": "c", "tool": "price_usage", "args": {}},
        {"type": "tool_completed", "path": data, "call_id": "c", "status": "error", "error": "No."},
        {"type": "agent_completed", "path": data, "agent": "data", "status": "error"},
    ]
    assert drawn(trace_of(numbered(events, RUN), is_workflow=False)) == [
        "Supervisor running",
        "  Data failed",
        "    Price usage failed",
    ]
