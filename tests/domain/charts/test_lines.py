"""A line passes through its data."""

from decimal import Decimal
from xml.etree import ElementTree

import pytest

from domain.charts.lines import LineChart, Point, line

SVG = "{http://www.w3.org/2000/svg}"


def test_points_lie_at_their_values() -> None:
    points = tuple(Point(f"day {n}", Decimal(n)) for n in (4, 0, 2))
    root = ElementTree.fromstring(line(LineChart("Cost", points, str)))
    dots = root.findall(f"{SVG}circle")
    assert [dot.attrib["data-value"] for dot in dots] == ["4", "0", "2"]
    high, low, middle = (float(dot.attrib["cy"]) for dot in dots)
    assert middle == pytest.approx((high + low) / 2)
    assert "lowest 0 (day 0), highest 4 (day 4)" in str(root.findtext(f"{SVG}desc"))


@pytest.mark.parametrize("count", [0, 1])
def test_few_points_are_no_error(count: int) -> None:
    points = (Point("day", Decimal(1)),) * count
    root = ElementTree.fromstring(line(LineChart("Cost", points, str)))
    assert len(root.findall(f"{SVG}circle")) == count
