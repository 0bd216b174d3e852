"""Conditions with several cases, as blueprints have them."""

import pytest

from domain.blueprints.blueprint import branches
from domain.blueprints.catalogue import Catalogue
from domain.blueprints.validation import problems
from tests.graphs.workflow.world import Service, action, blueprint, node

CATALOGUE = Catalogue(Service().integrations().tasks())


def codes(text: str, branch: str) -> set[str]:
    cases = [{"name": "low", "condition": text}]
    size = node("size", "condition", cases=cases)
    found = blueprint([size, action("a")], [("begin", "size"), ("size", "a", branch)])
    return {each.code for each in problems(found, CATALOGUE) if each.severity == "error"}


def test_its_branches_are_its_cases_and_the_default() -> None:
    size = node("size", "condition", cases=[{"name": "low", "condition": "true"}])
    assert branches(blueprint([size], []).nodes[1]) == ("low", "default")


@pytest.mark.parametrize(
    ("text", "branch", "code"),
    [
        ("trigger_data.amount <", "low", "condition_syntax"),
        ("nobody.amount < 10", "low", "var_root"),
        ("true", "true", "edge_branch"),
    ],
)
def test_each_case_is_checked(text: str, branch: str, code: str) -> None:
    assert codes(text, branch) == {code}


@pytest.mark.parametrize("branch", ["low", "default"])
def test_cases_that_can_be_asked_are_no_problem(branch: str) -> None:
    assert codes("trigger_data.amount < 10", branch) == set()
