"""How long a file and a function may be."""

import ast
from collections.abc import Sequence

from tests.architecture.sources import Module

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 80


def size_violations(modules: Sequence[Module]) -> list[str]:
    """Files and functions that nobody reads in one go."""
    found: list[str] = []
    for module in modules:
        lines = len(module.text.splitlines())
        if lines > MAX_FILE_LINES:
            found.append(f"{module.path}: {lines} lines; split it by noun below {MAX_FILE_LINES}")
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > MAX_FUNCTION_LINES:
                    found.append(
                        f"{module.path}:{node.lineno}: {node.name} has {length} lines, "
                        f"{MAX_FUNCTION_LINES} at most"
                    )
    return found
