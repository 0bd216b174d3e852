"""What leaves with a blueprint, and what never does."""

from typing import Any

import pytest

from domain.workflows.stripping import stripped
from tests.domain.blueprints.examples import log, made, trigger


def params_of(node: dict[str, Any], *, personal: bool = True) -> tuple[dict[str, Any], list[str]]:
    """The parameters of a node after it left, and why what is gone is gone."""
    blueprint, removed = stripped(made([trigger(), node], "paid>a"), personal=personal)
    return blueprint.nodes[1].data.params, [each.reason for each in removed]


@pytest.mark.parametrize(
    ("text", "left", "reasons"),
    [
        ("Hello {{trigger_data.customer.name}}, thanks", None, []),
        ("Write to ann@example.com or call", "Write to [removed] or call", ["email"]),
        ("ann@example.com", "", ["email"]),
        ("+91 98765 43210", "", ["phone"]),
        ("1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms", "", ["id"]),
        ("see 9f1c0f4e-1c59-4b0e-8a51-0123456789ab", "see [removed]", ["id"]),
        ("key sk_live_0123456789abcdef", "", ["secret"]),
        ("{{trigger_data.id}} {{a.b_c_d_e_f_g_h_1_2_3_4}}", None, []),
        ("https://example.com/a/b?c=1", None, []),
        ("Order 12345 for 99.50 on 2026-01-31", None, []),
    ],
)
def test_texts_lose_what_names_somebody(text: str, left: str | None, reasons: list[str]) -> None:
    params, why = params_of(log("a", text))
    assert params["text"] == (text if left is None else left)
    assert why == reasons


def test_fields_that_are_secret_by_name_are_emptied_unless_they_are_paths() -> None:
    node = log("a")
    node["data"]["params"] = {
        "headers": {"Authorization": "Bearer abc", "X-Api-Key": "k", "Accept": "text/html"},
        "password": "{{trigger_data.password}}",
        "token_count": 5,
    }
    params, why = params_of(node, personal=False)
    assert params["headers"] == {"Authorization": "", "X-Api-Key": "", "Accept": "text/html"}
    assert params["password"] == "{{trigger_data.password}}"
    assert why == ["secret", "secret"]


def test_people_in_lists_go_and_roles_stay() -> None:
    node = log("a")
    node["data"]["params"] = {"approvers": ["owner", "boss@example.com", ""]}
    params, why = params_of(node)
    assert (params["approvers"], why) == (["owner", ""], ["email"])


def test_connections_go_but_for_those_that_are_kept() -> None:
    blueprint = made([trigger(), {**log("a"), "title": "Ask ann@example.com"}], "paid>a")
    node = blueprint.nodes[1]
    linked = node.model_copy(update={"data": node.data.model_copy(update={"connection": "mine"})})
    blueprint = blueprint.model_copy(update={"nodes": [blueprint.nodes[0], linked]})
    kept, removed = stripped(blueprint, keep_connections={"mine"})
    assert (kept, removed) == (blueprint, [])
    gone, removed = stripped(blueprint, personal=True)
    assert gone.nodes[1].data.connection is None
    assert gone.nodes[1].title == "Ask [removed]"
    assert [(each.field, each.reason) for each in removed] == [
        ("data.connection", "connection"),
        ("title", "email"),
    ]
