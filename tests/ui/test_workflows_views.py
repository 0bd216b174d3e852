"""The Workflows page's parts: its address, its rows, its bars and the steps of a template."""

from datetime import UTC, datetime
from typing import Any

import pytest

from ui.pages.workflows.address import Address
from ui.pages.workflows.import_views import opened
from ui.pages.workflows.list_views import toolbar, workflow_list
from ui.pages.workflows.sparkline import in_words, sparkline
from ui.pages.workflows.steps import steps_of
from ui.workflows_client import Made, ShownRun, Workflow, WorkflowPage

NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)


def workflow(**changes: Any) -> Workflow:
    """A live workflow that does well."""
    values: dict[str, Any] = {
        "workflow_id": "w1",
        "name": "Thanks",
        "status": "active",
        "rights": "owner",
        "draft_version": 1,
        "active_version": 1,
        "services": ["razorpay"],
        "steps": 2,
        "updated_at": NOW,
        "triggers": [{"service": "razorpay", "words": "Razorpay: Payment received"}],
        "next_at": None,
        "liveness": "live",
        "recent_runs": [],
    }
    return Workflow.model_validate(values | changes)


def row(**changes: Any) -> str:
    page = WorkflowPage([workflow(**changes)], 1)
    return workflow_list(page, Address(), may_share=True)


def runs(*statuses: str) -> list[ShownRun]:
    return [
        ShownRun(run_id=str(n), status=status, created_at=NOW, duration_s=n)
        for n, status in enumerate(statuses)
    ]


def test_an_address_is_read_and_written_the_same() -> None:
    address = Address.of_query("?text=a+b&status=active&page=3&unknown=x&__theme=dark")
    assert (address.text, address.status, address.number) == ("a b", "active", 3)
    assert Address.of_query(address.link(page="3")) == address
    assert address.link(service="slack") == "?text=a+b&status=active&service=slack"


@pytest.mark.parametrize("page", ["0", "-1", "x", "٣", "9" * 40, ""])
def test_a_page_that_is_no_number_is_the_first(page: str) -> None:
    assert Address(page=page).number == 1
    assert Address(page=page).search()["offset"] == 0


def test_a_status_that_there_is_not_is_not_asked_for() -> None:
    assert "status" not in Address(status="'; drop").search()
    assert Address(sort="name").search()["sort_by"] == "name"
    assert Address(sort="hack").search()["sort_by"] == "updated_at"


def test_the_toolbar_shows_what_the_address_says() -> None:
    html = toolbar(Address(text='"><script>', service="made_up", status="failing"))
    assert "&quot;&gt;&lt;script&gt;" in html
    assert '<option value="made_up" selected>Made up</option>' in html
    assert "aria-current=true>Failing" in html


@pytest.mark.parametrize(
    ("changes", "word", "state"),
    [
        ({}, "Live", "done"),
        ({"status": "failing"}, "Failing", "failed"),
        ({"liveness": "stuck"}, "Cannot start", "waiting"),
        ({"status": "inactive", "liveness": "off", "active_version": None}, "Draft", ""),
    ],
)
def test_a_state_is_an_icon_a_word_and_a_colour(
    changes: dict[str, Any], word: str, state: str
) -> None:
    html = row(**changes)
    assert f'data-state="{state}"><svg' in html
    assert f"</svg>{word}</span>" in html


def test_what_somebody_may_not_do_is_not_offered() -> None:
    viewer, editor, owner = (row(rights=rights) for rights in ("viewer", "editor", "owner"))
    assert "Deactivate" not in viewer
    assert "Delete" not in viewer
    assert "Deactivate" in editor
    assert "Delete" not in editor
    assert "Delete" in owner
    assert "share=w1" in owner


def test_a_draft_that_is_newer_than_what_is_live_is_told() -> None:
    assert "Newer draft" in row(draft_version=2)
    assert "Newer draft" not in row()


def test_names_from_people_are_escaped_everywhere() -> None:
    html = row(name='<b>"x"', triggers=[{"service": "s", "words": "<i>", "problem": "<u>"}])
    assert not any(tag in html for tag in ("<b>", "<i>", "<u>"))
    assert "&quot;" in opened(Made(workflow_id='"', problems=[]), {"prompt": "<x>"})


def test_the_rate_counts_runs_that_ended_and_the_bars_say_it_in_words() -> None:
    found = runs("running", "success", "success", "error", "cancelled")
    assert "67 %" in row(recent_runs=found)
    assert in_words(found) == ("Last 5 runs: 2 succeeded, 1 running, 1 failed, 1 cancelled")
    html = sparkline(found)
    assert html.count("<rect") == 5
    assert 'data-state="failed" x="96" y="0"' in html
    assert sparkline([]) == ""


def test_steps_come_in_the_order_in_which_they_happen_with_their_ways() -> None:
    blueprint = {
        "nodes": [
            {"id": "no", "type": "action", "data": {"service": "slack", "task": "post_message"}},
            {"id": "ask", "type": "approval", "title": "May it?"},
            {"id": "go", "type": "trigger", "data": {"service": "manual", "task": "start"}},
            {"id": "yes", "type": "action", "data": {"service": "made_up", "task": "do_it"}},
        ],
        "edges": [
            {"source": "go", "target": "ask"},
            {"source": "ask", "target": "yes", "branch": "approved"},
            {"source": "ask", "target": "no", "branch": "rejected"},
            {"source": "yes", "target": "go"},
        ],
    }
    # A ring of steps has no first one; nothing is said of what nothing leads to.
    assert steps_of(blueprint, {}) == []
    blueprint["edges"].pop()
    found = steps_of(blueprint, {("slack", "post_message"): "Post a message"})
    assert [(each.title, each.branch, each.depth) for each in found] == [
        ("Start", "", 0),
        ("May it?", "", 0),
        ("Do it", "When approved", 1),
        ("Post a message", "When rejected", 1),
    ]
    assert found[3].task == "Slack: Post a message"
