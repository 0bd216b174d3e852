"""Random workflows, run on the engine's path, do what a plain reading of them says."""

from hypothesis import HealthCheck, given, settings

from domain.blueprints.blueprint import Blueprint
from domain.blueprints.catalogue import Catalogue
from domain.blueprints.flow import Flow
from domain.blueprints.validation import problems
from tests.graphs.workflow.drawn import blueprints
from tests.graphs.workflow.reading import Reading, Stopped
from tests.graphs.workflow.runs import Execution
from tests.graphs.workflow.world import Service, World

CATALOGUE = Catalogue(Service().integrations().tasks())


@settings(max_examples=60, deadline=None, suppress_health_check=(HealthCheck.too_slow,))
@given(blueprints())
async def test_a_run_does_what_the_blueprint_says(found: Blueprint) -> None:
    errors = [one for one in problems(found, CATALOGUE) if one.severity == "error"]
    assert not errors
    reading, execution = Reading(Flow(found)), Execution(World(), found)
    outcome = await execution.start()
    try:
        reading.read(None, ["begin"])
    except Stopped:
        assert outcome.end == "error"
        return
    assert outcome.end == "success", outcome.error
    broken = tuple(reading.broken)
    done = {path for path in execution.steps() if not path.startswith(broken)}
    assert done == {path for path in reading.done if not path.startswith(broken)}
    each = [e["call_id"] for e in execution.events if e["type"] == "tool_executing"]
    assert len(each) == len(set(each))
