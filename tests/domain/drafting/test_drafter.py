"""Sentences become the workflows that they mean, with a question for all that they leave open."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from benchmarks.drafting.cases import Case, cases
from benchmarks.drafting.scores import compared
from benchmarks.drafting.services import catalogue
from domain.blueprints.blueprint import Blueprint
from domain.blueprints.diff import with_changes
from domain.drafting.catalogue import DraftCatalogue
from domain.drafting.drafter import draft
from domain.drafting.tokens import words_in
from tools.draft_catalogue import draft_services
from tools.registry import shipped_integrations

CATALOGUE = catalogue()


SEEN = [case for case in cases() if not case.is_held_out]


@pytest.mark.parametrize("case", SEEN, ids=lambda case: case.name)
def test_sentences_become_the_workflow_that_they_mean(case: Case):
    base: Blueprint | None = None
    for turn in case.turns:
        found = draft(turn.prompt, CATALOGUE, base)
        assert compared(turn, found)[0] == []
        base = found.blueprint


def test_the_same_sentence_gives_the_same_draft():
    prompt = "When a payment is received, send the customer a WhatsApp."
    assert draft(prompt, CATALOGUE) == draft(prompt, CATALOGUE)


@pytest.mark.parametrize(
    ("prompt", "asked"),
    [
        ("Every day at 9 post to Slack.", "Which Slack channel"),
        ("When a payment fails, email the boss.", "Which e-mail address"),
        ("When a payment fails, water the plants.", "Which of the services"),
        ("When it rains, post to #ops on Slack.", "What starts the workflow?"),
        ("When a payment fails, get approval and post to #ops on Slack.", "Who should approve"),
        ("Post to #ops on Slack.", "What should start the workflow?"),
        ("When a payment is received, send a message on Discord.", "no integration for Discord"),
        ("When a Shopify order comes in, email boss@example.com.", "no integration for Shopify"),
        ("", "What should start the workflow?"),
    ],
)
def test_what_is_not_known_is_asked(prompt: str, asked: str):
    found = draft(prompt, CATALOGUE)
    assert asked in " ".join(question.text for question in found.questions)


def test_nothing_is_put_into_a_parameter_that_nobody_knows():
    found = draft("Every day at 9 post to Slack.", CATALOGUE)
    assert "channel" not in found.blueprint.nodes[1].data.params


def test_an_edit_is_a_difference_that_can_be_rejected():
    base = draft("When a payment is received, email the customer.", CATALOGUE).blueprint
    found = draft("Also post to #sales on Slack.", CATALOGUE, base)
    assert [(one.change_id, one.kind) for one in found.diff] == [
        ("node:post_message", "added"),
        ("edge:send_to_post_message", "added"),
    ]
    assert with_changes(base, found.diff, ()) == base
    assert with_changes(base, found.diff) == found.blueprint


@pytest.mark.parametrize(
    ("prompt", "field", "value"),
    [
        ("Change the message to 'Welcome'", "data.params.text", "Welcome"),
        ("Set the channel to sales", "data.params.channel", "#sales"),
        ("Rename it to 'Payments to Slack'", "name", "Payments to Slack"),
        ("Change the amount to 2000", "data.params.condition", "trigger_data.amount > 2000"),
        ("Retry the Slack message 5 times", "data.error_handling.retry_count", 5),
    ],
)
def test_single_values_are_changed(prompt: str, field: str, value: object):
    first = "When a payment over 500 is received, post 'Hi' to #all on Slack."
    base = draft(first, CATALOGUE).blueprint
    found = draft(prompt, CATALOGUE, base)
    assert ".".join(found.diff[0].field) == field
    assert found.diff[0].after == value


def test_a_step_that_is_not_there_is_asked_about():
    base = draft("When a payment is received, email the customer.", CATALOGUE).blueprint
    found = draft("Remove the Slack message.", CATALOGUE, base)
    assert found.blueprint == base
    assert "Which step" in found.questions[0].text


def test_another_event_can_start_it():
    base = draft("When a payment is received, email the customer.", CATALOGUE).blueprint
    found = draft("Start it when an order is paid instead.", CATALOGUE, base)
    trigger = found.blueprint.nodes[0]
    assert (trigger.data.service, trigger.data.task) == ("razorpay", "order_paid")
    assert [edge.target for edge in found.blueprint.edges] == ["send"]


def test_without_services_everything_is_asked():
    found = draft("When a payment is received, email the customer.", DraftCatalogue(()))
    assert found.blueprint.nodes == []
    assert len(found.questions) == 2


WORDS = words_in(
    "when if unless otherwise then and for each row payment is received fails over 1000 send "
    "whatsapp email slack post add a the sheet wait 2 days every monday at 9 ask approval , . "
    "'x' #ops a@b.co +4912345678 between contains remove change to before after instead of "
    "retry 3 times if it fails continue only with until 5k {{a}} = < \\n once approved done"
)
LISTS = st.lists(st.sampled_from(sorted(WORDS)), max_size=25)
SENTENCES = LISTS.map(" ".join) | st.text(max_size=60)


#: The step that the new ones belong beside is taken out by the same sentence.
NAMES_WHAT_IT_REMOVES = (
    "only send times sheet once send only unless the 1000 only remove payment #ops slack"
)


@given(st.lists(SENTENCES, min_size=1, max_size=3))
@example(["slack", NAMES_WHAT_IT_REMOVES])
def test_any_text_gives_a_draft_with_a_question_for_each_error(prompts: list[str]):
    base: Blueprint | None = None
    for prompt in prompts:
        found = draft(prompt, CATALOGUE, base)
        asked = {(question.node_id, question.field) for question in found.questions}
        errors = [one for one in found.problems if one.severity == "error"]
        assert {(one.node_id, one.field) for one in errors} <= asked
        services = {node.data.service for node in found.blueprint.nodes} - {None}
        assert services <= {service.name for service in CATALOGUE.services}
        base = found.blueprint


def test_a_payment_link_is_for_the_customer_in_the_words_of_its_service() -> None:
    found = draft("When a payment fails, create a payment link.", CATALOGUE).blueprint
    assert found.nodes[1].data.params["customer"] == {
        "contact": "{{trigger_data.customer.phone ?? null}}",
        "email": "{{trigger_data.customer.email ?? null}}",
        "name": "{{trigger_data.customer.name ?? null}}",
    }


def test_asking_for_a_workflow_is_no_step_of_it() -> None:
    asked = "Build me a workflow: every Monday at 9 post “Stand-up!” to #team on Slack"
    said = "Every Monday at 9 post “Stand-up!” to #team on Slack"
    for services in (catalogue(), DraftCatalogue(draft_services(shipped_integrations().all()))):
        assert draft(asked, services).blueprint == draft(said, services).blueprint
    tasks = [node.data.task for node in draft(asked, catalogue()).blueprint.nodes]
    assert tasks == ["schedule", "post_message"]


def test_a_row_has_each_value_once_and_does_without_those_that_are_missing() -> None:
    services = DraftCatalogue(draft_services(shipped_integrations().all()))
    found = draft("When a payment is received, add a row to the sheet", services).blueprint
    values = found.nodes[1].data.params["values"]
    assert '{{trigger_data.customer.name ?? ""}}' in values
    assert "{{trigger_data.amount}}" in values
    assert "{{trigger_data.payment.amount}}" not in values


def test_an_amount_is_said_with_its_currency() -> None:
    services = DraftCatalogue(draft_services(shipped_integrations().all()))
    found = draft("When a payment is received, send a WhatsApp message", services).blueprint
    message = found.nodes[1].data.params["message"]
    assert "{{trigger_data.currency}} {{trigger_data.amount_text}}" in message
