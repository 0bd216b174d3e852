"""The grammar's checker accepts every good log and finds each kind of violation."""

import pytest

from domain.grammar import thread_violations, violations
from tests.domain.logs import (
    Log,
    completed,
    end,
    event,
    executed,
    executing,
    numbered,
    started,
    thinks,
)

SIMPLE = [started(), thinks(), completed(), end()]

GOOD = {
    "one agent": SIMPLE,
    "one agent with a call": [
        started(),
        thinks(),
        executing("a"),
        executed("a"),
        completed(),
        end(),
    ],
    "nested agents": [
        started(),
        thinks(),
        started("root/data"),
        thinks("root/data"),
        started("root/data/query"),
        thinks("root/data/query"),
        executing("a", "root/data/query"),
        executed("a", "root/data/query"),
        completed("root/data/query"),
        completed("root/data"),
        completed(),
        end(),
    ],
    "the same agent side by side": [
        started(),
        thinks(),
        started("root/data"),
        started("root/data#2"),
        executing("a", "root/data"),
        executing("b", "root/data#2"),
        thinks("root/data#2"),
        executed("b", "root/data#2"),
        completed("root/data#2"),
        thinks("root/data"),
        executed("a", "root/data"),
        completed("root/data"),
        completed(),
        end(),
    ],
    "one agent twice, one after the other": [
        started(),
        thinks(),
        *(started("root/data"), thinks("root/data"), completed("root/data")),
        *(started("root/data"), thinks("root/data"), completed("root/data")),
        completed(),
        end(),
    ],
    "a run that waits for a human": [
        started(),
        started("root/data"),
        event("interrupt", id="i", value="?", response_schema=None),
        completed("root/data", "interrupted"),
        completed("root", "interrupted"),
        end("interrupted"),
    ],
    "a run that failed before anybody said a thing": [
        started(),
        event("error", error="ValueError", message="It broke."),
        completed("root", "error"),
        end("error"),
    ],
    "a run that was cancelled in a call": [
        started(),
        executing("a"),
        executed("a"),
        completed("root", "cancelled"),
        end("cancelled"),
    ],
    "a run that was taken over": [
        started(),
        executing("a"),
        event("resumed", attempt=2, from_checkpoint="c"),
        executed("a", attempt=2),
        thinks(attempt=2),
        completed(attempt=2),
        end(attempt=2),
    ],
}

BAD: dict[str, tuple[Log, str]] = {
    "nothing": ([], "the run has no events"),
    "no start": ([thinks(), completed(), end()], "the first event is agent_thinking"),
    "a start below the root": (
        [started("root/data"), thinks("root/data"), completed("root/data"), end()],
        "the first event is agent_started, not agent_started of the root",
    ),
    "no end": ([started(), thinks(), completed()], "the last event is agent_completed, not end"),
    "something behind the end": ([*SIMPLE, thinks()], "the last event is agent_thinking"),
    "two ends": ([*SIMPLE, end()], "there are 2 end events"),
    "no end at all": ([started(), thinks(), completed()], "there are 0 end events"),
    "an unknown ending": ([started(), thinks(), completed(), end("fine")], "status fine"),
    "a late writer": (
        [started(attempt=2), thinks(), completed(attempt=2), end(attempt=2)],
        "an older attempt wrote after a newer one",
    ),
    "an agent started twice": ([started(), *SIMPLE], "('root',) started twice"),
    "an agent without its parent": (
        [started(), thinks(), started("root/a/b"), thinks("root/a/b"), completed("root/a/b")],
        "('root', 'a', 'b') started outside of its parent",
    ),
    "an agent that is left open": (
        [started(), thinks(), end()],
        "('root',) is open at the end",
    ),
    "a thought of nobody": (
        [started(), thinks(), thinks("root/a"), completed(), end()],
        "('root', 'a') thinks while it is not open",
    ),
    "a thought after the completion": (
        [started(), thinks(), completed(), thinks(), end()],
        "('root',) thinks while it is not open",
    ),
    "a silent agent that is ok": (
        [started(), completed(), end()],
        "('root',) completed ok without a thought",
    ),
    "a completion of nobody": (
        [started(), thinks(), completed("root/a"), completed(), end()],
        "('root', 'a') completed without having started",
    ),
    "a parent before its child": (
        [started(), thinks(), started("root/a"), completed(), completed("root/a", "error"), end()],
        "('root',) completed before ('root', 'a')",
    ),
    "an agent before its call": (
        [started(), thinks(), executing("a"), completed(), executed("a"), end()],
        "('root',) completed while call a executes",
    ),
    "an agent before the call of its sub-agent": (
        [started(), thinks(), started("root/a"), executing("c", "root/a"), completed(), end()],
        "('root',) completed while call c executes",
    ),
    "a call that is left open": (
        [started(), thinks(), executing("a"), completed(), end()],
        "call a is open at the end",
    ),
    "a call twice at once": (
        [started(), thinks(), executing("a"), executing("a"), executed("a"), completed(), end()],
        "call a executes twice",
    ),
    "a call id used again": (
        [started(), thinks(), *[executing("a"), executed("a")] * 2, completed(), end()],
        "call a executes twice",
    ),
    "a call outside": (
        [started(), thinks(), executing("a", "root/x"), executed("a"), completed(), end()],
        "call a outside of an open agent",
    ),
    "a completion outside": (
        [started(), thinks(), executing("a"), executed("a", "root/x"), completed(), end()],
        "call a completed outside of an open agent",
    ),
    "a completion of no call": (
        [started(), thinks(), executed("a"), completed(), end()],
        "call a completed without executing",
    ),
    "two completions of a call": (
        [started(), thinks(), executing("a"), executed("a"), executed("a"), completed(), end()],
        "call a completed without executing",
    ),
}


@pytest.mark.parametrize("log", GOOD.values(), ids=GOOD)
def test_a_good_log_has_no_violations(log: Log) -> None:
    assert violations(log) == []


@pytest.mark.parametrize(("log", "sentence"), BAD.values(), ids=BAD)
def test_each_violation_is_named(log: Log, sentence: str) -> None:
    assert any(sentence in found for found in violations(log)), violations(log)


@pytest.mark.parametrize("log", GOOD.values(), ids=GOOD)
def test_a_good_log_without_any_one_of_its_opening_or_closing_events_is_bad(log: Log) -> None:
    structure = ("agent_started", "tool_executing", "tool_completed", "agent_completed", "end")
    for place, left_out in enumerate(log):
        if left_out["type"] in structure:
            assert violations(log[:place] + log[place + 1 :]) != [], left_out


def test_a_thread_is_checked_run_by_run() -> None:
    second = [{**entry, "run_id": "run-2"} for entry in SIMPLE]
    assert thread_violations(numbered([*SIMPLE, *second])) == []
    assert thread_violations(numbered([*SIMPLE, *second[:-1]])) == [
        "the last event is agent_completed, not end",
        "there are 0 end events",
    ]


def test_a_gap_in_the_numbers_is_found() -> None:
    log = numbered(SIMPLE)
    log[2]["seq"] = log[3]["seq"] = 4
    assert thread_violations(log) == ["seq 4 stands at place 3"]


def test_a_thread_without_events_is_in_order() -> None:
    assert thread_violations([]) == []
