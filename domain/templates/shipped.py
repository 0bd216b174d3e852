"""The shipped templates, read from the files beside this one."""

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from domain.blueprints.blueprint import Blueprint

Category = Literal["payments", "sales", "support", "operations", "reports"]


class Slot(BaseModel):
    """A value that everybody who uses the template has to give."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    node_id: str
    #: As in `data.params.spreadsheet_id`.
    field: str
    title: str


class Template(BaseModel):
    """A workflow to begin from; it has no connections and no secrets."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str
    title: str
    description: str
    category: Category
    services: list[str]
    slots: list[Slot]
    #: What its trigger may bring, for trying it out.
    sample: dict[str, Any]
    blueprint: Blueprint


@cache
def shipped_templates() -> Sequence[Template]:
    """All of them by their titles."""
    folder = files("domain") / "templates"
    texts = [one.read_text("utf-8") for one in folder.iterdir() if one.name.endswith(".json")]
    found = [Template.model_validate_json(text) for text in texts]
    return tuple(sorted(found, key=lambda template: template.title))
