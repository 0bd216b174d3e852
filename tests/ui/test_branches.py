"""Branches: which run follows which, and what of a log belongs to one of them."""

from typing import Any

from ui.api_models import Run
from ui.branches import branches_of, on_branch
from ui.transcript import Question, Step, Transcript


def run(run_id: str, **metadata: Any) -> Run:
    at = "2026-01-05T09:00:00Z"
    fields = {"run_id": run_id, "thread_id": "t", "status": "success", "created_at": at}
    return Run.model_validate({**fields, "metadata": metadata})


#: a, b; then b was asked again as c, followed by d; then a was asked again as e.
RUNS = [run("e", after=""), run("d"), run("c", after="a"), run("b"), run("a")]
TREE = branches_of(RUNS)


def test_a_run_follows_the_one_before_it_unless_it_says_which() -> None:
    assert TREE.path("b") == ["a", "b"]
    assert TREE.path("d") == ["a", "c", "d"]
    assert TREE.path("e") == ["e"]
    assert TREE.path("nobody") == []


def test_the_versions_of_a_question_follow_the_same_run() -> None:
    assert TREE.versions("a") == TREE.versions("e") == ["a", "e"]
    assert TREE.versions("b") == TREE.versions("c") == ["b", "c"]
    assert TREE.versions("d") == ["d"]


def test_a_version_is_shown_to_its_newest_end() -> None:
    assert TREE.leaf("c") == "d"
    assert TREE.leaf("a") == "d"
    assert TREE.leaf("b") == "b"
    assert TREE.leaf("") == TREE.leaf("nobody") == "e"
    assert branches_of([]).leaf("") == ""


def test_runs_that_name_each_other_end() -> None:
    assert branches_of([run("b", after="a"), run("a", after="b")]).path("b") == ["a", "b"]


def test_of_a_log_only_the_branch_is_shown() -> None:
    items = tuple(Question(each, each, each) for each in ("forgotten", "a", "b", "c", "d", "e"))
    shown = on_branch(Transcript(items=items), TREE, "d")
    # A run that is no longer known cannot be said to be elsewhere.
    assert [item.run_id for item in shown.items] == ["forgotten", "a", "c", "d"]
    alone = Transcript(items=items)
    assert on_branch(alone, branches_of([]), "") is alone


def test_a_branch_has_the_report_that_was_written_on_it() -> None:
    steps = tuple(
        Step(each, each, (), "tool", "Save report", result={"report_id": f"report of {each}"})
        for each in ("b", "d")
    )
    state = Transcript(items=steps, report_id="report of d")
    assert on_branch(state, TREE, "b").report_id == "report of b"
    assert on_branch(state, TREE, "d").report_id == "report of d"
    assert on_branch(state, TREE, "e").report_id is None
