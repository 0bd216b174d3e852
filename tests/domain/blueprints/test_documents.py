"""Documents become blueprints, or a list of what is wrong with their shape."""

import json
from typing import Any

import pytest

from domain.blueprints.blueprint import MOST_BYTES, MOST_EDGES, MOST_NODES, Blueprint
from domain.blueprints.documents import blueprint_from, read_blueprint
from tests.domain.blueprints.examples import edges, log, trigger

GOOD: dict[str, Any] = {
    "schema": 1,
    "name": "Thanks",
    "nodes": [trigger(), log("a")],
    "edges": edges("paid>a"),
}


def test_a_document_is_read_and_written_as_it_was() -> None:
    found = read_blueprint(json.dumps(GOOD).encode())
    assert isinstance(found, Blueprint)
    written = found.model_dump(mode="json")
    assert written["schema"] == 1
    assert written["nodes"][1]["data"]["error_handling"]["on_failure"] == "stop"
    assert blueprint_from(written) == found


@pytest.mark.parametrize(
    ("change", "field", "node_id", "edge_id"),
    [
        ({"schema": 2}, "schema", None, None),
        ({"nodes": [{**log("a"), "color": "red"}]}, "color", "a", None),
        ({"nodes": [{"id": "a", "type": "code"}]}, "type", "a", None),
        ({"nodes": [7]}, "", None, None),
        (
            {"nodes": [log("a", error_handling={"retry_count": "3"})]},
            "data.error_handling.retry_count",
            "a",
            None,
        ),
        ({"edges": [{"id": "e", "source": "a"}]}, "target", None, "e"),
        ({"settings": {"max_parallel": 0}}, "settings.max_parallel", None, None),
        ({"settings": {"currency": "rupees"}}, "settings.currency", None, None),
    ],
)
def test_a_wrong_shape_is_found_at_its_place(
    change: dict[str, Any], field: str, node_id: str | None, edge_id: str | None
) -> None:
    found = blueprint_from({**GOOD, **change})
    assert isinstance(found, list)
    assert [(one.code, one.field, one.node_id, one.edge_id) for one in found] == [
        ("schema", field, node_id, edge_id)
    ]


@pytest.mark.parametrize("document", [b"", b"{", b'{"a": NaN}', b"\xff", b"[" * 100_000, b"[]"])
def test_what_is_no_blueprint_at_all_is_said_so(document: bytes) -> None:
    found = read_blueprint(document)
    assert isinstance(found, list)
    assert [one.code for one in found] == ["schema"]


def test_all_problems_of_shape_come_at_once() -> None:
    found = blueprint_from({"schema": 1, "nodes": [{}], "edges": [{}]})
    assert isinstance(found, list)
    assert len(found) == 6


@pytest.mark.parametrize(("name", "most"), [("nodes", MOST_NODES), ("edges", MOST_EDGES)])
def test_limits_are_said(name: str, most: int) -> None:
    found = blueprint_from({**GOOD, name: [GOOD[name][0]] * (most + 1)})
    assert isinstance(found, list)
    assert [(one.code, one.field) for one in found] == [("too_large", name)]
    assert isinstance(blueprint_from({**GOOD, name: [GOOD[name][0]] * most}), Blueprint)


def test_a_document_has_a_size() -> None:
    found = read_blueprint(json.dumps({**GOOD, "name": "x" * MOST_BYTES}).encode())
    assert isinstance(found, list)
    assert [one.code for one in found] == ["too_large"]
