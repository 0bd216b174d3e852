"""The newest runs as bars, coloured by how they ended."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import log1p
from typing import Final

from ui.markup import counted
from ui.workflows_client import ShownRun

#: Bars that are drawn, the newest at the right.
BARS: Final = 20
_WIDTH, _GAP, _HEIGHT, _LEAST = 4, 2, 20, 6

_STATES: Final[Mapping[str, str]] = {
    "success": "done",
    "error": "failed",
    "timeout": "failed",
    "running": "running",
    "queued": "running",
    "waiting": "waiting",
}
_WORDS: Final[Mapping[str, str]] = {
    "success": "succeeded",
    "error": "failed",
    "timeout": "timed out",
    "cancelled": "cancelled",
    "running": "running",
    "queued": "queued",
    "waiting": "waiting",
}


def sparkline(runs: Sequence[ShownRun]) -> str:
    """A bar for each run, as high as it was long, with the same in words; failed ones are full."""
    if not runs:
        return ""
    shown = list(reversed(runs[:BARS]))
    longest = max((run.duration_s or 0 for run in shown), default=0)
    offset = BARS - len(shown)
    bars = "".join(_bar(run, offset + place, longest) for place, run in enumerate(shown))
    width = BARS * (_WIDTH + _GAP) - _GAP
    return (
        f'<svg class="gp-spark" viewBox="0 0 {width} {_HEIGHT}" width="{width}" height="{_HEIGHT}"'
        f' role="img" aria-label="{in_words(runs[:BARS])}">{bars}</svg>'
    )


def in_words(runs: Sequence[ShownRun]) -> str:
    """`Last 20 runs: 18 succeeded, 2 failed`."""
    counts = Counter(_WORDS.get(run.status, "other") for run in runs)
    said = ", ".join(f"{number} {word}" for word, number in counts.most_common())
    return f"Last {counted(len(runs), 'run')}: {said}"


def _bar(run: ShownRun, place: int, longest: float) -> str:
    state = _STATES.get(run.status, "")
    share = log1p(run.duration_s or 0) / log1p(longest) if longest else 0
    height = _HEIGHT if state == "failed" else round(_LEAST + share * (_HEIGHT * 0.8 - _LEAST))
    return (
        f'<rect data-state="{state}" x="{place * (_WIDTH + _GAP)}" y="{_HEIGHT - height}"'
        f' width="{_WIDTH}" height="{height}" rx="1"/>'
    )
