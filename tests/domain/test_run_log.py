"""Folding a log gives what is open, which calls were ever made, and what it cost."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from domain.run_log import Usage, fold
from tests.domain.logs import completed, end, event, executed, executing, started, thinks


def usage(cost_usd: str | None = "0.5", model: str = "gpt-4o") -> dict[str, Any]:
    return {"model": model, "input_tokens": 10, "output_tokens": 2, "cost_usd": cost_usd}


def test_an_empty_log_has_not_started() -> None:
    log = fold([])
    assert not log.has_started
    assert (log.agents, log.tools, log.call_ids) == ({}, {}, set())


def test_any_event_means_that_the_run_has_started() -> None:
    assert fold([event("resumed", from_checkpoint=None)]).has_started


def test_agents_are_open_until_they_complete_in_the_order_of_their_start() -> None:
    log = fold([started(), started("root/b"), started("root/a"), completed("root/b", "error")])
    assert list(log.agents) == [("root",), ("root", "a")]


def test_an_open_agent_knows_its_title_its_start_and_whether_it_has_spoken() -> None:
    log = fold([started(at="2026-05-04T10:00:00.250Z"), started("root/a"), thinks("root/a")])
    root, inner = log.agents.values()
    assert root.title == "T"
    assert root.started_at == datetime(2026, 5, 4, 10, 0, 0, 250_000, tzinfo=UTC)
    assert (root.has_said, inner.has_said) == (False, True)


def test_an_agent_without_a_title_is_called_by_its_name() -> None:
    log = fold([event("agent_started", "root/data", agent="data", title=None, input=None)])
    assert log.agents["root", "data"].title == "data"


def test_calls_are_open_until_they_complete_and_their_ids_stay_known() -> None:
    log = fold([started(), executing("a"), executing("b"), executed("a")])
    assert list(log.tools) == ["b"]
    assert (log.tools["b"].tool, log.tools["b"].path) == ("add", ("root",))
    assert log.call_ids == {"a", "b"}


def test_a_run_that_has_ended_has_nothing_open() -> None:
    log = fold([started(), thinks(), executing("a"), executed("a"), completed(), end()])
    assert (log.agents, log.tools) == ({}, {})


def test_events_of_agents_that_are_not_open_change_nothing() -> None:
    log = fold([started(), thinks("root/x"), completed("root/x"), executed("nothing")])
    assert list(log.agents) == [("root",)]
    assert not log.agents["root",].has_said


def test_usage_goes_up_to_the_parent_and_from_there_to_the_grandparent() -> None:
    events = [started(), started("root/a"), started("root/a/b")]
    events += [completed("root/a/b", usage=usage("0.1"))]
    log = fold(events)
    assert log.agents["root", "a"].usage.cost_usd == Decimal("0.1")
    assert log.agents["root",].usage.as_json() is None
    log.apply(completed("root/a", usage=usage("0.3")))
    assert log.agents["root",].usage.as_json() == usage("0.3")


def test_usage_of_agents_side_by_side_is_added_up() -> None:
    events = [started(), started("root/a"), started("root/a#2")]
    events += [completed("root/a", usage=usage("0.1")), completed("root/a#2", usage=usage("0.2"))]
    spent = fold(events).agents["root",].usage
    assert (spent.input_tokens, spent.output_tokens) == (20, 4)
    assert spent.cost_usd == Decimal("0.3")


def test_a_cost_is_unknown_once_a_part_of_it_is() -> None:
    events = [started(), started("root/a"), started("root/b")]
    events += [completed("root/a", usage=usage(None)), completed("root/b", usage=usage("0.2"))]
    spent = fold(events).agents["root",].usage
    assert spent.cost_usd is None
    assert spent.as_json() == {
        "model": "gpt-4o",
        "input_tokens": 20,
        "output_tokens": 4,
        "cost_usd": None,
    }


def test_usage_says_the_model_that_spoke_last_and_nothing_when_none_spoke() -> None:
    spent = Usage()
    assert spent.as_json() is None
    spent.add(Usage("gpt-4o", 1, 1, Decimal(1)))
    spent.add(Usage())
    assert spent.model == "gpt-4o"
    spent.add(Usage("playbook"))
    assert spent.model == "playbook"


def test_a_cost_is_written_to_the_last_digit() -> None:
    spent = Usage("m", 1, 1, Decimal("0.1"))
    spent.add(Usage("m", 1, 1, Decimal("0.000000123")))
    written = spent.as_json()
    assert written is not None
    assert written["cost_usd"] == "0.100000123"


def test_an_open_agent_is_found_by_its_task() -> None:
    log = fold([started(), started("root/a", task_id="t1"), started("root/b", task_id="t2")])
    assert log.path_of("t2") == ("root", "b")
    assert log.path_of("t3") is None


def test_only_a_task_that_completed_ok_is_done() -> None:
    events = [started()]
    for task, status in (("t1", "ok"), ("t2", "error"), ("t3", "interrupted")):
        events += [started("root/a", task_id=task), completed("root/a", status)]
    log = fold([*events, started("root/a", task_id="t4")])
    assert log.done_tasks == {"t1"}
