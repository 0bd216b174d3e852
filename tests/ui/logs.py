"""A realistic event log of one cost analysis, as tests of the reducer read it."""

from typing import Any

RUN = "11111111-1111-4111-8111-111111111111"
SECOND_RUN = "22222222-2222-4222-8222-222222222222"
THREAD = "99999999-9999-4999-8999-999999999999"
REPORT = "33333333-3333-4333-8333-333333333333"


def numbered(
    events: list[dict[str, Any]], run_id: str = RUN, start: int = 1
) -> list[dict[str, Any]]:
    """The events with their envelopes."""
    return [
        {
            "seq": seq,
            "run_id": run_id,
            "thread_id": THREAD,
            "at": f"2026-01-05T09:00:{seq % 60:02d}.000Z",
            "node": None,
            "attempt": 1,
            **event,
        }
        for seq, event in enumerate(events, start)
    ]


def started(*path: str, **fields: Any) -> dict[str, Any]:
    """An agent begins."""
    agent = path[-1]
    return {"type": "agent_started", "path": list(path), "agent": agent, **fields}


def completed(*path: str, status: str = "ok", **fields: Any) -> dict[str, Any]:
    """An agent ends."""
    body = {"agent": path[-1], "status": status, "duration_ms": 1200}
    return {"type": "agent_completed", "path": list(path), **body, **fields}


def thought(*path: str, text: str, message_id: str) -> dict[str, Any]:
    """A whole sentence."""
    body = {"kind": "thought", "text": text, "message_id": message_id}
    return {"type": "agent_thinking", "path": list(path), **body}


def delta(*path: str, text: str, offset: int, **fields: Any) -> dict[str, Any]:
    """A fragment of a streamed message."""
    body = {"kind": "delta", "text": text, "offset": offset, "model": "playbook"}
    return {"type": "agent_thinking", "path": list(path), "channel": "answer", **body, **fields}


def calling(*path: str, tool: str, call_id: str, **args: Any) -> dict[str, Any]:
    """A tool is called."""
    body = {"tool": tool, "call_id": call_id, "args": args}
    return {"type": "tool_executing", "path": list(path), **body}


def called(*path: str, tool: str, call_id: str, **fields: Any) -> dict[str, Any]:
    """That call ends."""
    body = {"tool": tool, "call_id": call_id, "status": "ok", "duration_ms": 35, **fields}
    return {"type": "tool_completed", "path": list(path), **body}


ANALYSIS = numbered(
    [
        started("supervisor", title="Assistant", input="Analyze my AI costs"),
        thought("supervisor", text="This is a question about costs.", message_id="t1"),
        started("supervisor", "data", title="Data", input="Analyze my AI costs"),
        thought("supervisor", "data", text="First I look at what usage there is.", message_id="t2"),
        calling("supervisor", "data", tool="check_usage_data", call_id="c1"),
        called("supervisor", "data", tool="check_usage_data", call_id="c1", result={"rows": 3}),
        delta("supervisor", "data", text="28,185 calls", offset=0, message_id="m1"),
        delta("supervisor", "data", text=" read.", offset=12, message_id="m1"),
        completed(
            "supervisor",
            "data",
            usage={"model": "gpt-4o", "input_tokens": 900, "output_tokens": 100, "cost_usd": None},
        ),
        started("supervisor", "report", title="Report", input=""),
        calling("supervisor", "report", tool="render_report", call_id="c2", title="AI costs"),
        called(
            "supervisor",
            "report",
            tool="render_report",
            call_id="c2",
            result=f'{{"report_id": "{REPORT}", "total": "173.9"',
        ),
        thought("supervisor", "report", text="The report is ready.", message_id="t3"),
        completed("supervisor", "report"),
        delta("supervisor", text="You spent ", offset=0, message_id="m2"),
        delta("supervisor", text="$100", offset=10, message_id="m2"),
        delta("supervisor", text="", offset=0, message_id="m2"),
        delta("supervisor", text="You spent $173.90.", offset=0, message_id="m2"),
        completed("supervisor"),
        {"type": "end", "path": [], "status": "success"},
    ]
)

QUESTION = numbered(
    [
        started("supervisor", title="Assistant", input="Analyze my AI costs"),
        started("supervisor", "data", title="Data", input=""),
        thought("supervisor", "data", text="There is no usage yet.", message_id="t9"),
        {
            "type": "interrupt",
            "path": ["supervisor", "data"],
            "id": "i1",
            "value": {"kind": "usage_needed", "title": "Which usage?", "message": "Upload some."},
            "response_schema": {"type": "object"},
        },
        completed("supervisor", "data", status="interrupted"),
        completed("supervisor", status="interrupted"),
        {"type": "end", "path": [], "status": "interrupted"},
    ]
)
