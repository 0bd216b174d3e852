"""A model's workflow is checked like anybody's; what it cannot mend, the grammar drafts."""

from collections.abc import AsyncIterator
from copy import deepcopy
from typing import Any

import pytest

from benchmarks.drafting.services import catalogue
from domain.drafting.drafter import draft as draft_by_grammar
from nodes.draft_workflow import MOST_ROUNDS, Drafted, Request, draft_workflow
from tests.standins.model_answers import Answer, ToolUse
from tests.standins.model_server import ModelServer
from tools.chat_model import ChatModels
from tools.model_settings import ModelSettings

CATALOGUE = catalogue()
PROMPT = "When a payment is received, post to #sales on Slack."
GOOD: dict[str, Any] = {
    "name": "Payments to Slack",
    "nodes": [
        {
            "id": "paid",
            "type": "trigger",
            "data": {"service": "razorpay", "task": "payment_received"},
        },
        {
            "id": "post",
            "type": "action",
            "data": {
                "service": "slack",
                "task": "post_message",
                "params": {"channel": "#sales", "text": "Paid: {{trigger_data.amount_text}}"},
            },
        },
    ],
    "edges": [{"source": "paid", "target": "post"}],
}


def _invented() -> dict[str, Any]:
    found = deepcopy(GOOD)
    found["nodes"][1]["data"]["service"] = "telegram"
    return found


def _handed_in(blueprint: Any, **more: Any) -> Answer:
    arguments = {"blueprint": blueprint, **more}
    return Answer(calls=[ToolUse(name="draft_workflow", arguments=arguments)])


@pytest.fixture
async def models(model_server: ModelServer) -> AsyncIterator[ChatModels]:
    settings = ModelSettings(
        model="stand-in", base_url=model_server.base_url, timeout_s=2, retry_after_s=0
    )
    models = ChatModels(settings)
    yield models
    await models.aclose()


async def _drafted(models: ChatModels, prompt: str = PROMPT) -> Drafted:
    return await draft_workflow(Request(prompt, CATALOGUE), models)


async def test_the_models_workflow_is_normalised_and_checked(
    models: ChatModels, model_server: ModelServer
):
    model_server.script(_handed_in(GOOD, assumptions=["It is in rupees."], questions=["Why?"]))
    found = await _drafted(models)
    assert model_server.refused == []
    assert found.source == "model"
    assert found.draft.blueprint.edges[0].id == "edge_1"
    assert found.draft.blueprint.nodes[1].position.x > 0
    assert found.draft.assumptions == ["It is in rupees."]
    assert found.draft.questions[0].text == "Why?"


async def test_the_model_is_told_the_services_and_the_wish(
    models: ChatModels, model_server: ModelServer
):
    model_server.script(_handed_in(GOOD))
    await _drafted(models)
    [request] = model_server.requests
    told = request["messages"][1]["content"]
    assert "`whatsapp.send_message`" in told
    assert PROMPT in told
    assert request["tools"][0]["function"]["name"] == "draft_workflow"


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        (_handed_in(_invented()), "service_unknown at post"),
        (_handed_in({"nodes": 5}), "schema at"),
        (_handed_in("none"), "blueprint"),
        (Answer(calls=[ToolUse(name="draft_workflow", arguments='{"blueprint": {')]), "at nodes"),
        (Answer(text="I would rather talk."), "valid JSON"),
    ],
)
async def test_what_is_wrong_goes_back_to_the_model(
    models: ChatModels, model_server: ModelServer, wrong: Answer, complaint: str
):
    model_server.script(wrong, _handed_in(GOOD))
    found = await _drafted(models)
    assert model_server.refused == []
    assert found.source == "model"
    assert complaint in str(model_server.requests[1]["messages"][-1]["content"])


async def test_json_that_is_said_instead_of_called_is_read(
    models: ChatModels, model_server: ModelServer
):
    model_server.script(Answer(text='Here: {"nodes": [], "edges": []}'), _handed_in(GOOD))
    found = await _drafted(models)
    assert "no_trigger" in str(model_server.requests[1]["messages"][-1]["content"])
    assert found.source == "model"


async def test_after_three_rounds_the_grammar_drafts(models: ChatModels, model_server: ModelServer):
    model_server.script(*[_handed_in(_invented())] * MOST_ROUNDS)
    found = await _drafted(models)
    assert len(model_server.requests) == MOST_ROUNDS
    assert found.source == "drafter"
    assert found.draft == draft_by_grammar(PROMPT, CATALOGUE)
    assert found.note == "The model stand-in gave no workflow without errors in 3 tries."


async def test_an_endpoint_that_is_down_does_not_keep_anybody_from_drafting(
    models: ChatModels, model_server: ModelServer
):
    model_server.script(Answer(status=503))
    found = await _drafted(models)
    assert found.source == "drafter"
    assert found.draft == draft_by_grammar(PROMPT, CATALOGUE)
    assert found.note is not None
    assert "503" in found.note


async def test_without_a_model_the_grammar_drafts():
    found = await _drafted(ChatModels(ModelSettings()))
    assert (found.source, found.note) == ("drafter", None)


async def test_a_value_that_is_missing_is_a_question_and_no_reason_to_refuse(
    models: ChatModels, model_server: ModelServer
):
    open_ended = deepcopy(GOOD)
    del open_ended["nodes"][1]["data"]["params"]["channel"]
    model_server.script(_handed_in(open_ended))
    found = await _drafted(models)
    assert found.source == "model"
    [question] = found.draft.questions
    assert (question.node_id, question.field) == ("post", "data.params.channel")


async def test_an_edit_by_the_model_is_a_difference(models: ChatModels, model_server: ModelServer):
    base = draft_by_grammar(PROMPT, CATALOGUE).blueprint
    changed = base.model_dump(mode="json")
    changed["nodes"][1]["data"]["params"]["channel"] = "#all"
    model_server.script(_handed_in(changed))
    found = await draft_workflow(Request("Post to #all", CATALOGUE, base), models)
    assert [change.change_id for change in found.draft.diff] == [
        "node:post_message:data.params.channel"
    ]
