"""HTML fragments of the pages: escaping, icons, times, and the live block that shows them.

Every text that came from a person, a file or a model passes `escaped`.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from html import escape
from pathlib import Path
from typing import Any, Final

import gradio as gr

_MINUTE: Final = 60
_HOUR: Final = 3_600
_DAY: Final = 86_400

#: Line icons, 24 units wide, drawn with the text's colour.
ICONS: Final[Mapping[str, str]] = {
    "chat": '<path d="M21 12a8 8 0 0 1-11.6 7.1L4 20.5l1.4-5A8 8 0 1 1 21 12Z"/>',
    "costs": '<path d="M4 20V10m5.3 10V4m5.4 16v-7M20 20V8"/>',
    "key": '<circle cx="8" cy="15" r="4"/><path d="m11 12 8-8m-4 4 3 3"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="m20 20-4.2-4.2"/>',
    "pencil": '<path d="m4 20 .9-4L16.6 4.3a2 2 0 0 1 2.8 0l.3.3a2 2 0 0 1 0 2.8L8 19.1 4 20Z"/>',
    "trash": '<path d="M4 7h16M9 7V4h6v3m-8.5 0 1 13h9l1-13M10 11v5m4-5v5"/>',
    "menu": '<path d="M4 7h16M4 12h16M4 17h16"/>',
    "close": '<path d="m6 6 12 12M18 6 6 18"/>',
    "stop": '<rect x="7" y="7" width="10" height="10" rx="1.5"/>',
    "download": '<path d="M12 4v11m-5-4.5 5 5 5-5M5 20h14"/>',
    "report": '<path d="M7 3h7l5 5v13H7zM14 3v5h5M10 13h6m-6 4h6"/>',
    "upload": '<path d="M12 16V5m-5 4.5 5-5 5 5M5 20h14"/>',
    "retry": '<path d="M20 11a8 8 0 1 0-2.3 6M20 5v6h-6"/>',
    "check": '<path d="m5 12.5 4.5 4.5L19 7.5"/>',
    "alert": '<path d="M12 4 2.8 20h18.4L12 4Zm0 6v4.5m0 2.6v.1"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.4 2"/>',
    "theme": '<circle cx="12" cy="12" r="8.5"/><path d="M12 3.5v17a8.5 8.5 0 0 0 0-17Z"/>',
    "spark": '<path d="M12 3.5 13.9 10l6.6 2-6.6 2L12 20.5 10.1 14l-6.6-2 6.6-2L12 3.5Z"/>',
    "file": '<path d="M7 3h7l5 5v13H7zM14 3v5h5"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20a7.5 7.5 0 0 1 15 0"/>',
    "leave": '<path d="M14 5V4H5v16h9v-1m-4-7h11m-3.5-3.5L21 12l-3.5 3.5"/>',
    "flow": '<rect x="3" y="4" width="7" height="5" rx="1.5"/><path d="M6.5 9v8.5H14"/>'
    '<rect x="14" y="15" width="7" height="5" rx="1.5"/>',
    "runs": '<path d="M4 6h9M8 12h9M12 18h8"/>',
    "inbox": '<path d="M4 13 6.5 5h11L20 13v6H4Zm0 0h5l1 2.5h4l1-2.5h5"/>',
    "chart": '<path d="M4 4v16h16M8 15l4-5 3 3 5-7"/>',
    "dots": '<path d="M6 12h.01M12 12h.01M18 12h.01" stroke-width="2.6"/>',
    "star": '<path d="m12 4 2.5 5.1 5.5.8-4 3.9 1 5.6-5-2.7-5 2.7 1-5.6-4-3.9 5.5-.8Z"/>',
    "back": '<path d="M19 12H5m5-5-5 5 5 5"/>',
    "hand": '<path d="M12 21a7 7 0 0 1-7-7v-3m3 1V6m4 6V4m4 8V6m3 5v3a7 7 0 0 1-7 7"/>',
}

#: Beside the pages, since Gradio has a /static of its own below the mount.
STATIC_PATH: Final = "/ui-static"
STATIC: Final = Path(__file__).parent / "static"


def static_version(*files: Path) -> str:
    """A short hash of files that pages load, so that browsers may keep them for ever."""
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


#: The pages' script, a module: whoever imports it gets the same one, at whatever time.
PAGE_SCRIPT: Final = f"{STATIC_PATH}/page.js?v={static_version(STATIC / 'page.js')}"

#: The block's own script: shows the value and reports clicks on `[data-action]` and typing in
#: `[data-input]`. The template is constant, so nothing in a value is ever run as a template.
LIVE_SCRIPT: Final = (
    f"import('{PAGE_SCRIPT}').then((page) => page.attach(element, props, trigger, watch));"
    " /* 'action' */"
)


def live(value: str = "", *, name: str, **options: Any) -> gr.HTML:
    """A block of HTML whose buttons arrive as `action` events with their data attributes."""
    return gr.HTML(
        value,
        html_template='<div class="gp-live"></div>',
        js_on_load=LIVE_SCRIPT,
        apply_default_css=False,
        elem_id=name,
        elem_classes=["gp-block"],
        **options,
    )


def escaped(value: object) -> str:
    """Text made safe inside an element or an attribute."""
    return escape(str(value), quote=True)


def icon(name: str) -> str:
    """A line icon; decoration only, so it is hidden from screen readers."""
    return (
        '<svg class="gp-icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">'
        f"{ICONS[name]}</svg>"
    )


def heading(title: str, line: str, menu: str, action: str = "") -> str:
    """A page's h1, one live sentence, and its primary action."""
    words = f"<h1>{escaped(title)}</h1><p>{escaped(line)}</p>"
    return f'<div class="gp-head">{menu}{words}{action}</div>'


