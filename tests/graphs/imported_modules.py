"""Finds what was imported from a file, whatever it is called."""

import sys
from pathlib import Path
from typing import Any


def module_of(file: Path) -> Any:
    """The one module of a file."""
    wanted = str(file.resolve())
    [module] = [
        module
        for module in list(sys.modules.values())
        if getattr(module, "__file__", None) == wanted
    ]
    return module
