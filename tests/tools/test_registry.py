"""What every integration has to say of itself."""

import re
from typing import Any

import jsonschema
import pytest

from domain.connections import ConnectionKinds
from domain.errors import NotFound
from tools.integration import Action
from tools.registry import shipped_integrations

INTEGRATIONS = shipped_integrations()
ACTIONS = [(found, action) for found in INTEGRATIONS.all() for action in found.actions]
IDS = [f"{found.service}.{action.name}" for found, action in ACTIONS]


@pytest.mark.parametrize("action", [action for _, action in ACTIONS], ids=IDS)
def test_forms_can_be_made_from_every_task(action: Action[Any, Any]) -> None:
    schema = action.params.model_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    assert [name for name, field in schema["properties"].items() if "title" not in field] == []
    jsonschema.Draft202012Validator.check_schema(
        action.result.model_json_schema(mode="serialization")
    )
    assert action.title[0].isupper()
    assert action.description.endswith(".")


@pytest.mark.parametrize("action", [action for _, action in ACTIONS], ids=IDS)
def test_people_say_it_in_several_ways(action: Action[Any, Any]) -> None:
    assert len(action.phrases) >= 2
    assert all(re.fullmatch(r"[a-z][a-z -]+", phrase) for phrase in action.phrases)


@pytest.mark.parametrize(("found", "action"), ACTIONS, ids=IDS)
def test_a_task_signs_in_with_a_kind_that_its_service_brings(
    found: Any, action: Action[Any, Any]
) -> None:
    brought = {kind.name for kind in found.kinds}
    needed = {action.connection_kind} - {None} | set(action.optional_kinds)
    assert needed <= brought
    assert not brought or found.test


@pytest.mark.parametrize("action", [action for _, action in ACTIONS], ids=IDS)
def test_whoever_says_that_it_can_be_looked_up_can_look(action: Action[Any, Any]) -> None:
    assert (action.effect == "lookup") == (action.find is not None)


def test_phrases_lead_to_one_task() -> None:
    said = [phrase for _, action in ACTIONS for phrase in action.phrases]
    assert sorted(said) == sorted(set(said))


def test_every_kind_of_connection_is_one_services() -> None:
    kinds = ConnectionKinds(INTEGRATIONS.connection_kinds())
    for kind in kinds.all():
        assert kind in INTEGRATIONS.of_kind(kind.name).kinds
        assert all(field.help or field.is_secret or not field.pattern for field in kind.fields[:1])
    with pytest.raises(NotFound):
        INTEGRATIONS.of_kind("telegraph")
