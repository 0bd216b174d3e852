"""The reducer: any split of a log gives one state, and every prefix can be shown."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.ui.logs import (
    ANALYSIS,
    QUESTION,
    REPORT,
    RUN,
    SECOND_RUN,
    calling,
    completed,
    delta,
    numbered,
    started,
    thought,
)
from ui.event_fields import question_text, report_id_of
from ui.messages import messages
from ui.reducer import reduce, reduce_all
from ui.transcript import Answer, Failure, Note, Question, Step, Transcript

RESUMED = QUESTION + numbered(
    [
        started("supervisor", title="Assistant", input=""),
        {"type": "resumed", "path": ["supervisor"], "attempt": 2, "from_checkpoint": "x"},
        {"type": "error", "path": [], "error": "Unavailable", "message": "The model is away."},
        completed("supervisor", status="error"),
        {"type": "end", "path": [], "status": "error"},
    ],
    run_id=SECOND_RUN,
    start=len(QUESTION) + 1,
)
LOGS = st.sampled_from([ANALYSIS, QUESTION, RESUMED])


@st.composite
def split_logs(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[int]]:
    log = draw(LOGS)
    return log, sorted(draw(st.lists(st.integers(0, len(log)), max_size=5)))


@given(split_logs())
def test_any_split_of_a_log_reduces_to_the_same_state(
    split: tuple[list[dict[str, Any]], list[int]],
) -> None:
    log, cuts = split
    state = Transcript()
    for start, stop in zip([0, *cuts], [*cuts, len(log)], strict=True):
        # A reader that reconnects may be sent what it has seen already.
        state = reduce_all(state, log[max(0, start - 3) : stop])
    assert state == reduce_all(Transcript(), log)


@given(split_logs(), st.integers(1, 8))
def test_every_prefix_renders(split: tuple[list[dict[str, Any]], list[int]], window: int) -> None:
    log, cuts = split
    for stop in cuts:
        state = reduce_all(Transcript(), log[:stop])
        shown = messages(state, window)
        assert len(shown) <= window
        ids = {m["metadata"]["id"] for m in shown if "metadata" in m}
        parents = {m["metadata"].get("parent_id") for m in shown if "metadata" in m} - {None}
        assert parents <= ids


@given(LOGS, st.data())
def test_a_duplicate_or_unknown_event_changes_nothing(
    log: list[dict[str, Any]], data: st.DataObject
) -> None:
    state = reduce_all(Transcript(), log)
    again = data.draw(st.sampled_from(log))
    assert reduce(state, again) == state
    unknown = reduce(state, {"type": "weather", "seq": len(log) + 1})
    assert unknown.items == state.items


def test_an_analysis_reads_as_question_steps_and_answer() -> None:
    state = reduce_all(Transcript(), ANALYSIS)
    kinds = [type(item) for item in state.items]
    assert kinds == [Question, Step, Step, Step, Step, Step, Answer]
    assert [s.title for s in state.items if isinstance(s, Step)] == [
        "Assistant",
        "Data",
        "Check usage data",
        "Report",
        "Render report",
    ]
    assert all(s.status == "done" for s in state.items if isinstance(s, Step))
    assert state.report_id == REPORT
    assert state.model == "playbook"
    assert state.end_status == "success"
    assert not state.is_running


def test_steps_hang_below_the_open_step_of_their_paths_prefix() -> None:
    steps = {s.title: s for s in reduce_all(Transcript(), ANALYSIS).items if isinstance(s, Step)}
    assert steps["Assistant"].parent_id is None
    assert steps["Data"].parent_id == steps["Assistant"].id
    assert steps["Check usage data"].parent_id == steps["Data"].id
    assert steps["Render report"].parent_id == steps["Report"].id


def test_a_delta_goes_where_its_offset_says_so_a_message_streamed_again_replaces_itself() -> None:
    state = reduce_all(Transcript(), ANALYSIS)
    (answer,) = [i for i in state.items if isinstance(i, Answer)]
    assert answer.text == "You spent $173.90."
    data = next(i for i in state.items if isinstance(i, Step) and i.title == "Data")
    assert [p.text for p in data.parts] == [
        "First I look at what usage there is.",
        "28,185 calls read.",
    ]


def test_an_answer_that_was_retracted_is_not_shown() -> None:
    log = numbered(
        [
            started("supervisor", title="Assistant", input="Hello"),
            delta("supervisor", text="Half an ans", offset=0, message_id="m"),
            delta("supervisor", text="", offset=0, message_id="m"),
        ]
    )
    shown = messages(reduce_all(Transcript(), log))
    assert [m["content"] for m in shown if "metadata" not in m] == ["Hello"]


def test_a_thought_with_a_known_message_id_replaces_what_it_said_before() -> None:
    log = numbered(
        [
            started("supervisor", title="Assistant", input="Hello"),
            thought("supervisor", text="Looking.", message_id="t"),
            delta("supervisor", text="I will loo", offset=0, message_id="m"),
            thought("supervisor", text="Looking again.", message_id="t"),
            thought("supervisor", text="I will look it up.", message_id="m"),
        ]
    )
    state = reduce_all(Transcript(), log)
    step = next(i for i in state.items if isinstance(i, Step))
    assert [p.text for p in step.parts] == ["Looking again.", "I will look it up."]
    assert not [i for i in state.items if isinstance(i, Answer)]


def test_an_interrupt_waits_until_the_thread_goes_on() -> None:
    waiting = reduce_all(Transcript(), QUESTION)
    assert [i.id for i in waiting.interrupts] == ["i1"]
    assert waiting.interrupts[0].asked_by == "Data"
    assert waiting.interrupts[0].run_id == RUN
    on = reduce_all(waiting, RESUMED)
    assert on.interrupts == ()
    assert on.end_status == "error"


def test_errors_and_restarts_are_told_in_words() -> None:
    state = reduce_all(Transcript(), RESUMED)
    assert [i.text for i in state.items if isinstance(i, Failure)] == ["The model is away."]
    assert [i.text for i in state.items if isinstance(i, Note)] == ["Continued after a restart."]


def test_a_queued_run_that_is_cancelled_does_not_end_the_one_going_on() -> None:
    log = numbered([started("supervisor", title="Assistant", input="Slow")])
    log += numbered(
        [
            started("supervisor", title="Assistant", input="Never mind"),
            thought("supervisor", text="Cancelled before it began.", message_id="t"),
            completed("supervisor", status="cancelled"),
            {"type": "end", "path": [], "status": "cancelled"},
        ],
        run_id=SECOND_RUN,
        start=2,
    )
    state = reduce_all(Transcript(), log)
    assert state.is_running
    assert state.run_id == RUN
    assert [i.text for i in state.items if isinstance(i, Question)] == ["Slow"]
    assert SECOND_RUN in state.ended_runs


def test_an_answer_that_more_work_follows_moves_into_its_agents_step() -> None:
    log = numbered(
        [
            started("supervisor", title="Assistant", input="Hi"),
            started("supervisor", "data", title="Data", input=""),
            delta("supervisor", "data", text="Three rows.", offset=0, message_id="m"),
        ]
    )
    state = reduce_all(Transcript(), log)
    assert [i.text for i in state.items if isinstance(i, Answer)] == ["Three rows."]
    more = numbered(
        [
            completed("supervisor", "data"),
            started("supervisor", "report", title="Report", input=""),
        ],
        start=4,
    )
    state = reduce_all(state, more)
    assert not [i for i in state.items if isinstance(i, Answer)]
    data = next(i for i in state.items if isinstance(i, Step) and i.title == "Data")
    assert [p.text for p in data.parts] == ["Three rows."]


def test_a_call_that_ran_again_after_a_crash_stays_one_step() -> None:
    log = numbered(
        [
            started("supervisor", title="Assistant", input="Hello"),
            calling("supervisor", tool="query_usage", call_id="c"),
            {"type": "resumed", "path": [], "attempt": 2},
            calling("supervisor", tool="query_usage", call_id="c"),
        ]
    )
    state = reduce_all(Transcript(), log)
    assert [s.title for s in state.items if isinstance(s, Step)] == ["Assistant", "Query usage"]


def test_the_question_is_read_from_every_shape_an_input_has() -> None:
    messages_input = {"messages": [{"role": "user", "content": "Hi"}]}
    assert question_text("Hi") == "Hi"
    assert question_text(messages_input) == "Hi"
    assert question_text('{"messages": [{"role": "user", "content": "Hi"}]}') == "Hi"
    assert question_text("{not json") == "{not json"
    assert question_text({"resume": 1}) == ""
    assert question_text(None) == ""


def test_a_report_is_found_in_data_and_in_text_that_was_cut() -> None:
    assert report_id_of({"report_id": REPORT}) == REPORT
    assert report_id_of(f'{{"report_id": "{REPORT}", "mark') == REPORT
    assert report_id_of("no report") is None
    assert report_id_of(None) is None
