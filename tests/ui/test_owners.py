"""Who named something first has it, for a while and within bounds."""

from ui.owners import Owners


class Clock:
    def __init__(self) -> None:
        self.time = 0.0

    def __call__(self) -> float:
        return self.time


def test_a_name_is_its_first_owners() -> None:
    owners = Owners(Clock())
    assert owners.claim("a", "ann")
    assert not owners.claim("a", "eve")
    assert owners.claim("a", "ann")
    assert owners.owns("a", "ann")
    assert not owners.owns("a", "eve")
    assert not owners.owns("b", "ann")


def test_an_unused_name_is_free_again() -> None:
    clock = Clock()
    owners = Owners(clock)
    owners.claim("a", "ann")
    clock.time += 11 * 3600
    owners.claim("a", "ann")
    clock.time += 11 * 3600
    assert owners.owns("a", "ann")
    clock.time += 2 * 3600
    assert not owners.owns("a", "ann")
    assert owners.claim("a", "eve")
    assert len(owners) == 1


def test_nobody_fills_it_at_the_cost_of_others() -> None:
    owners = Owners(Clock(), most=10, most_each=3)
    owners.claim("a", "ann")
    for number in range(50):
        assert owners.claim(f"e{number}", "eve")
    assert owners.owns("a", "ann")
    assert [owners.owns(f"e{number}", "eve") for number in (46, 47, 48, 49)] == [False] + [True] * 3
    assert len(owners) == 4


def test_it_is_bounded_and_the_longest_unused_goes_first() -> None:
    owners = Owners(Clock(), most=3, most_each=3)
    for name in "abc":
        owners.claim(name, f"owner of {name}")
    owners.claim("a", "owner of a")
    owners.claim("d", "owner of d")
    assert len(owners) == 3
    assert not owners.owns("b", "owner of b")
    assert all(owners.owns(name, f"owner of {name}") for name in "acd")
