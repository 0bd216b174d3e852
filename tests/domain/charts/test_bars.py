"""Bars and waterfalls draw exactly the data."""

from decimal import Decimal
from xml.etree import ElementTree

import pytest

from domain.charts.bars import Bar, BarChart, WaterfallChart, horizontal_bars, waterfall

SVG = "{http://www.w3.org/2000/svg}"


def show(value: Decimal) -> str:
    return f"${value}"


def bars_of(svg: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(svg).findall(f"{SVG}rect[@class='gp-bar']")


def test_bars_are_in_proportion_to_their_values() -> None:
    chart = BarChart("By model", (Bar("a", Decimal(6), "60 %"), Bar("b<", Decimal(4))), show)
    first, second = bars_of(horizontal_bars(chart))
    assert [bar.attrib["data-value"] for bar in (first, second)] == ["6", "4"]
    ratio = float(second.attrib["width"]) / float(first.attrib["width"])
    assert ratio == pytest.approx(4 / 6, abs=1e-3)


def test_no_bars_and_empty_bars_are_drawn_as_nothing() -> None:
    assert bars_of(horizontal_bars(BarChart("None", (), show))) == []
    (bar,) = bars_of(horizontal_bars(BarChart("Zero", (Bar("a", Decimal(0)),), show)))
    assert float(bar.attrib["width"]) == 0


def test_steps_hang_where_the_former_left_off() -> None:
    chart = WaterfallChart(
        "Savings",
        Bar("Today", Decimal(100)),
        (Bar("one", Decimal(30)), Bar("two", Decimal(20))),
        "After",
        show,
    )
    start, one, two, end = bars_of(waterfall(chart))
    scale = float(start.attrib["width"]) / 100
    # 100 to 70, 70 to 50, and 50 are left.
    assert [float(bar.attrib["x"]) / scale for bar in (one, two, end)] == pytest.approx([70, 50, 0])
    assert end.attrib["data-value"] == "50"
    values = [Decimal(bar.attrib["data-value"]) for bar in (one, two, end)]
    assert sum(values) == Decimal(start.attrib["data-value"])


def test_labels_are_escaped_and_long_ones_cut() -> None:
    label = "<b>" + "very long name " * 10
    text = horizontal_bars(BarChart("Names", (Bar(label, Decimal(1), "&"),), show))
    root = ElementTree.fromstring(text)
    shown = next(t.text for t in root.findall(f"{SVG}text") if t.text)
    assert shown.startswith("<b>very long")
    assert shown.endswith("…")
