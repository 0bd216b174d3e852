"""When votes settle an approval, and what its run is told."""

from datetime import UTC, datetime
from itertools import product

import pytest

from domain.errors import InvalidInput
from domain.workflows.votes import (
    Ballot,
    Rules,
    Vote,
    VoteDecision,
    answer_of,
    check_ballot,
    decision_of,
)

AT = datetime(2026, 1, 1, tzinfo=UTC)


def votes(text: str) -> list[Vote]:
    """`+` agrees, `-` does not."""
    decisions: dict[str, VoteDecision] = {"+": "approved", "-": "rejected"}
    return [Vote(str(place), Ballot(decisions[each]), AT) for place, each in enumerate(text)]


@pytest.mark.parametrize(
    ("rules", "said", "decision"),
    [
        (Rules(1, True, 3), "", None),
        (Rules(1, True, 3), "+", "approved"),
        (Rules(1, True, 3), "-", "rejected"),
        (Rules(2, True, 3), "+-", "rejected"),
        (Rules(2, False, 3), "-", None),
        (Rules(2, False, 3), "-+", None),
        (Rules(2, False, 3), "-+-", "rejected"),
        (Rules(2, False, 3), "-++", "approved"),
        (Rules(3, False, 3), "-", "rejected"),
        # More voters than at first, after an escalation.
        (Rules(2, False, 4), "--", None),
    ],
)
def test_what_settles_an_approval(rules: Rules, said: str, decision: str | None) -> None:
    assert decision_of(rules, votes(said)) == decision


def test_when_all_have_voted_it_is_settled() -> None:
    for voters in range(1, 5):
        for quorum, veto in product(range(1, voters + 1), (True, False)):
            for said in product("+-", repeat=voters):
                rules = Rules(quorum, veto, voters)
                assert decision_of(rules, votes("".join(said))) is not None


def test_the_later_edit_counts_and_the_last_comment() -> None:
    said = [
        Vote("Ann", Ballot("approved", "yes", {"a": 1, "b": 1}), AT),
        Vote("Ben", Ballot("approved", None, {"a": 2}), AT),
    ]
    answer = answer_of("approved", said)
    assert answer["edits"] == {"a": 2, "b": 1}
    assert answer["comment"] == "yes"
    # Nobody's edits count when it did not come to an approval.
    assert answer_of("expired", said)["edits"] == {}


@pytest.mark.parametrize(
    ("before", "after", "fits"),
    [
        (1, 2.5, True),
        (1, True, False),
        (1, "2", False),
        ("a", "b", True),
        ([1], {"a": 1}, False),
        (None, "anything", True),
    ],
)
def test_an_edit_keeps_the_kind_of_its_value(before: object, after: object, fits: bool) -> None:
    ballot = Ballot("approved", edits={"value": after})
    if fits:
        check_ballot({"value": before}, ballot)
        return
    with pytest.raises(InvalidInput, match="has to stay one"):
        check_ballot({"value": before}, ballot)
