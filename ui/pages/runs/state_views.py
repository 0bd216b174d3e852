"""The state inspector: checkpoints, the values of one, what changed, and going on from there."""

import json
from collections.abc import Sequence
from typing import Any, Final

from domain.masking import masked
from ui.json_tree import difference_table, differences, json_tree
from ui.markup import button, counted, escaped, icon, moment
from ui.pages.runs.addresses import Place, link
from ui.runs_models import Checkpoint

#: Checkpoints of a page.
PAGE: Final = 25
#: A state that is larger is shown, but not offered for editing in the page.
MOST_EDITED: Final = 200_000
_SOURCES: Final = {
    "input": "What it was given",
    "loop": "A step",
    "update": "Changed by hand",
    "fork": "A copy",
}


def inspector(history: Sequence[Checkpoint], place: Place, form: str, *, has_more: bool) -> str:
    """The list of checkpoints and, beside it, the chosen one; the newest if none is."""
    if not history:
        return (
            '<p class="gp-quiet gp-pad" data-testid="no-checkpoints">Nothing is kept of its state: '
            "it has not reached a step, or what it kept is cleared away.</p>"
        )
    rows = "".join(_row(each, place) for each in history)
    more = ""
    if has_more:
        older = place.at(until=history[-1].checkpoint_id, checkpoint="", edit="")
        more = link(older, "Older checkpoints", style="gp-button gp-small")
    newest = ""
    if place.get("until"):
        newest = link(place.at(until=""), "Newest", style="gp-button gp-small")
    return (
        '<div class="gp-state-view"><section aria-label="Checkpoints">'
        f'<ol class="gp-checkpoints">{rows}</ol>'
        f'<nav class="gp-pages" aria-label="Pages of checkpoints">{newest}{more}</nav></section>'
        f"{form}</div>"
    )


def chosen_of(history: Sequence[Checkpoint], place: Place) -> Checkpoint | None:
    """The checkpoint that the address names, or the newest."""
    wanted = place.get("checkpoint")
    found = next((each for each in history if each.checkpoint_id == wanted), None)
    return found or (history[0] if history else None)


def _row(each: Checkpoint, place: Place) -> str:
    chosen = place.get("checkpoint") == each.checkpoint_id
    following = ", ".join(each.next) or "nothing, it was done"
    words = (
        f'<span class="gp-number">{each.step}</span><span><strong>'
        f"{escaped(_SOURCES.get(each.source, each.source))}</strong>"
        f'<span class="gp-quiet">next: {escaped(following)}</span></span>'
        f"{moment(each.created_at, 'clock')}"
    )
    aim = place.at(checkpoint=each.checkpoint_id, edit="")
    current = 'aria-current="true"' if chosen else ""
    return (
        f'<li data-key="{escaped(each.checkpoint_id)}" data-testid="checkpoint">'
        f"{link(aim, words, attributes=current)}</li>"
    )


def checkpoint_view(
    chosen: Checkpoint, before: Checkpoint | None, place: Place, edited: str | None
) -> str:
    """The values of a checkpoint, what changed with it, and the ways on from it."""
    changes = differences(before.values, chosen.values) if before else []
    changed = (
        f"<h3>{counted(len(changes), 'change')} since the checkpoint before</h3>"
        f"{difference_table(changes)}"
        if changes
        else '<p class="gp-quiet">Nothing changed since the checkpoint before.</p>'
        if before
        else '<p class="gp-quiet">This is the first checkpoint.</p>'
    )
    is_editing = place.get("edit") == "1" or edited is not None
    ways = _editor(chosen, place, edited) if is_editing else _ways(chosen, place)
    return (
        '<section class="gp-checkpoint" aria-label="The chosen checkpoint"'
        f' data-testid="checkpoint-view"><h2>Step {chosen.step}</h2>{ways}{changed}'
        f"<h3>Values</h3>{json_tree(chosen.values)}</section>"
    )


def _ways(chosen: Checkpoint, place: Place) -> str:
    if not chosen.next:
        replay = '<span class="gp-quiet">Nothing comes after this step.</span>'
    else:
        replay = button(
            "Run again from here",
            "fork",
            checkpoint=chosen.checkpoint_id,
            confirm="Run the steps behind it?",
        )
    edit = ""
    if chosen.next and len(_text(chosen.values)) <= MOST_EDITED:
        aim = place.at(checkpoint=chosen.checkpoint_id, edit="1")
        edit = link(aim, f"{icon('pencil')}Change values first", style="gp-button gp-bare")
    return f'<p class="gp-retry-buttons">{replay}{edit}</p>'


def _editor(chosen: Checkpoint, place: Place, edited: str | None) -> str:
    text = _text(chosen.values) if edited is None else edited
    return (
        '<form class="gp-edit-state" data-action="fork" data-testid="edit-state"'
        f' data-checkpoint="{escaped(chosen.checkpoint_id)}">'
        '<label for="gp-state-json">The state to go on with, as JSON</label>'
        '<p class="gp-quiet">Only values that you change are laid over the checkpoint. Steps that '
        "sent something before do not send it again.</p>"
        f'<textarea id="gp-state-json" name="state" rows="16" spellcheck="false">{escaped(text)}'
        '</textarea><p class="gp-retry-buttons">'
        '<button type="submit" class="gp-button">Run from here with these values</button>'
        f"{link(place.at(edit=''), 'Leave it', style='gp-button gp-bare')}</p></form>"
    )


def _text(values: Any) -> str:
    return json.dumps(masked(values), indent=2, ensure_ascii=False, default=str)
