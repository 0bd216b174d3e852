"""Every shipped template is right but for connections, and shows what the service can do."""

import re

import pytest

from benchmarks.drafting.services import catalogue
from domain.blueprints.catalogue import Catalogue
from domain.blueprints.validation import problems
from domain.templates.shipped import Template, shipped_templates

CATALOGUE = catalogue()
TEMPLATES = shipped_templates()


def _checks(template: Template) -> Catalogue:
    found = CATALOGUE.checked()
    return Catalogue(
        found.services,
        approvers=found.approvers,
        time_zones=found.time_zones,
        sample=template.sample,
    )


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.id)
def test_a_template_has_no_errors_and_its_conditions_fit_its_sample(template: Template):
    found = problems(template.blueprint, _checks(template))
    wrong = [one for one in found if one.severity == "error" or one.code == "sample_fails"]
    assert wrong == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.id)
def test_a_template_says_what_it_does_and_what_it_needs(template: Template):
    named = {node.data.service for node in template.blueprint.nodes} - {None}
    assert set(template.services) == named
    assert template.title == template.blueprint.name
    assert 10 <= len(template.title) <= 60
    assert 60 <= len(template.description) <= 250
    assert template.description.endswith(".")
    assert all(node.title for node in template.blueprint.nodes)
    places = {(node.position.x, node.position.y) for node in template.blueprint.nodes}
    assert len(places) == len(template.blueprint.nodes)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.id)
def test_a_slot_names_a_value_that_is_there(template: Template):
    nodes = {node.id: node for node in template.blueprint.nodes}
    for slot in template.slots:
        assert slot.field.removeprefix("data.params.") in nodes[slot.node_id].data.params


def test_what_is_the_users_own_is_a_slot():
    for template in TEMPLATES:
        slots = {(slot.node_id, slot.field) for slot in template.slots}
        for node in template.blueprint.nodes:
            assert node.data.connection is None
            for name, value in node.data.params.items():
                if re.match("your-", str(value)):
                    assert (node.id, f"data.params.{name}") in slots


def test_the_templates_show_every_service_and_every_kind_of_step():
    nodes = [node for template in TEMPLATES for node in template.blueprint.nodes]
    services = {node.data.service for node in nodes} - {None}
    assert services == {service.name for service in CATALOGUE.services}
    kinds = {"trigger", "action", "condition", "loop", "approval", "wait", "agent"}
    assert {node.type for node in nodes} == kinds
    assert len({template.id for template in TEMPLATES}) == len(TEMPLATES) >= 12
