"""The few SVG elements our charts are made of, their colours and the frame around them.

Colours are CSS variables with fallbacks that stand on white and on near-black; text takes the
colour of the page. Charts are drawn `WIDTH` units wide and scale with their container.
"""

from collections.abc import Iterable, Sequence
from html import escape

#: Narrow, so that text stays readable on a phone; `MAX_WIDTH_PX` keeps it from growing on a desk.
WIDTH = 460
MAX_WIDTH_PX = 560
FONT_SIZE = 12
SMALL_FONT_SIZE = 11
#: Mean width of a character at `SMALL_FONT_SIZE`, for laying out labels without measuring them.
CHARACTER_WIDTH = 6.1

ACCENT = "var(--gp-accent, #6366f1)"
ACCENT_SOFT = "var(--gp-accent-soft, #a5b4fc)"
NEUTRAL = "var(--gp-neutral, #a1a1aa)"
GRID = "var(--gp-grid, rgba(113, 113, 122, 0.22))"
#: For marking what needs attention, never for a series.
ATTENTION = "var(--gp-attention, #d97706)"
#: Series colours in order: indigo and its neighbours, then grey; state colours stay free for state.
SERIES = (
    ACCENT,
    "var(--gp-series-2, #a5b4fc)",
    "var(--gp-series-3, #67bfe3)",
    "var(--gp-series-4, #c4a1f0)",
    "var(--gp-series-5, #74c5b0)",
    "var(--gp-series-6, #a1a1aa)",
)


def element(name: str, content: str = "", **attributes: object) -> str:
    """One element; underscores in attribute names become hyphens, values are escaped."""
    pairs = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_show(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{pairs}>{content}</{name}>" if content else f"<{name}{pairs}/>"


def text(content: str, x: float, y: float, **attributes: object) -> str:
    """A line of text in the page's colour."""
    merged: dict[str, object] = {"fill": "currentColor", "font_size": FONT_SIZE, **attributes}
    return element("text", escape(content), x=x, y=y, **merged)


def muted(content: str, x: float, y: float, **attributes: object) -> str:
    """A line of small, quieter text."""
    return text(content, x, y, **{"font_size": SMALL_FONT_SIZE, "fill_opacity": 0.68, **attributes})


def tooltip(content: str) -> str:
    """What a shape says when pointed at."""
    return element("title", escape(content))


def frame(title: str, description: str, height: float, parts: Iterable[str]) -> str:
    """The whole chart; the description says in words what the picture shows."""
    head = element("title", escape(title)) + element("desc", escape(description))
    return element(
        "svg",
        head + "".join(parts),
        xmlns="http://www.w3.org/2000/svg",
        role="img",
        aria_label=f"{title}. {description}",
        viewBox=f"0 0 {WIDTH} {height:g}",
        style=f"width:100%;max-width:{MAX_WIDTH_PX}px;height:auto;display:block;"
        "font-family:system-ui,sans-serif;font-variant-numeric:tabular-nums",
    )


def shorten(label: str, width: float) -> str:
    """The label cut to what fits into the width."""
    room = max(4, int(width / CHARACTER_WIDTH))
    return label if len(label) <= room else label[: room - 1].rstrip() + "…"


def legend(entries: Sequence[tuple[str, str]], top: float) -> tuple[list[str], float]:
    """Colour swatches with names, wrapped; returns the shapes and the height they take."""
    shapes: list[str] = []
    x, y = 0.0, top
    for label, colour in entries:
        shown = shorten(label, WIDTH / 2)
        width = 24 + len(shown) * CHARACTER_WIDTH + 6
        if x and x + width > WIDTH:
            x, y = 0.0, y + 18
        shapes.append(element("rect", x=x, y=y, width=9, height=9, rx=2, fill=colour))
        shapes.append(muted(shown, x + 14, y + 9))
        x += width
    return shapes, y + 18 - top


def _show(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
