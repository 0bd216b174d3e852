"""Per code of the catalogue a blueprint that has it, and one that is alike and has it not."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from domain.blueprints.blueprint import Blueprint
from tests.domain.blueprints.examples import log, made, node, query, send, trigger


def chain(*nodes: dict[str, Any], **settings: Any) -> Blueprint:
    """The trigger and these in a row."""
    ids = ["paid", *(one["id"] for one in nodes)]
    ways = [f"{one}>{other}" for one, other in pairwise(ids)]
    return made([trigger(), *nodes], *ways, **settings)


def asking(condition: str) -> Blueprint:
    return made(
        [trigger(), node("big", "condition", {"condition": condition}), log("a"), log("b")],
        "paid>big",
        "big>a:true",
        "big>b:false",
    )


def repeating(items: Any, body: dict[str, Any] | None = None, *ways: str) -> Blueprint:
    nodes = [trigger(), node("each_line", "loop", {"items": items}), body or log("body"), log("z")]
    return made(
        nodes, "paid>each_line", f"each_line>{nodes[2]['id']}:each", "each_line>z:done", *ways
    )


def waiting(**params: Any) -> Blueprint:
    return chain(node("pause", "wait", params))


def approving(**params: Any) -> Blueprint:
    return made(
        [trigger(), node("ask", "approval", {"title": "Pay?", **params}), log("a")],
        *("paid>ask", "ask>a:approved", "ask>a:rejected", "ask>a:expired"),
    )


def handled(**handling: Any) -> Blueprint:
    return made([trigger(), log("a", error_handling=handling), log("rescue")], "paid>a")


def scheduled(**params: Any) -> Blueprint:
    return made([node("nine", "trigger", params, service="timer", task="schedule")])


FALLBACK = {"on_failure": "fallback"}
LINES = "{{trigger_data.lines}}"


def choosing(*names: str) -> Blueprint:
    """A condition with these cases."""
    cases = [{"name": name, "condition": "trigger_data.amount > 1"} for name in names]
    ways = [f"size>a:{name}" for name in dict.fromkeys((*names, "default"))]
    return made(
        [trigger(), node("size", "condition", {"cases": cases}), log("a")], "paid>size", *ways
    )


#: Per code: a blueprint that has it with the place of each, and one that is alike without it.
CASES: Sequence[tuple[str, Blueprint, list[str], Blueprint]] = [
    ("id_invalid", chain(log("A b")), ["A b"], chain(log("a_b"))),
    ("id_invalid", chain(log("a__b")), ["a__b"], chain(log("a" * 48))),
    ("id_invalid", chain(log("a" * 49)), ["a" * 49], chain(log("loop_1"))),
    ("id_invalid", chain(log("item"), log("in")), ["item", "in"], chain(log("items"))),
    ("id_duplicate", made([trigger(), log("a"), log("a")], "paid>a"), ["a"], chain(log("a"))),
    ("id_duplicate", choosing("low", "low"), ["size"], choosing("low", "high")),
    ("id_duplicate", choosing("default"), ["size"], choosing("low")),
    ("edge_dangling", made([trigger()], "paid>b", "c>paid"), ["e0", "e1"], chain(log("b"))),
    ("edge_duplicate", made([trigger(), log("a")], "paid>a", "paid>a"), ["e1"], chain(log("a"))),
    ("edge_branch", made([trigger(), log("a")], "paid>a:true"), ["e0"], asking("true")),
    ("no_trigger", made([log("a")]), [""], chain(log("a"))),
    ("trigger_incoming", made([trigger(), log("a")], "paid>a", "a>paid"), ["e1"], chain(log("a"))),
    ("unreachable", made([trigger(), log("a")]), ["a"], chain(log("a"))),
    (
        "unreachable",
        handled(),
        ["rescue"],
        handled(**FALLBACK, fallback_action="rescue"),
    ),
    (
        "cycle",
        made([trigger(), log("a"), log("b")], "paid>a", "a>b", "b>a"),
        ["a"],
        repeating(LINES, None, "body>each_line"),
    ),
    ("cycle", made([trigger(), log("a")], "paid>a", "a>a"), ["a"], chain(log("a"))),
    ("loop_body", repeating(LINES, None, "paid>body"), ["e3"], repeating(LINES)),
    ("loop_body", repeating(LINES, None, "body>z"), ["e2"], repeating(LINES)),
    (
        "fallback_target",
        handled(**FALLBACK, fallback_action="nobody"),
        ["a"],
        handled(**FALLBACK, fallback_action="notify_owner"),
    ),
    (
        "fallback_target",
        handled(**FALLBACK, fallback_action="paid"),
        ["a"],
        handled(**FALLBACK, fallback_action="rescue"),
    ),
    ("fallback_target", handled(**FALLBACK), ["a"], handled(on_failure="continue")),
    (
        "service_unknown",
        chain(node("a", "action", service="watsapp", task="send")),
        ["a"],
        chain(send()),
    ),
    (
        "task_unknown",
        chain(node("a", "action", service="whatsapp", task="send")),
        ["a"],
        chain(send()),
    ),
    (
        "task_unknown",
        chain(node("a", "action", service="razorpay", task="payment_received")),
        ["a"],
        chain(send()),
    ),
    ("param_missing", chain(send(message="")), ["send"], chain(send())),
    ("param_missing", choosing(), ["size"], choosing("low")),
    ("param_missing", approving(), ["ask"], approving(approvers=["boss"])),
    ("param_unknown", chain(send(mesage="x")), ["send"], chain(send())),
    (
        "param_literal",
        chain(query("SELECT 1 WHERE name = '{{trigger_data.customer.name}}'")),
        ["rows"],
        chain(query("SELECT 1 WHERE name = $1", "{{trigger_data.customer.name}}")),
    ),
    ("param_type", chain(send(copies="3")), ["send"], chain(send(copies=3))),
    ("param_type", chain(send(copies=4)), ["send"], chain(send(copies=None))),
    ("param_type", chain(send(copies=True)), ["send"], chain(send(copies="{{trigger_data.raw}}"))),
    ("param_type", chain(send(tags=["a", 1])), ["send"], chain(send(tags=["a"]))),
    ("param_type", chain(send(urgency="mid")), ["send"], chain(send(urgency="low"))),
    ("secret_inline", chain(log("a", "sk_live_abcdefgh1234")), ["a"], chain(log("a", "sk_live"))),
    (
        "host_blocked",
        chain(log("a", "http://10.0.0.1/x")),
        ["a"],
        chain(log("a", "http://1.1.1.1")),
    ),
    ("host_blocked", chain(log("a", "http://0x7f.1")), ["a"], chain(log("a", "see 10.0.0.1"))),
    (
        "host_blocked",
        chain(log("a", "https://localhost:1/")),
        ["a"],
        chain(log("a", "https://x.in")),
    ),
    ("var_syntax", chain(log("a", "{{a|b}}")), ["a"], chain(log("a", "{{trigger_data.raw.x}}"))),
    ("var_root", chain(log("a", "{{triger.x}}")), ["a"], chain(log("a", "{{run.id}}"))),
    ("var_root", chain(log("a", "{{item}}")), ["a"], repeating(LINES, log("a", "{{item.sku}}"))),
    ("var_root", chain(log("a", "{{error}}")), ["a"], chain(log("a", "{{settings.currency}}"))),
    ("var_root", asking("triger.x > 1"), ["big"], asking("trigger_data.amount > 1")),
    ("var_order", asking("a.x > 1"), ["big"], asking("paid.amount > 1")),
    ("var_order", chain(log("a", "{{b}}"), log("b")), ["a"], chain(log("b"), log("a", "{{b}}"))),
    ("var_order", repeating(LINES, log("a", "{{each_line}}")), ["a"], repeating(LINES)),
    (
        "var_field",
        chain(log("a", "{{trigger_data.amont}}")),
        ["a"],
        chain(log("a", "{{paid.raw.x}}")),
    ),
    (
        "var_field",
        chain(send("s"), log("a", "{{s.id}} {{trigger_data.customer.phone}}")),
        ["a", "a"],
        chain(send("s"), log("a", "{{s.sid}} {{trigger_data.customer.name}}")),
    ),
    ("condition_syntax", asking("1 >"), ["big"], asking("1 > 0")),
    ("condition_type", asking("1 + 1"), ["big"], asking("1 + 1 == 2")),
    ("items_type", repeating("a, b"), ["each_line"], repeating(["a"])),
    ("items_type", repeating(3), ["each_line"], repeating("{{trigger_data.raw.any}}")),
    ("items_type", repeating("{{trigger_data.amount}}"), ["each_line"], repeating(LINES)),
    ("items_type", repeating([0] * 1001), ["each_line"], repeating([0] * 1000)),
    ("cron", scheduled(cron="9 o'clock"), ["nine"], scheduled(cron="0 9 * * mon-fri")),
    ("cron", scheduled(cron="0 0 9 * * *"), ["nine"], scheduled(cron="*/15 9-17 1,15 jan 7")),
    ("cron", scheduled(cron="60 9 * * *"), ["nine"], scheduled(cron="@daily")),
    ("cron", scheduled(cron="5-1/0 9 * * *"), ["nine"], scheduled(cron="{{settings.cron}}")),
    (
        "time_zone",
        scheduled(cron="@daily", time_zone="Asia/Bombay"),
        ["nine"],
        scheduled(cron="@daily", time_zone="Asia/Kolkata"),
    ),
    ("time_zone", chain(time_zone="Mars"), [""], chain(time_zone="UTC")),
    ("wait_range", waiting(), ["pause"], waiting(seconds=5)),
    ("wait_range", waiting(seconds=5, until="2030-01-31"), ["pause"], waiting(until="2030-01-31")),
    ("wait_range", waiting(seconds=31 * 86400), ["pause"], waiting(seconds=30 * 86400)),
    ("wait_range", waiting(until="soon"), ["pause"], waiting(until="{{trigger_data.raw.at}}")),
    ("retry_range", handled(retry_count=11), ["a"], handled(retry_count=10)),
    ("retry_range", handled(retry_delay=-1), ["a"], handled(retry_delay=3600)),
    ("timeout_range", handled(timeout=0), ["a"], handled(timeout=3600)),
    ("timeout_range", chain(run_timeout=0.5), [""], chain(run_timeout=86400)),
    ("approver_unknown", approving(approvers=["bos"]), ["ask"], approving(approvers=["a@b.in"])),
    (
        "quorum",
        approving(approvers=["boss"], quorum=2),
        ["ask"],
        approving(approvers=["boss", "accountants"], quorum=4),
    ),
    (
        "branch_open",
        made([trigger(), node("big", "condition", {"condition": "true"})], "paid>big"),
        ["big", "big"],
        asking("true"),
    ),
    (
        "parallel_pause",
        made([trigger(), node("pause", "wait", {"seconds": 5}), log("a")], "paid>pause", "paid>a"),
        ["pause"],
        made(
            [trigger(), log("a"), log("b"), node("pause", "wait", {"seconds": 5})],
            *("paid>a", "paid>b", "a>pause", "b>pause"),
        ),
    ),
    (
        "parallel_pause",
        made(
            [trigger(), log("a", error_handling={"retry_count": 2, "retry_delay": 31}), log("b")],
            *("paid>a", "paid>b"),
        ),
        ["a"],
        made(
            [trigger(), log("a", error_handling={"retry_count": 2, "retry_delay": 30}), log("b")],
            *("paid>a", "paid>b"),
        ),
    ),
    ("mass_send", repeating(LINES, send()), ["send"], chain(send())),
    ("no_failure_notice", chain(notify_on_failure=False), [""], chain()),
]
