"""What the end of a run makes of its status and of its thread's."""

from typing import get_args

import pytest

from domain.events import EndStatus
from domain.runs import RUN_STATUS_AT_END, RunStatus, ThreadStatus, thread_status_at_end

ENDS: tuple[EndStatus, ...] = get_args(EndStatus)


def test_every_end_has_a_final_status() -> None:
    assert set(RUN_STATUS_AT_END) == set(ENDS)
    final = set(get_args(RunStatus)) - {"pending", "running"}
    assert set(RUN_STATUS_AT_END.values()) == final


def test_a_run_that_waits_for_a_human_has_succeeded_so_far() -> None:
    assert RUN_STATUS_AT_END["interrupted"] == "success"


def test_a_cancelled_run_is_interrupted_in_langgraphs_words() -> None:
    assert RUN_STATUS_AT_END["cancelled"] == "interrupted"


@pytest.mark.parametrize(
    ("end", "status"),
    [
        ("success", "idle"),
        ("interrupted", "interrupted"),
        ("cancelled", "interrupted"),
        ("error", "error"),
        ("timeout", "error"),
    ],
)
def test_a_thread_with_a_next_step_stands_where_its_run_left_it(
    end: EndStatus, status: ThreadStatus
) -> None:
    assert thread_status_at_end(end, has_next_step=True) == status


def test_a_cancelled_run_without_a_next_step_leaves_its_thread_idle() -> None:
    assert thread_status_at_end("cancelled", has_next_step=False) == "idle"


@pytest.mark.parametrize("end", sorted(set(ENDS) - {"cancelled"}))
def test_only_a_cancelled_run_asks_for_the_next_step(end: EndStatus) -> None:
    with_step = thread_status_at_end(end, has_next_step=True)
    assert with_step == thread_status_at_end(end, has_next_step=False)


@pytest.mark.parametrize("end", ENDS)
def test_no_end_leaves_a_thread_busy(end: EndStatus) -> None:
    assert thread_status_at_end(end, has_next_step=False) != "busy"
