"""Parameters and results of tasks, from which forms are made and by which runs are checked."""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from domain.blueprints import schemas
from domain.connections import ADDRESS, ConnectionField

#: A hint for forms: the text has several lines.
MULTILINE: Final[dict[str, Any]] = {"x-multiline": True}
#: The value is SQL or alike: data from outside never becomes a part of it.
LITERAL: Final[dict[str, Any]] = {schemas.LITERAL: True}
#: Names a file that is kept here.
FILE: Final[dict[str, Any]] = {"x-file": True}


class TaskParams(BaseModel):
    """What a task is given. A template may give a number where a text is meant."""

    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class TaskResult(BaseModel):
    """What came of it."""

    model_config = ConfigDict(frozen=True)


def address_field(default: str) -> ConnectionField:
    """Where a provider is, for those who reach it elsewhere."""
    return ConnectionField(
        "base_url",
        "Address",
        is_required=False,
        help=f"Leave it empty for {default}. The credentials are sent there and nowhere else.",
        pattern=ADDRESS,
    )


def address_of(settings: Mapping[str, str], default: str) -> str:
    """Where the provider of a connection is."""
    return settings.get("base_url") or default
