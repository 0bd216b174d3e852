"""A line over time."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from domain.charts import scales, svg

_PLOT_TOP = 12.0
_PLOT_HEIGHT = 110.0
_PLOT_LEFT = 54.0
_PLOT_RIGHT = svg.WIDTH - 6.0
_LABEL_ROOM = 70.0


@dataclass(frozen=True, slots=True)
class Point:
    """One value in time."""

    label: str
    value: Decimal


@dataclass(frozen=True, slots=True)
class LineChart:
    """Points in order, evenly spaced; `show` words a value."""

    title: str
    points: tuple[Point, ...]
    show: Callable[[Decimal], str]


def line(chart: LineChart) -> str:
    """The chart as SVG; each point carries its value as `data-value`."""
    marks = scales.ticks(max((p.value for p in chart.points), default=Decimal(0)), count=3)
    shapes: list[str] = []
    for mark in marks:
        y = _y(mark, marks[-1])
        shapes.append(svg.element("line", x1=_PLOT_LEFT, x2=svg.WIDTH, y1=y, y2=y, stroke=svg.GRID))
        shapes.append(svg.muted(chart.show(mark), _PLOT_LEFT - 6, y + 4, text_anchor="end"))
    places = [
        (_x(index, len(chart.points)), _y(point.value, marks[-1]))
        for index, point in enumerate(chart.points)
    ]
    path = " ".join(f"{x:.2f},{y:.2f}" for x, y in places)
    shapes.append(
        svg.element(
            "polyline",
            points=path,
            fill="none",
            stroke=svg.ACCENT,
            stroke_width=2,
            stroke_linejoin="round",
            stroke_linecap="round",
        )
    )
    shapes += [_dot(chart, index, place) for index, place in enumerate(places)]
    shapes += _labels(chart)
    return svg.frame(chart.title, _describe(chart), _PLOT_TOP + _PLOT_HEIGHT + 24, shapes)


def _x(index: int, count: int) -> float:
    return _PLOT_LEFT + (_PLOT_RIGHT - _PLOT_LEFT) * (index / (count - 1) if count > 1 else 0.5)


def _y(value: Decimal, largest: Decimal) -> float:
    return _PLOT_TOP + _PLOT_HEIGHT - scales.position(value, largest, _PLOT_HEIGHT)


def _dot(chart: LineChart, index: int, place: tuple[float, float]) -> str:
    point = chart.points[index]
    return svg.element(
        "circle",
        svg.tooltip(f"{point.label}: {chart.show(point.value)}"),
        cx=place[0],
        cy=place[1],
        r=2.5,
        fill=svg.ACCENT,
        data_value=point.value,
        class_="gp-point",
    )


def _labels(chart: LineChart) -> list[str]:
    count = len(chart.points)
    slot = (_PLOT_RIGHT - _PLOT_LEFT) / max(1, count - 1)
    every = max(1, round(_LABEL_ROOM / slot))
    shapes: list[str] = []
    for index in range(0, count, every):
        label = chart.points[index].label
        half = len(label) * svg.CHARACTER_WIDTH / 2
        x = min(_x(index, count), svg.WIDTH - half)
        y = _PLOT_TOP + _PLOT_HEIGHT + 18
        shapes.append(svg.muted(label, x, y, text_anchor="middle"))
    return shapes


def _describe(chart: LineChart) -> str:
    if not chart.points:
        return "No data."
    first, last = chart.points[0], chart.points[-1]
    low = min(chart.points, key=lambda point: point.value)
    high = max(chart.points, key=lambda point: point.value)
    return (
        f"From {chart.show(first.value)} ({first.label}) to {chart.show(last.value)} "
        f"({last.label}); lowest {chart.show(low.value)} ({low.label}), highest "
        f"{chart.show(high.value)} ({high.label})."
    )
