"""The sentences, and what has to come of each."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_FILE: Final = Path(__file__).parent / "prompts.json"


@dataclass(frozen=True, slots=True)
class Turn:
    """One sentence with the structure and the values that it means."""

    prompt: str
    shape: str
    params: Mapping[str, Any]
    #: A word that one of the open questions has to name.
    asks: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence, and those that change what came of it."""

    name: str
    turns: Sequence[Turn]
    #: Whether the drafter was never adjusted to it.
    is_held_out: bool


def cases() -> list[Case]:
    """All of them."""
    return [_case(data) for data in json.loads(_FILE.read_text("utf-8"))]


def _case(data: Mapping[str, Any]) -> Case:
    turns = [_turn(one) for one in (data, *data.get("edits", ()))]
    return Case(data["id"], turns, bool(data.get("held_out")))


def _turn(data: Mapping[str, Any]) -> Turn:
    return Turn(data["prompt"], data["shape"], data["params"], data.get("asks", ""))