def button(label: str, action: str, *, style: str = "", **data: str) -> str:
    """A button with words."""
    return (
        f'<button type="button" class="gp-button {style}" data-action="{escaped(action)}"'
        f"{_data(data)}>{escaped(label)}</button>"
    )


def icon_button(label: str, icon_name: str, action: str, **data: str) -> str:
    """A button that is an icon; `label` is its name for everyone who cannot see or guess it."""
    return (
        f'<button type="button" class="gp-icon-button" title="{escaped(label)}"'
        f' aria-label="{escaped(label)}" data-action="{escaped(action)}"{_data(data)}>'
        f"{icon(icon_name)}</button>"
    )


def notice(text: str) -> str:
    """Something that did not work, in the server's words."""
    return f'<p class="gp-notice" role="alert">{icon("alert")}{escaped(text)}</p>'


def skeleton(count: int) -> str:
    """Grey lines where a list will be."""
    return f'<div class="gp-skeleton" aria-hidden="true">{"<span></span>" * count}</div>'


def moment(value: datetime, style: str = "relative") -> str:
    """A time, shown in the reader's zone by the page's script, with UTC on hover."""
    utc = value.astimezone(UTC)
    return (
        f'<time datetime="{utc.isoformat(timespec="milliseconds")}" data-style="{style}"'
        f' title="{utc:%Y-%m-%d %H:%M:%S} UTC">{utc:%Y-%m-%d %H:%M}</time>'
    )


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 row`, `2 rows`, `28,185 rows`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def duration_words(duration: timedelta | float | None) -> str:
    """`18 ms`, `2.4 s`, `3 min 5 s`, `2 h 4 min`, `3 days 2 h`; empty when nobody knows."""
    if duration is None:
        return ""
    seconds = duration.total_seconds() if isinstance(duration, timedelta) else duration
    seconds = max(seconds, 0)
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    whole = int(seconds)
    if whole < _HOUR:
        return f"{whole // _MINUTE} min {whole % _MINUTE} s"
    if whole < _DAY:
        return f"{whole // _HOUR} h {whole % _HOUR // _MINUTE} min"
    days = whole // _DAY
    return f"{days} day{'' if days == 1 else 's'} {whole % _DAY // _HOUR} h"


def _data(values: Mapping[str, str]) -> str:
    return "".join(f' data-{key}="{escaped(value)}"' for key, value in values.items())
