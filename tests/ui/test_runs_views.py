"""The Runs page's HTML: what people and models wrote is text, addresses say what is shown."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.ui.logs import numbered
from tests.ui.test_run_trace import begin, call, end
from ui.markup import duration_words
from ui.pages.runs import event_views, list_views, run_views, state_views
from ui.pages.runs.addresses import Place
from ui.pages.runs.timeline_views import Waterfall
from ui.pages.runs.words import spent_words
from ui.run_trace import trace_of
from ui.runs_client import changed_values
from ui.runs_models import Checkpoint, RetryPlan, RunEntry, RunEvents

NOW = datetime(2026, 1, 5, 9, 5, tzinfo=UTC)
EVIL = '<img src=x onerror="alert(1)">'


def entry(**fields: Any) -> RunEntry:
    made: dict[str, Any] = {
        "run_id": "r1",
        "last_run_id": "r1",
        "runs": ["r1"],
        "number": 7,
        "thread_id": "t1",
        "kind": "workflow",
        "status": "success",
        "title": EVIL,
        "graph_id": "workflow",
        "assistant_id": "a1",
        "workflow_id": "w1",
        "version": 3,
        "came_by": "webhook",
        "created_at": NOW,
        "started_at": NOW,
        "ended_at": NOW + timedelta(seconds=2),
        "duration_s": 2.0,
    }
    return RunEntry.model_validate(made | fields)


def test_what_people_wrote_is_text_everywhere() -> None:
    place = Place({"id": "r1", "span": "send", "event": "2", "q": EVIL})
    one = entry(status="error", error=EVIL, assistant_name=EVIL)
    events = numbered([begin(), *call("send", status="error", error=EVIL), *end("error")])
    part = RunEvents.model_validate({"events": events, "types": {"tool_completed": 1}})
    at = Checkpoint.model_validate(
        {"checkpoint_id": "c", "created_at": NOW, "values": {EVIL: EVIL}, "next": [EVIL]}
    )
    plan = RetryPlan.model_validate(
        {
            "plan_id": EVIL,
            "from": "start",
            "version": 1,
            "reruns": [EVIL],
            "repeats": [
                {
                    "effect_key": EVIL,
                    "node_id": EVIL,
                    "path": EVIL,
                    "service": EVIL,
                    "task": EVIL,
                    "effect": "unsafe",
                    "status": "done",
                    "reference": EVIL,
                }
            ],
        }
    )
    trace = trace_of(events, is_workflow=True)
    shown = [
        list_views.heading("", EVIL, place),
        list_views.filters(place, [], []),
        list_views.table([one], place, 3),
        run_views.heading("", one, place),
        run_views.summary(one, place),
        run_views.not_there(EVIL),
        run_views.retry_form(plan, place, 1),
        run_views.retry_refused(EVIL, place),
        Waterfall(trace, one, place, NOW).shown(is_cut=True),
        event_views.event_log(part, place),
        state_views.inspector([at], place, "", has_more=True),
        state_views.checkpoint_view(at, at.model_copy(update={"values": {}}), place, None),
        state_views.checkpoint_view(at, None, place, EVIL),
    ]
    assert [html for html in shown if "<img" in html] == []
    assert "&lt;img" in "".join(shown)


def test_a_row_says_how_it_stands_and_what_it_took() -> None:
    place = Place({})
    row = list_views.table([entry(attempts=2, cost_usd="0.0125")], place, None)
    for words in ("Done", "v3", "Workflow", "Webhook", "2.0 s", ">2<", "$0.01"):
        assert words in row
    assert "Older" not in row
    assert "data-since" in list_views.table([entry(status="running", duration_s=None)], place, 7)
    assert list_views.live_line([entry(status="queued")], is_narrowed=False) == "1 under way"


def test_what_can_be_done_depends_on_how_it_stands() -> None:
    place = Place({"id": "r1"})
    assert "Cancel" in run_views.heading("", entry(status="waiting"), place)
    assert "Retry" in run_views.heading("", entry(status="timeout"), place)
    answered = entry(kind="chat", status="waiting", workflow_id=None)
    assert "Cancel" not in run_views.heading("", answered, place)
    delayed = answered.model_copy(update={"started_at": None})
    assert "Cancel" in run_views.heading("", delayed, place)
    done = run_views.heading("", entry(), place)
    assert "Retry" not in done
    assert "Cancel" not in done
    asked = entry(kind="chat", came_by="message", workflow_id=None)
    assert "Ask again" in run_views.heading("", asked, place)
    assert "/app/?thread=t1" in run_views.summary(asked, place)
    assert "/app/workflows?id=w1&amp;run=r1" in run_views.summary(entry(), place)


def test_each_attempt_at_a_step_has_a_bar() -> None:
    events = numbered([begin(), *call("send", status="error"), *call("send"), *end("success")])
    trace = trace_of(events, is_workflow=True)
    html = Waterfall(trace, entry(), Place({"id": "r1", "span": "send"}), NOW).shown(is_cut=False)
    assert html.count('class="gp-bar"') == 2
    assert "2 tries" in html


def test_a_run_without_steps_says_why() -> None:
    trace = trace_of([], is_workflow=False)
    html = Waterfall(trace, entry(status="queued"), Place({}), NOW).shown(is_cut=False)
    assert "waits for its turn" in html


def test_an_address_keeps_what_is_known_and_nothing_else() -> None:
    place = Place.read({"id": "r1", "view": "odd", "__theme": "dark", "after": "-5", "q": ""})
    assert (place.view, place.number("after"), place.query) == (
        "timeline",
        None,
        "?id=r1&view=odd&after=-5",
    )
    assert place.at(view="events", after="").address == "/app/runs?id=r1&view=events"
    assert Place({}).address == "/app/runs"
    assert Place.read({"view": "state", "status": "error", "before": "9"}).query == (
        "?status=error&before=9"
    )


def test_durations_and_amounts_have_their_units() -> None:
    seconds = (None, 0.018, 2.44, 185, 7_440, 180_000)
    assert [duration_words(each) for each in seconds] == [
        *("", "18 ms", "2.4 s", "3 min 5 s", "2 h 4 min", "2 days 2 h"),
    ]
    assert (spent_words(None, 1_200), spent_words(None, None)) == ("1,200 tokens", "")


def test_only_what_was_changed_of_a_state_is_laid_over_it() -> None:
    before = {"amount": 150, "note": "a", "api_key": "sk-1"}
    text = '{"amount": 15, "note": "a", "api_key": "••••••", "more": [1]}'
    assert changed_values(before, text) == {"amount": 15, "more": [1]}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1,}', "line 1, column"),
        ("[1]", "object of values"),
        ('{"a": 1}', "deep is missing"),
        ('{"a": 1, "deep": {"token": "••••••", "x": 1}}', "hidden secret"),
    ],
)
def test_a_state_that_cannot_be_used_is_refused_in_words(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        changed_values({"a": 1, "deep": {"token": "t"}}, text)
