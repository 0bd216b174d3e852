"""Columns draw exactly the data, and say it in words."""

from decimal import Decimal
from xml.etree import ElementTree

import pytest

from domain.charts.columns import Column, ColumnChart, Segment, stacked_columns

SVG = "{http://www.w3.org/2000/svg}"


def show(value: Decimal) -> str:
    return f"${value}"


def chart(count: int = 3) -> ColumnChart:
    columns = tuple(
        Column(
            f"day {n} <&>",
            (Segment("large & co", Decimal(n + 1)), Segment("small", Decimal("0.5"))),
            "spike" if n == 1 else None,
        )
        for n in range(count)
    )
    return ColumnChart("Spend <by> day", columns, show)


def test_segments_hold_the_data() -> None:
    root = ElementTree.fromstring(stacked_columns(chart()))
    segments = root.findall(f"{SVG}rect[@class='gp-segment']")
    # 1 + 2 + 3 and three times 0.5.
    assert sum(Decimal(s.attrib["data-value"]) for s in segments) == Decimal("7.5")


def test_heights_are_in_proportion() -> None:
    root = ElementTree.fromstring(stacked_columns(chart()))
    segments = root.findall(f"{SVG}rect[@class='gp-segment']")
    scales = [float(s.attrib["height"]) / float(s.attrib["data-value"]) for s in segments]
    assert max(scales) == pytest.approx(min(scales), abs=0.05)


def test_anomalies_are_marked_by_shape_and_in_words() -> None:
    root = ElementTree.fromstring(stacked_columns(chart()))
    marks = root.findall(f"{SVG}polygon[@class='gp-mark']")
    assert len(marks) == 1
    assert marks[0].findtext(f"{SVG}title") == "day 1 <&>: spike"
    assert "Anomalies: day 1" in str(root.findtext(f"{SVG}desc"))


def test_the_chart_is_an_image_with_name_and_description() -> None:
    root = ElementTree.fromstring(stacked_columns(chart()))
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"].startswith("Spend <by> day. 3 columns")
    assert root.findtext(f"{SVG}title") == "Spend <by> day"
    assert "width" not in root.attrib
    assert root.attrib["viewBox"].startswith("0 0 ")


@pytest.mark.parametrize("count", [0, 1, 90, 400])
def test_any_number_of_columns_fits(count: int) -> None:
    root = ElementTree.fromstring(stacked_columns(chart(count)))
    width = float(root.attrib["viewBox"].split()[2])
    for rect in root.findall(f"{SVG}rect[@class='gp-segment']"):
        assert float(rect.attrib["x"]) >= 0
        assert float(rect.attrib["x"]) + float(rect.attrib["width"]) <= width + 1
