"""JSON data as a tree that opens, masked and capped, and what differs between two such values."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from domain.masking import masked
from ui.markup import counted, escaped

#: Characters of a text, children of a value, and values in all that are shown.
MOST_CHARACTERS: Final = 600
MOST_CHILDREN: Final = 60
MOST_VALUES: Final = 600
#: Levels that are open at first, and levels that are shown at all.
OPEN_LEVELS: Final = 1
DEEPEST: Final = 12
MOST_CHANGES: Final = 80


def json_tree(value: Any, label: str = "") -> str:
    """The value with secrets masked; large parts are named and left out."""
    return f'<div class="gp-json">{_Tree().shown(masked(value), label, 0)}</div>'


class _Tree:
    def __init__(self) -> None:
        self._left = MOST_VALUES

    def shown(self, value: Any, label: str, depth: int) -> str:
        self._left -= 1
        key = f'<span class="gp-json-key">{escaped(label)}</span>' if label else ""
        pairs = _pairs(value)
        if pairs is None:
            return f'<div class="gp-json-leaf">{key}{_leaf(value)}</div>'
        noun = "key" if isinstance(value, Mapping) else "item"
        size = f'<span class="gp-quiet">{counted(len(pairs), noun)}</span>'
        if not pairs or depth >= DEEPEST:
            return f'<div class="gp-json-leaf">{key}{size}</div>'
        inner: list[str] = []
        for name, child in pairs[:MOST_CHILDREN]:
            if self._left <= 0:
                break
            inner.append(self.shown(child, name, depth + 1))
        rest = len(pairs) - len(inner)
        if rest:
            inner.append(f'<div class="gp-json-leaf gp-quiet">{rest:,} more not shown</div>')
        is_open = " open" if depth < OPEN_LEVELS else ""
        return f"<details{is_open}><summary>{key}{size}</summary>{''.join(inner)}</details>"


def _pairs(value: Any) -> list[tuple[str, Any]] | None:
    if isinstance(value, Mapping):
        return [(str(name), child) for name, child in cast(Mapping[Any, Any], value).items()]
    if isinstance(value, list):
        return [(str(place), child) for place, child in enumerate(cast(list[Any], value))]
    return None


def _leaf(value: Any) -> str:
    if not isinstance(value, str):
        return f'<code data-kind="{type(value).__name__}">{escaped(json.dumps(value))}</code>'
    more = len(value) - MOST_CHARACTERS
    rest = f' <span class="gp-quiet">… {more:,} more characters</span>' if more > 0 else ""
    return f'<code data-kind="str">{escaped(value[:MOST_CHARACTERS])}</code>{rest}'


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is another than before; None is none."""

    path: str
    before: str | None
    after: str | None


def differences(before: Any, after: Any) -> list[Difference]:
    """What differs, secrets masked, by path; the first of very many."""
    found: list[Difference] = []
    for difference in _differing(masked(before), masked(after), ""):
        found.append(difference)
        if len(found) == MOST_CHANGES:
            break
    return found


def _differing(before: Any, after: Any, path: str) -> Iterator[Difference]:
    if before == after:
        return
    old, new = _pairs(before), _pairs(after)
    if old is None or new is None or type(before) is not type(after):
        yield Difference(path or "state", _short(before), _short(after))
        return
    was, now = dict(old), dict(new)
    for name in dict.fromkeys((*was, *now)):
        inner = f"{path}.{name}" if path else name
        if name not in now:
            yield Difference(inner, _short(was[name]), None)
        elif name not in was:
            yield Difference(inner, None, _short(now[name]))
        else:
            yield from _differing(was[name], now[name], inner)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MOST_CHARACTERS else text[:MOST_CHARACTERS].rstrip() + "…"


def difference_table(found: Sequence[Difference]) -> str:
    """What differs, as rows of before and after."""
    rows = "".join(
        f"<tr><th scope=row><code>{escaped(each.path)}</code></th>"
        f"<td>{_side(each.before, 'removed')}</td><td>{_side(each.after, 'added')}</td></tr>"
        for each in found
    )
    more = "" if len(found) < MOST_CHANGES else f"<p>The first {MOST_CHANGES} changes.</p>"
    return (
        '<div class="gp-scroll" tabindex="0" role="group" aria-label="Changes">'
        '<table class="gp-table gp-changes"><thead><tr><th scope="col">Value</th>'
        '<th scope="col">Before</th><th scope="col">After</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>{more}"
    )


def _side(text: str | None, change: str) -> str:
    if text is None:
        return '<span class="gp-quiet">not there</span>'
    return f'<span class="gp-change" data-change="{change}">{escaped(text)}</span>'
