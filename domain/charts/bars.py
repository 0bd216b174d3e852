"""Horizontal bars with their name and value above: rankings, and the waterfall of savings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from domain.charts import scales, svg

_ROW = 36.0
_BAR_HEIGHT = 8.0
_VALUE_ROOM = 150.0
_MINUS = "\N{MINUS SIGN}"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar; `note` stands in quiet text beside the value."""

    label: str
    value: Decimal
    note: str = ""


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars from top to bottom; `show` words a value."""

    title: str
    bars: tuple[Bar, ...]
    show: Callable[[Decimal], str]


@dataclass(frozen=True, slots=True)
class WaterfallChart:
    """From a start, minus one step after the other, to what remains."""

    title: str
    start: Bar
    steps: tuple[Bar, ...]
    end_label: str
    show: Callable[[Decimal], str]

    @property
    def end(self) -> Decimal:
        """What remains after all steps."""
        return self.start.value - sum((step.value for step in self.steps), Decimal(0))


@dataclass(frozen=True, slots=True)
class _Row:
    bar: Bar
    offset: Decimal
    shown: str
    colour: str


def horizontal_bars(chart: BarChart) -> str:
    """The chart as SVG: the parts of a whole, each bar's track; `data-value` holds each value."""
    rows = [_Row(bar, Decimal(0), chart.show(bar.value), svg.ACCENT) for bar in chart.bars]
    whole = sum((bar.value for bar in chart.bars), Decimal(0))
    said = "; ".join(f"{bar.label}: {chart.show(bar.value)}" for bar in chart.bars)
    return svg.frame(
        chart.title, f"{said}." if said else "No data.", len(rows) * _ROW, _rows(rows, whole)
    )


def waterfall(chart: WaterfallChart) -> str:
    """The chart as SVG: steps hang where the former left off; `data-value` holds each value."""
    rows = [_Row(chart.start, Decimal(0), chart.show(chart.start.value), svg.NEUTRAL)]
    left = chart.start.value
    for step in chart.steps:
        left -= step.value
        shown = f"{_MINUS}{chart.show(step.value)}" if step.value else chart.show(step.value)
        rows.append(_Row(step, left, shown, svg.ACCENT_SOFT))
    end = Bar(chart.end_label, chart.end)
    rows.append(_Row(end, Decimal(0), chart.show(chart.end), svg.ACCENT))
    saved = chart.start.value - chart.end
    said = (
        f"From {chart.show(chart.start.value)} to {chart.show(chart.end)}, "
        f"{chart.show(saved)} less in {len(chart.steps)} steps."
    )
    return svg.frame(chart.title, said, len(rows) * _ROW, _rows(rows, chart.start.value))


def _rows(rows: Sequence[_Row], whole: Decimal) -> list[str]:
    shapes: list[str] = []
    for index, row in enumerate(rows):
        top = index * _ROW
        shapes.append(svg.text(svg.shorten(row.bar.label, svg.WIDTH - _VALUE_ROOM), 0, top + 14))
        shapes.append(_value(row, top + 14))
        shapes.append(_track(top + 20))
        shapes.append(
            svg.element(
                "rect",
                svg.tooltip(f"{row.bar.label}: {row.shown}"),
                x=scales.position(row.offset, whole, svg.WIDTH),
                y=top + 20,
                width=scales.position(row.bar.value, whole, svg.WIDTH),
                height=_BAR_HEIGHT,
                rx=2,
                fill=row.colour,
                data_value=row.bar.value,
                class_="gp-bar",
            )
        )
    return shapes


def _value(row: _Row, y: float) -> str:
    note = ""
    if row.bar.note:
        note = svg.element("tspan", escape(f"  {row.bar.note}"), fill_opacity=0.68)
    value = svg.element("tspan", escape(row.shown), font_weight=600)
    return svg.element(
        "text",
        value + note,
        x=svg.WIDTH,
        y=y,
        text_anchor="end",
        fill="currentColor",
        font_size=svg.FONT_SIZE,
        xml_space="preserve",
    )


def _track(y: float) -> str:
    return svg.element(
        "rect", x=0, y=y, width=svg.WIDTH, height=_BAR_HEIGHT, rx=2, fill=svg.GRID, opacity=0.5
    )
