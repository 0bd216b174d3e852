"""What needs a reason each time: broad `except`, tasks without an owner, silenced types."""

import ast
import io
import re
import tokenize
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.architecture.import_rules import SOURCES
from tests.architecture.sources import Module, dotted

BROAD_EXCEPT = "broad except"
BARE_TASK = "create_task without a TaskGroup"
SILENCED_TYPE = "type: ignore"

_SILENCER = re.compile(r"#\s*(?:type|pyright):\s*ignore")
_TASK_GROUP = frozenset({"TaskGroup", "asyncio.TaskGroup"})


@dataclass(frozen=True, slots=True)
class Exemption:
    """A file that may do such a thing so often, and why."""

    path: str
    rule: str
    times: int
    reason: str


def exemption_violations(modules: Sequence[Module], exemptions: Sequence[Exemption]) -> list[str]:
    """Uses beyond the list, and entries of the list that are no longer needed."""
    granted = {(entry.path, entry.rule): entry.times for entry in exemptions}
    used: Counter[tuple[str, str]] = Counter()
    lines: dict[tuple[str, str], list[int]] = {}
    for module in modules:
        if module.folder in SOURCES:
            for rule, line in _uses(module):
                used[module.path, rule] += 1
                lines.setdefault((module.path, rule), []).append(line)
    over = [
        f"{path}: {rule} at line {', '.join(map(str, lines[path, rule]))}; "
        f"{granted.get((path, rule), 0)} allowed"
        for (path, rule), times in sorted(used.items())
        if times > granted.get((path, rule), 0)
    ]
    stale = [
        f"{path}: {times} x {rule} are allowed, {used[path, rule]} used; shorten the list"
        for (path, rule), times in sorted(granted.items())
        if used[path, rule] < times
    ]
    return over + stale


def _uses(module: Module) -> Iterator[tuple[str, int]]:
    groups = _task_groups(module.tree)
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler) and _is_broad(node.type):
            yield BROAD_EXCEPT, node.lineno
        elif isinstance(node, ast.Call) and _is_bare_task(node.func, groups):
            yield BARE_TASK, node.lineno
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        if token.type == tokenize.COMMENT and _SILENCER.search(token.string):
            yield SILENCED_TYPE, token.start[0]


def _is_broad(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    if isinstance(caught, ast.Tuple):
        return any(_is_broad(item) for item in caught.elts)
    return dotted(caught) in {"Exception", "BaseException"}


def _is_bare_task(function: ast.expr, groups: set[str]) -> bool:
    name = dotted(function)
    owner, _, called = name.rpartition(".")
    return called in {"create_task", "ensure_future"} and owner not in groups


def _task_groups(tree: ast.Module) -> set[str]:
    """Names that hold a TaskGroup: bound by `with`, assigned from one, or annotated so."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.withitem) and node.optional_vars is not None:
            if _makes_group(node.context_expr):
                names.add(dotted(node.optional_vars))
        elif isinstance(node, ast.Assign) and _makes_group(node.value):
            names |= {dotted(target) for target in node.targets}
        elif isinstance(node, ast.AnnAssign) and dotted(node.annotation) in _TASK_GROUP:
            name = dotted(node.target)
            names |= {name, f"self.{name}"}
        elif (
            isinstance(node, ast.arg) and node.annotation and dotted(node.annotation) in _TASK_GROUP
        ):
            names.add(node.arg)
    return names | _stored_groups(tree, names)


def _stored_groups(tree: ast.Module, names: set[str]) -> set[str]:
    """Attributes that are assigned from a name that holds a group."""
    return {
        dotted(target)
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and dotted(node.value) in names
        for target in node.targets
    }


def _makes_group(value: ast.expr) -> bool:
    if isinstance(value, ast.Await):
        value = value.value
    if not isinstance(value, ast.Call):
        return False
    if dotted(value.func).endswith("enter_async_context"):
        return any(_makes_group(argument) for argument in value.args)
    return dotted(value.func) in _TASK_GROUP
