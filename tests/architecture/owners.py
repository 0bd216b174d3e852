"""Whose data: repositories ask that first, and only the engine does without."""

import ast
from collections.abc import Iterator, Sequence

from tests.architecture.sources import Module

#: What works for all users, each with its reason.
OF_ALL_USERS = {
    "RunRepository.tell_of_return": "wakes whoever listens; reads and writes nothing",
}


def owner_violations(
    modules: Sequence[Module], of_all_users: Sequence[str] = tuple(OF_ALL_USERS)
) -> list[str]:
    """Public methods of repositories whose first argument is not the user."""
    found = [violation for module in modules for violation in _of(module, of_all_users)]
    methods = {name for module in modules for name, _ in _methods(module)}
    return found + [f"{name} is no method any more" for name in of_all_users if name not in methods]


def _of(module: Module, of_all_users: Sequence[str]) -> Iterator[str]:
    for name, method in _methods(module):
        first = method.args.args[1:2]
        is_user = first and ast.unparse(first[0].annotation or first[0]) == "UserContext"
        if not is_user and name not in of_all_users:
            yield f"{module.path}:{method.lineno}: {name} does not take the user first"


def _methods(module: Module) -> Iterator[tuple[str, ast.AsyncFunctionDef]]:
    if module.folder != "storage":
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ClassDef) and node.name.endswith("Repository"):
            for method in node.body:
                if isinstance(method, ast.AsyncFunctionDef) and not method.name.startswith("_"):
                    yield f"{node.name}.{method.name}", method
