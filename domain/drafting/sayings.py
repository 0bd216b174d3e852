"""Further ways in which people ask for tasks of usual services, beside what these declare."""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Final

#: By the full names of tasks; those that there are not mean nothing.
SAYINGS: Final[Mapping[str, tuple[str, ...]]] = {
    name: tuple(phrases)
    for name, phrases in json.loads(
        (files("domain") / "drafting" / "sayings.json").read_text("utf-8")
    ).items()
}
