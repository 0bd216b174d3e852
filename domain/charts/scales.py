"""Axes: round numbers to label, and where a value lies."""

from decimal import Decimal

_STEPS = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10))


def ticks(largest: Decimal, count: int = 4) -> list[Decimal]:
    """Round values from 0 to at least `largest`, about `count` steps apart."""
    if largest <= 0:
        return [Decimal(0)]
    raw = largest / count
    power = Decimal(1).scaleb(raw.adjusted())
    step = next(factor * power for factor in _STEPS if factor * power >= raw)
    found = [Decimal(0)]
    while found[-1] < largest:
        found.append(found[-1] + step)
    return found


def position(value: Decimal, largest: Decimal, length: float) -> float:
    """How far along an axis of that length the value lies."""
    return float(value / largest) * length if largest else 0.0
