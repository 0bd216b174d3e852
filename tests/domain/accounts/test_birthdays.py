"""The birthday in what Google tells."""

from datetime import date
from typing import Any

import pytest

from domain.accounts.birthdays import birthday_of

DAY = {"year": 1990, "month": 5, "day": 17}


@pytest.mark.parametrize(
    ("person", "birthday"),
    [
        ({"birthdays": [{"date": DAY}]}, date(1990, 5, 17)),
        (
            {"birthdays": [{"text": "May"}, {"date": {"month": 5, "day": 17}}, {"date": DAY}]},
            date(1990, 5, 17),
        ),
        ({"birthdays": [{"date": {**DAY, "month": 13}}]}, None),
        ({"birthdays": [{"date": {**DAY, "year": 0}}]}, None),
        ({"birthdays": [{"date": {**DAY, "day": "17"}}]}, None),
        ({"birthdays": ["x", None, {"date": 1}]}, None),
        ({"birthdays": "none"}, None),
        ({}, None),
    ],
)
def test_a_birthday_is_one_with_its_year(person: dict[str, Any], birthday: date | None) -> None:
    assert birthday_of(person) == birthday
