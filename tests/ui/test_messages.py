"""The transcript as chat messages: states in words, long threads folded to a window."""

from typing import Any

from tests.ui.logs import ANALYSIS, RUN, called, calling, completed, numbered, started
from ui.messages import hidden_count, messages
from ui.reducer import reduce_all
from ui.transcript import Transcript


def long_run(run_id: str, start: int, calls: int) -> list[dict[str, Any]]:
    body = [started("supervisor", title="Assistant", input=f"Question of {run_id}")]
    for n in range(calls):
        body.append(calling("supervisor", tool="query_usage", call_id=f"{run_id}-{n}"))
        body.append(called("supervisor", tool="query_usage", call_id=f"{run_id}-{n}"))
    body += [completed("supervisor"), {"type": "end", "status": "success"}]
    return numbered(body, run_id, start)


def test_a_step_says_its_place_state_and_seconds() -> None:
    shown = messages(reduce_all(Transcript(), ANALYSIS))
    tool = next(m for m in shown if m.get("metadata", {}).get("title") == "Check usage data")
    step = tool.get("metadata", {})
    assert step.get("status") == "done"
    assert step.get("duration") in (0.03, 0.04)
    assert '"rows": 3' in tool["content"]


def test_a_step_that_failed_says_so_in_its_title() -> None:
    log = numbered(
        [
            started("supervisor", title="Assistant", input="Hi"),
            calling("supervisor", tool="query_usage", call_id="c"),
            called("supervisor", tool="query_usage", call_id="c", status="error", error="No rows."),
        ]
    )
    last = messages(reduce_all(Transcript(), log))[-1]
    assert last.get("metadata", {}).get("title") == "Query usage · failed"
    assert "No rows." in last["content"]


def test_the_full_question_of_a_run_is_preferred_over_the_events_short_one() -> None:
    shown = messages(reduce_all(Transcript(), ANALYSIS), questions={RUN: "The whole question"})
    assert shown[0] == {"role": "user", "content": "The whole question"}


def test_a_long_thread_folds_the_steps_of_its_older_runs_first() -> None:
    log = long_run("one", 1, 30)
    log += long_run("two", len(log) + 1, 30)
    state = reduce_all(Transcript(), log)
    shown = messages(state, 60)
    assert hidden_count(state, 60) == 0
    questions = [m["content"] for m in shown if m["role"] == "user"]
    assert questions == ["Question of one", "Question of two"]
    assert any("30 steps, folded" in m["content"] for m in shown)


def test_what_still_does_not_fit_stands_before_the_window() -> None:
    state = reduce_all(Transcript(), long_run("one", 1, 90))
    assert len(messages(state, 60)) == 60
    assert hidden_count(state, 60) == 32
    assert len(messages(state, 120)) == 92


def test_a_result_with_backticks_stays_inside_its_fence() -> None:
    log = numbered(
        [
            started("supervisor", title="Assistant", input="Hi"),
            calling("supervisor", tool="query_usage", call_id="c"),
            called("supervisor", tool="query_usage", call_id="c", result="```\nout"),
        ]
    )
    assert "````json\n```\nout\n````" in messages(reduce_all(Transcript(), log))[-1]["content"]


def test_the_newest_runs_own_step_stays_open_and_older_ones_close() -> None:
    body = [
        started("supervisor", title="Assistant", input="Hi"),
        completed("supervisor"),
        {"type": "end", "status": "success"},
    ]
    first, second = numbered(body, "r1"), numbered(body, "r2", len(body) + 1)
    steps = [
        step
        for message in messages(reduce_all(Transcript(), [*first, *second]))
        if (step := message.get("metadata"))
    ]
    assert [step.get("status") for step in steps] == ["done", None]
