"""Stacked columns, one a day: how much, of what, and which days stand out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from domain.charts import scales, svg

_PLOT_TOP = 18.0
_PLOT_HEIGHT = 150.0
_PLOT_LEFT = 54.0
_PLOT_WIDTH = svg.WIDTH - _PLOT_LEFT
_MAX_COLUMN = 36.0
_LABEL_ROOM = 58.0


@dataclass(frozen=True, slots=True)
class Segment:
    """A series' part of a column."""

    series: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class Column:
    """One column; a mark says in words why it stands out."""

    label: str
    segments: tuple[Segment, ...]
    mark: str | None = None

    @property
    def total(self) -> Decimal:
        """The column's height."""
        return sum((segment.value for segment in self.segments), Decimal(0))


@dataclass(frozen=True, slots=True)
class ColumnChart:
    """Columns in order; `show` words a value."""

    title: str
    columns: tuple[Column, ...]
    show: Callable[[Decimal], str]


def stacked_columns(chart: ColumnChart) -> str:
    """The chart as SVG; each segment carries its value as `data-value`."""
    marks = scales.ticks(max((column.total for column in chart.columns), default=Decimal(0)))
    series = _series(chart.columns)
    shapes = _axis(marks, chart.show)
    slot = _PLOT_WIDTH / max(1, len(chart.columns))
    for index, column in enumerate(chart.columns):
        shapes += _column(chart, column, _PLOT_LEFT + index * slot, slot, (marks[-1], series))
    shapes += _day_labels(chart.columns, slot)
    bottom = _PLOT_TOP + _PLOT_HEIGHT + 30
    entries = [(name, _colour(series, name)) for name in series]
    if any(column.mark for column in chart.columns):
        entries.append(("Anomaly", svg.ATTENTION))
    swatches, height = svg.legend(entries, bottom)
    return svg.frame(chart.title, _describe(chart), bottom + height, shapes + swatches)


def _series(columns: Sequence[Column]) -> list[str]:
    names = dict.fromkeys(s.series for column in columns for s in column.segments)
    return list(names)


def _colour(series: Sequence[str], name: str) -> str:
    return svg.SERIES[min(series.index(name), len(svg.SERIES) - 1)]


def _axis(marks: Sequence[Decimal], show: Callable[[Decimal], str]) -> list[str]:
    shapes: list[str] = []
    for mark in marks:
        y = _y(mark, marks[-1])
        shapes.append(svg.element("line", x1=_PLOT_LEFT, x2=svg.WIDTH, y1=y, y2=y, stroke=svg.GRID))
        shapes.append(svg.muted(show(mark), _PLOT_LEFT - 6, y + 4, text_anchor="end"))
    return shapes


def _y(value: Decimal, largest: Decimal) -> float:
    return _PLOT_TOP + _PLOT_HEIGHT - scales.position(value, largest, _PLOT_HEIGHT)


def _column(
    chart: ColumnChart,
    column: Column,
    left: float,
    slot: float,
    scale: tuple[Decimal, Sequence[str]],
) -> list[str]:
    largest, series = scale
    width = min(_MAX_COLUMN, max(1.0, slot * 0.72))
    x = left + (slot - width) / 2
    shapes: list[str] = []
    below = Decimal(0)
    for segment in column.segments:
        top, bottom = _y(below + segment.value, largest), _y(below, largest)
        below += segment.value
        said = f"{column.label}, {segment.series}: {chart.show(segment.value)}"
        shapes.append(
            svg.element(
                "rect",
                svg.tooltip(said),
                x=x,
                y=top,
                width=width,
                height=bottom - top,
                fill=_colour(series, segment.series),
                data_value=segment.value,
                class_="gp-segment",
            )
        )
    if column.mark:
        shapes.append(_mark(column, x + width / 2, _y(below, largest)))
    return shapes


def _mark(column: Column, x: float, top: float) -> str:
    # A diamond: not told by its colour alone.
    y = top - 9
    points = f"{x:.1f},{y - 5:.1f} {x + 5:.1f},{y:.1f} {x:.1f},{y + 5:.1f} {x - 5:.1f},{y:.1f}"
    said = svg.tooltip(f"{column.label}: {column.mark}")
    return svg.element("polygon", said, points=points, fill=svg.ATTENTION, class_="gp-mark")


def _day_labels(columns: Sequence[Column], slot: float) -> list[str]:
    every = max(1, round(_LABEL_ROOM / slot)) if columns else 1
    y = _PLOT_TOP + _PLOT_HEIGHT + 16
    shapes: list[str] = []
    for index in range(0, len(columns), every):
        x = _PLOT_LEFT + (index + 0.5) * slot
        x = min(x, svg.WIDTH - len(columns[index].label) * svg.CHARACTER_WIDTH / 2)
        shapes.append(svg.muted(columns[index].label, x, y, text_anchor="middle"))
    return shapes


def _describe(chart: ColumnChart) -> str:
    if not chart.columns:
        return "No data."
    largest = max(chart.columns, key=lambda column: column.total)
    total = sum((column.total for column in chart.columns), Decimal(0))
    marked = [column.label for column in chart.columns if column.mark]
    said = f"{len(chart.columns)} columns, {chart.show(total)} in all, most on {largest.label}"
    said += f" ({chart.show(largest.total)})."
    return f"{said} Anomalies: {', '.join(marked)}." if marked else said
