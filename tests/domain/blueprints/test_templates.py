"""Templates insert what a path leads to, whole or as text, once."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.blueprints.templates import (
    MOST_INSERTED_BYTES,
    MOST_SEGMENTS,
    TemplateInvalid,
    TemplateUnresolved,
    TooMuchInserted,
    parse_template,
    resolve,
)

STATE: dict[str, Any] = {
    "trigger_data": {"amount": 1500.0, "name": "Asha", "none": None, "x y": 1, "0": "zero"},
    "rows": [{"id": 7}, {"id": 8}],
    "hostile": "{{trigger_data.name}}",
}


def resolved(value: Any) -> Any:
    return resolve("send", {"message": value}, STATE)["message"]


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{{trigger_data.amount}}", 1500.0),
        ("{{ rows }}", [{"id": 7}, {"id": 8}]),
        ("{{rows.1.id}}", 8),
        ("{{rows[1].id}}", 8),
        ("{{trigger_data.0}}", "zero"),
        ('{{trigger_data["x y"]}}', 1),
        ("Paid {{trigger_data.amount}} by {{trigger_data.name}}!", "Paid 1500 by Asha!"),
        ("All: {{rows}}", 'All: [{"id":7},{"id":8}]'),
        ('{{trigger_data.other ?? "none"}}', "none"),
        ("{{trigger_data.none ?? {}}}", {}),
        ('{{trigger_data.none ?? {"a": {"b": "}}"}} }}', {"a": {"b": "}}"}}),
        ("{{trigger_data.none ?? null}}", None),
        ("[{{trigger_data.none ?? null}}]", "[]"),
        ("{{trigger_data.name ?? 1}}", "Asha"),
        ("yes: {{other ?? true}}", "yes: true"),
        ("{{hostile}}", "{{trigger_data.name}}"),
        ("x{{hostile}}", "x{{trigger_data.name}}"),
        ("no braces { } }}", "no braces { } }}"),
        ("", ""),
        ([{"a": "{{trigger_data.name}}"}, 1], [{"a": "Asha"}, 1]),
    ],
)
def test_a_template_becomes_what_is_there(template: Any, value: Any) -> None:
    found = resolved(template)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("template", "path"),
    [
        ("{{trigger_data.other}}", "trigger_data.other"),
        ("{{trigger_data.none}}", "trigger_data.none"),
        ("{{rows.2.id}}", "rows.2.id"),
        ("{{rows.-1}}", "rows.-1"),
        ("{{rows.append}}", "rows.append"),
        ("{{trigger_data.name.upper}}", "trigger_data.name.upper"),
        ("{{trigger_data.__class__}}", "trigger_data.__class__"),
        ('{{trigger_data["a b"]}}', 'trigger_data["a b"]'),
    ],
)
def test_nothing_there_is_an_error_naming_the_place(template: str, path: str) -> None:
    with pytest.raises(TemplateUnresolved) as failed:
        resolve("send", {"rows": [{"text": template}]}, STATE)
    assert (failed.value.node_id, failed.value.field, failed.value.path) == (
        "send",
        "rows.0.text",
        path,
    )


@pytest.mark.parametrize(
    ("template", "position"),
    [
        ("{{", 0),
        ("a {{}}", 2),
        ("{{1}}", 0),
        ("{{a.b", 5),
        ("{{a.b()}}", 5),
        ("{{a|upper}}", 3),
        ("{{a b}}", 4),
        ("{{a ?? }}", 7),
        ("{{a ?? nope}}", 7),
        ("{{a ?? NaN}}", 7),
        ("{{a ?? " + "[" * 100_000, 7),
        ('{{a["\\x"]}}', 0),
        ("{{a" + ".b" * (MOST_SEGMENTS + 1) + "}}", 0),
    ],
)
def test_braces_without_a_path_are_refused_with_their_place(template: str, position: int) -> None:
    with pytest.raises(TemplateInvalid) as refused:
        parse_template(template)
    assert refused.value.position == position


def test_inserted_values_have_a_budget_over_all_parameters() -> None:
    half = {"big": "x" * (MOST_INSERTED_BYTES // 2)}
    assert resolve("send", {"a": "{{big}}"}, half) == {"a": half["big"]}
    with pytest.raises(TooMuchInserted):
        resolve("send", {"a": "{{big}}", "b": ["{{big}}!"]}, half)


#: Lone surrogates are no JSON.
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=10,
)


def places(value: Any, path: str) -> list[tuple[str, Any]]:
    found = [(path, value)]
    if isinstance(value, dict):
        for name, inner in value.items():
            found += places(inner, f"{path}[{json.dumps(name)}]")
    if isinstance(value, list):
        for place, inner in enumerate(value):
            found += places(inner, f"{path}.{place}")
    return found


@given(json_values)
def test_every_place_of_a_state_can_be_reached_and_keeps_its_type(value: Any) -> None:
    for path, expected in places(value, "root"):
        template = f"{{{{{path} ?? null}}}}"
        found = resolve("n", {"p": template}, {"root": value})["p"]
        assert found == expected
        assert type(found) is type(expected)


@given(json_values)
def test_a_default_is_any_json(value: Any) -> None:
    template = f"{{{{nothing ?? {json.dumps(value)}}}}}"
    assert resolve("n", {"p": template}, {}) == {"p": value}


@given(st.text('ab{}. ?"[]0', max_size=30))
def test_any_text_is_a_template_or_is_refused(text: str) -> None:
    try:
        parts = parse_template(text)
    except TemplateInvalid:
        assert "{{" in text
    else:
        assert "{{" in text or parts == (text,)
