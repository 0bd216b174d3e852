"""Plans of retries: what is kept, what is done again, and which versions go together."""

from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

from domain.blueprints.catalogue import Effect
from domain.workflows.effects import EffectStatus
from domain.workflows.retry import (
    KnownEffect,
    is_compatible,
    made_plan,
    plan_from_failed_node,
)
from domain.workflows.run_view import NodeView
from tests.domain.blueprints.examples import log, made, trigger

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PLACE = (UUID(int=1), 1)


def viewed(**statuses: Any) -> list[NodeView]:
    return [NodeView(name, name, "log.write", status, NOW) for name, status in statuses.items()]


def known(key: str, effect: str, status: str, node_id: str = "b") -> KnownEffect:
    kinds = cast(tuple[Effect, EffectStatus], (effect, status))
    return KnownEffect(key, node_id, node_id, "log", "write", *kinds, None, NOW)


def test_finished_siblings_stay_and_what_is_behind_the_failure_is_done() -> None:
    nodes = [trigger("t"), *(log(name) for name in "abcd")]
    blueprint = made(nodes, "t>a", "t>b", "b>c", "a>d")
    kept, reruns = plan_from_failed_node(blueprint, viewed(a="success", b="error", d="success"))
    assert (kept, reruns) == (["a", "d"], ["b", "c"])


def test_only_what_may_happen_twice_is_listed() -> None:
    effects = [
        known("done", "unsafe", "done"),
        known("doubt", "unsafe", "in_doubt"),
        known("open", "unsafe", "intended"),
        known("keyed", "keyed", "in_doubt"),
        known("not", "unsafe", "failed"),
        known("read", "read", "done"),
        known("elsewhere", "unsafe", "in_doubt", "a"),
    ]
    plan = made_plan("failed_node", PLACE, (["a"], ["b"]), effects)
    assert [each.effect_key for each in plan.repeats] == ["doubt", "open"]
    anew = made_plan("start", PLACE, ([], ["a", "b"]), effects)
    assert [each.effect_key for each in anew.repeats] == [
        *("done", "doubt", "open", "keyed", "elsewhere"),
    ]
    assert plan.plan_id != anew.plan_id
    assert plan == made_plan("failed_node", PLACE, (["a"], ["b"]), effects)


def test_versions_go_together_when_the_steps_are_the_same() -> None:
    before = made([trigger("t"), log("a"), log("b")], "t>a", "a>b")
    other_text = made([trigger("t"), log("a", "other"), log("c")], "t>a", "a>c")
    assert is_compatible(before, other_text, ["a"])
    assert not is_compatible(before, other_text, ["a", "b"])
    another = made([trigger("t"), {**log("a"), "type": "wait"}], "t>a")
    assert not is_compatible(before, another, ["a"])
