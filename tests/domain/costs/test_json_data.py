"""Results become JSON data and come back equal."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Literal

import pytest

from domain.costs.json_data import as_json, from_json


@dataclass(frozen=True, slots=True)
class Inner:
    """An amount on a day."""

    day: date
    amount: Decimal

    @property
    def double(self) -> Decimal:
        """Derived."""
        return self.amount * 2


@dataclass(frozen=True, slots=True)
class Outer:
    """Everything results are made of."""

    at: datetime | None
    kind: Literal["a", "b"]
    parts: tuple[Inner, ...]
    span: timedelta = timedelta(0)


VALUE = Outer(datetime(2026, 1, 2, 3, tzinfo=UTC), "a", (Inner(date(2026, 1, 2), Decimal("1.5")),))


def test_decimals_are_strings_of_six_places_and_properties_are_included() -> None:
    assert as_json(VALUE) == {
        "at": "2026-01-02T03:00:00+00:00",
        "kind": "a",
        "parts": [{"day": "2026-01-02", "amount": "1.500000", "double": "3.000000"}],
        "span": 0.0,
    }


def test_data_comes_back_equal() -> None:
    assert from_json(Outer, as_json(VALUE)) == VALUE


def test_a_field_that_older_data_lacks_keeps_its_default() -> None:
    assert from_json(Outer, {"at": None, "kind": "b", "parts": []}) == Outer(None, "b", ())


@pytest.mark.parametrize(
    "data",
    [{"kind": "a"}, {"at": None, "kind": "z", "parts": []}, {"at": 1, "kind": "a", "parts": 3}, []],
)
def test_other_data_is_refused(data: object) -> None:
    with pytest.raises(ValueError, match=r"Outer|none of"):
        from_json(Outer, data)  # pyright: ignore[reportArgumentType]


def test_a_value_without_json_form_is_refused() -> None:
    with pytest.raises(TypeError, match="set has no JSON form"):
        as_json({1, 2})
