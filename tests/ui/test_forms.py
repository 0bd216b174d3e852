"""Forms from JSON Schema: what may be filled in, and the answer that comes out."""

from typing import Any

import pytest

from nodes.ask_for_usage import ANSWER_SCHEMA
from ui.forms import Form, FormError, answer_of, forms_of


def form(properties: dict[str, Any], *required: str) -> Form:
    schema = {"type": "object", "properties": properties, "required": list(required)}
    return forms_of(schema)[0]


def test_the_question_for_usage_offers_an_upload_and_the_sample() -> None:
    upload, sample = forms_of(ANSWER_SCHEMA)
    assert [field.name for field in upload.fields] == ["import_id"]
    assert sample.title == "Use the sample usage"
    assert [(f.name, f.default) for f in sample.fields] == [("model", "gpt-4o")]
    assert answer_of(sample, ["gpt-4o-mini"]) == {"use_sample": True, "model": "gpt-4o-mini"}


def test_fields_take_kind_label_and_limits_from_the_schema() -> None:
    made = form(
        {
            "count": {"type": "integer", "minimum": 1, "maximum": 5},
            "approve": {"type": "boolean", "title": "Approve it"},
            "level": {"enum": ["low", "high"]},
            "extra": {"type": "array"},
        },
        "count",
    )
    assert [(f.kind, f.label, f.required) for f in made.fields] == [
        ("integer", "Count", True),
        ("boolean", "Approve it", False),
        ("choice", "Level", False),
        ("json", "Extra", False),
    ]
    answer = answer_of(made, [3.0, True, "low", '[1, "a"]'])
    assert answer == {"count": 3, "approve": True, "level": "low", "extra": [1, "a"]}


def test_what_is_left_empty_is_left_out_unless_it_is_needed() -> None:
    made = form({"name": {"type": "string"}, "note": {"type": "string"}}, "name")
    assert answer_of(made, ["Ada", ""]) == {"name": "Ada"}
    with pytest.raises(FormError, match="Name is needed"):
        answer_of(made, ["", "x"])


@pytest.mark.parametrize(
    ("described", "value", "words"),
    [
        ({"type": "integer"}, 1.5, "whole number"),
        ({"type": "number", "minimum": 2}, 1, "at least 2"),
        ({"type": "number", "maximum": 2}, 3, "at most 2"),
        ({"type": "number"}, "many", "must be a number"),
        ({"enum": ["a", "b"]}, "c", "one of a, b"),
        ({"type": "array"}, "[1,", "not JSON"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_words(
    described: dict[str, Any], value: Any, words: str
) -> None:
    with pytest.raises(FormError, match=words):
        answer_of(form({"value": described}), [value])


def test_a_plain_schema_and_none_at_all_are_one_field() -> None:
    assert answer_of(forms_of({"type": "boolean"})[0], [False]) is False
    assert answer_of(forms_of(None)[0], ['{"ok": true}']) == {"ok": True}
