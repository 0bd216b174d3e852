"""Steps stand left to right, none upon another, and loops' bodies below."""

from hypothesis import given
from hypothesis import strategies as st

from domain.blueprints.layout import Way, layout


def test_each_step_stands_right_of_what_leads_to_it():
    places = layout(["a", "b", "c", "d"], [Way("a", "b"), Way("b", "d"), Way("a", "c")])
    assert places["a"][0] < places["b"][0] < places["d"][0]
    assert places["b"][0] == places["c"][0]
    assert places["b"][1] != places["c"][1]


def test_a_loops_body_stands_below_and_before_what_follows():
    ways = [
        Way("t", "loop"),
        Way("loop", "one", "each"),
        Way("one", "two"),
        Way("two", "loop"),
        Way("loop", "after", "done"),
    ]
    places = layout(["t", "loop", "one", "two", "after"], ways, ["loop"])
    assert places["one"][1] > places["loop"][1]
    assert places["two"][1] > places["loop"][1]
    assert places["after"][1] == places["loop"][1]
    assert places["loop"][0] < places["one"][0] < places["two"][0] < places["after"][0]


IDS = st.sampled_from("abcdefgh")


@given(
    st.lists(IDS, unique=True),
    st.lists(st.builds(Way, IDS, IDS, st.sampled_from([None, "each", "done"])), max_size=20),
    st.sets(IDS),
)
def test_any_graph_is_placed_without_two_steps_at_one_place(ids, ways, loops):
    places = layout(ids, ways, [loop for loop in loops if loop in ids])
    assert set(places) == set(ids)
    assert len(set(places.values())) == len(ids)
