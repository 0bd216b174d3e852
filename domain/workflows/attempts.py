"""Attempts at a step that failed: how long after each the next one comes, and where it is made."""

from typing import Final

from domain.blueprints.blueprint import ErrorHandling

#: Attempts whose pauses come to more hold no worker meanwhile: each is made by a run of its own.
MOST_HELD_S: Final = 60.0

#: The longest time between two attempts that growing pauses come to.
MOST_BETWEEN_S: Final = 3_600.0


def factor_of(handling: ErrorHandling) -> float:
    """How much longer each pause is than the one before."""
    return 2.0 if handling.backoff == "exponential" else 1.0


def pauses_s(handling: ErrorHandling) -> tuple[float, ...]:
    """The seconds between the attempts, one for each that may follow the first."""
    factor = factor_of(handling)
    return tuple(
        min(handling.retry_delay * factor**place, MOST_BETWEEN_S)
        for place in range(handling.retry_count)
    )


def is_put_off(handling: ErrorHandling) -> bool:
    """Whether a failed attempt ends its run, and a later one makes the next."""
    return sum(pauses_s(handling)) > MOST_HELD_S
