"""Workflows from documents, and what leads from a new workflow to its canvas."""

from collections.abc import Mapping
from typing import Any

import orjson

from ui.markup import escaped, icon, notice
from ui.workflows_client import Made


def form(text: str = "", problem: str = "") -> str:
    """A file or pasted text."""
    said = notice(problem) if problem else ""
    return (
        f'<a class="gp-back" href="?" data-go>{icon("back")}Workflows</a>'
        '<form class="gp-document" data-action="import" data-testid="import-form">'
        "<p>It becomes a draft. Connections that are not yours, and what looks like a secret, are "
        "left out.</p>"
        '<label>File<input type="file" accept=".json,application/json" data-reads="document">'
        '</label><label>Or paste it<textarea name="document" required rows="12" spellcheck="false">'
        f"{escaped(text)}</textarea></label>{said}"
        '<button type="submit" class="gp-button gp-primary">Import</button></form>'
    )


def opened(made: Made, notes: Mapping[str, Any] | None = None) -> str:
    """The page's script opens the canvas of this workflow, with what is to be known about it."""
    kept = escaped(orjson.dumps(dict(notes or {})).decode())
    return f'<div data-opened="{escaped(made.workflow_id)}" data-notes="{kept}"></div>'


def found_wrong(made: Made) -> dict[str, Any]:
    """What a copy lacks and what is to be mended, in sentences."""
    return {
        "problems": [f"{each.message} {each.next_step}" for each in made.problems],
        "removed": [f"{each.field} of {each.node_id}: {each.reason}" for each in made.removed],
    }
