"""Each code of the catalogue: found where it belongs, and not where it does not."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from domain.blueprints.blueprint import Blueprint
from domain.blueprints.problems import CODES, WARNINGS
from domain.blueprints.validation import problems
from domain.egress import EgressRules
from tests.domain.blueprints.cases import CASES, FALLBACK, LINES, asking, chain, scheduled
from tests.domain.blueprints.examples import (
    CATALOGUE,
    log,
    made,
    node,
    of_code,
    send,
    trigger,
)


@pytest.mark.parametrize(("code", "wrong", "where", "right"), CASES)
def test_a_code_is_found_where_it_belongs_and_only_there(
    code: str, wrong: Blueprint, where: list[str], right: Blueprint
) -> None:
    found = of_code(code, wrong)
    assert [one.node_id or one.edge_id or "" for one in found] == where
    assert all(one.message and one.next_step for one in found)
    assert all((one.severity == "warning") == (code in WARNINGS) for one in found)
    assert of_code(code, right) == []


def test_repeats_of_what_cannot_be_repeated_are_pointed_out() -> None:
    risky, safe = send("s"), log("l", error_handling={"retry_count": 2})
    risky["data"]["error_handling"] = {"retry_count": 2}
    assert [one.node_id for one in of_code("repeat_unsafe", chain(risky, safe))] == ["s"]


def test_a_draft_may_lack_a_connection_and_an_active_workflow_may_not() -> None:
    lacking = send()
    del lacking["data"]["connection"]
    [draft] = of_code("connection_missing", chain(lacking))
    [active] = of_code("connection_missing", chain(lacking), is_activating=True)
    assert (draft.severity, active.severity) == ("warning", "error")
    assert draft.suggestions == ("account",)
    assert of_code("connection_missing", chain(send()), is_activating=True) == []


@pytest.mark.parametrize("connection", ["mail", "somebody_elses"])
def test_only_own_connections_of_the_right_kind_are_accepted(connection: str) -> None:
    wrong = send()
    wrong["data"]["connection"] = connection
    assert [one.node_id for one in of_code("connection_forbidden", chain(wrong))] == ["send"]
    assert of_code("connection_forbidden", chain(send())) == []


def test_a_task_that_can_do_without_may_have_one_of_several_kinds() -> None:
    write = replace(CATALOGUE.services["log"]["write"], optional_kinds=("smtp", "basic"))
    catalogue = replace(CATALOGUE, services={**CATALOGUE.services, "log": {"write": write}})

    def forbidden(**data: str) -> list[Any]:
        return of_code("connection_forbidden", chain(log("note", **data)), catalogue=catalogue)

    assert forbidden() == forbidden(connection="mail") == []
    [wrong] = forbidden(connection="account")
    assert wrong.next_step == "Choose one of the kind smtp or basic."
    assert wrong.suggestions == ("mail",)


def test_a_condition_is_tried_with_what_the_trigger_sent() -> None:
    catalogue = replace(CATALOGUE, sample={"amount": 5})
    fails, holds = asking("trigger_data.amont > 1"), asking("trigger_data.amount > 1")
    later = made(
        [trigger(), log("l"), node("big", "condition", {"condition": "l.x > 1"})],
        *("paid>l", "l>big"),
    )
    assert len(of_code("sample_fails", fails, catalogue=catalogue)) == 1
    assert of_code("sample_fails", holds, catalogue=catalogue) == []
    assert of_code("sample_fails", later, catalogue=catalogue) == []
    assert of_code("sample_fails", fails) == []


def test_hosts_on_the_allow_list_are_not_blocked() -> None:
    catalogue = replace(CATALOGUE, egress=EgressRules().and_also("10.0.0.0/8,localhost"))
    for address in ("http://10.0.0.1/x", "http://localhost/x"):
        assert of_code("host_blocked", chain(log("a", address)), catalogue=catalogue) == []


def test_a_fallback_may_use_the_error_and_what_came_before_the_failure() -> None:
    blueprint = made(
        [
            trigger(),
            log("a", error_handling={**FALLBACK, "fallback_action": "rescue"}),
            log("rescue", "{{error.message}} {{trigger_data.amount}}"),
        ],
        "paid>a",
    )
    assert problems(blueprint, CATALOGUE) == []


def test_a_fallback_is_not_shared_with_a_loop() -> None:
    shared = {**FALLBACK, "fallback_action": "rescue"}
    blueprint = made(
        [
            *(trigger(), node("l", "loop", {"items": LINES}), log("rescue")),
            *(log("in_body", error_handling=shared), log("after", error_handling=shared)),
        ],
        *("paid>l", "l>in_body:each", "l>after:done"),
    )
    assert [one.node_id for one in of_code("fallback_target", blueprint)] == ["after"]


def test_several_triggers_leave_their_data_open() -> None:
    blueprint = made(
        [
            trigger(),
            node("nine", "trigger", {"cron": "@daily"}, service="timer", task="schedule"),
            log("a", "{{trigger_data.anything}}"),
        ],
        *("paid>a", "nine>a"),
    )
    assert problems(blueprint, CATALOGUE) == []


@pytest.mark.parametrize(
    "declared",
    [
        {"properties": {"total": {"$ref": "#/$defs/a"}}, "$defs": {"a": {"$ref": "#/$defs/a"}}},
        {"$ref": "#/$defs/a", "$defs": {"a": {"anyOf": [{"$ref": "#/$defs/a"}]}}},
        {"properties": 5, "anyOf": 5, "type": {}},
    ],
)
def test_an_agents_own_schema_may_be_anything(declared: dict[str, Any]) -> None:
    asked = {"assistant": "chat", "input": "Sum up", "output_schema": declared}
    blueprint = chain(node("agent", "agent", asked), log("a", "{{agent.data.total.x}}"))
    assert of_code("var_field", blueprint) == []
    if isinstance(declared.get("properties"), dict):
        wrong = chain(node("agent", "agent", asked), log("a", "{{agent.data.totel}}"))
        assert of_code("var_field", wrong)[0].suggestions == ("agent.text", "agent.data")


def test_problems_come_all_at_once_in_a_stable_order() -> None:
    nodes = [log("b", "{{nope}}"), send("a", mesage="x", message="{{"), log("B")]
    blueprint = made(nodes, "b>x", "b>a:true", notify_on_failure=False)
    found = problems(blueprint, CATALOGUE)
    assert [(one.node_id or one.edge_id, one.code) for one in found] == [
        *((None, "no_trigger"), (None, "no_failure_notice")),
        *(("b", "var_root"), ("a", "param_unknown"), ("a", "var_syntax"), ("B", "id_invalid")),
        *(("e0", "edge_dangling"), ("e1", "edge_branch")),
    ]
    assert found == problems(blueprint, CATALOGUE)


def test_a_circle_names_the_way() -> None:
    blueprint = made([trigger(), log("a"), log("b"), log("c")], "paid>a", "a>b", "b>c", "c>a")
    assert of_code("cycle", blueprint)[0].suggestions == ("a", "b", "c", "a")


def test_unknown_names_are_answered_with_the_nearest() -> None:
    wrong = node("a", "action", service="watsapp", task="send")
    assert of_code("service_unknown", chain(wrong))[0].suggestions[0] == "whatsapp"
    assert of_code("param_unknown", chain(send(mesage="x")))[0].suggestions[0] == "message"


def test_no_sentence_repeats_what_somebody_typed() -> None:
    typed = "sk_live_hunter2hunter2"
    blueprint = chain(
        log("a", f"{{{{{typed}}}}}"), send(mesage=typed, urgency=typed), time_zone=typed
    )
    found = problems(blueprint, CATALOGUE)
    assert len(found) >= 4
    assert not any(typed in one.message + one.next_step for one in found)


def test_every_code_but_those_of_documents_is_covered_here() -> None:
    elsewhere = {"schema", "too_large"}
    by_themselves = {"repeat_unsafe", "connection_missing", "connection_forbidden", "sample_fails"}
    assert {case[0] for case in CASES} == set(CODES) - elsewhere - by_themselves


def test_a_wrong_schedule_is_told_when_a_right_one_fires() -> None:
    catalogue = replace(CATALOGUE, now=datetime(2026, 1, 30, 12, tzinfo=UTC))
    found = problems(scheduled(cron="every day"), catalogue)
    [wrong] = [one for one in found if one.code == "cron"]
    assert "Mon 02 Feb 2026, 09:00 UTC; Tue 03 Feb 2026, 09:00 UTC" in wrong.next_step


def test_a_failure_that_another_workflow_hears_of_needs_no_notice() -> None:
    blueprint = made([trigger(), log("a")], "paid>a", notify_on_failure=False)
    assert [one.code for one in problems(blueprint, CATALOGUE)] == ["no_failure_notice"]
    assert problems(blueprint, replace(CATALOGUE, failure_is_heard=True)) == []
