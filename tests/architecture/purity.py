"""The domain is pure: decided by its arguments alone."""

import ast
import sys
from collections.abc import Iterator, Sequence

from tests.architecture.sources import Module, dotted, imports

#: Libraries without I/O that the domain may use, each with its reason.
PURE_LIBRARIES = {
    "cel_expr_python": "evaluates conditions of workflows; it reaches nothing but what it is given",
    "cronsim": "computes the moments of schedules from the moment that it is given",
    "genai_prices": "the price list of models; its data is in the package",
    "ijson": "parses JSON exports piece by piece",
    "jiter": "parses JSON lines",
    "pydantic": "blueprints and events at the edge",
}

#: Parts of the standard library that reach files, processes, networks, clocks or the loop.
IMPURE_STANDARD = frozenset(
    {
        *{"asyncio", "concurrent", "contextvars", "ftplib", "glob", "http", "multiprocessing"},
        *{"os", "pathlib", "sched", "select", "selectors", "shutil", "signal", "smtplib"},
        *{"socket", "socketserver", "sqlite3", "ssl", "subprocess", "sys", "tempfile"},
        *{"threading", "time", "urllib.request"},
    }
)

#: Calls that read the clock, by the end of their dotted name.
CLOCK_CALLS = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today")


def purity_violations(modules: Sequence[Module]) -> list[str]:
    """Everything in `domain` that depends on more than arguments."""
    found: list[str] = []
    for module in modules:
        if module.folder == "domain":
            found += _impure_imports(module)
            found += _impure_calls(module)
            found += _async_code(module)
    return found


def _impure_imports(module: Module) -> Iterator[str]:
    for imported in imports(module):
        where = f"{module.path}:{imported.line}"
        if imported.top in IMPURE_STANDARD or imported.module in IMPURE_STANDARD:
            yield f"{where}: domain may not use {imported.module}"
        elif imported.top not in sys.stdlib_module_names | PURE_LIBRARIES.keys() | {"domain"}:
            yield f"{where}: {imported.module} is not among the domain's pure libraries"


def _impure_calls(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            name = dotted(node.func)
            if name == "open" or name == "io.open":
                yield f"{module.path}:{node.lineno}: domain may not open files"
            elif name.endswith(CLOCK_CALLS):
                yield f"{module.path}:{node.lineno}: domain may not read the clock"


def _async_code(module: Module) -> Iterator[str]:
    """Anything awaited or async but the signatures of a Protocol."""
    signatures = {
        id(statement)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ClassDef) and any(dotted(base) == "Protocol" for base in node.bases)
        for statement in node.body
    }
    for node in ast.walk(module.tree):
        if isinstance(node, ast.AsyncFor | ast.AsyncWith | ast.Await) or (
            isinstance(node, ast.AsyncFunctionDef) and id(node) not in signatures
        ):
            yield f"{module.path}:{node.lineno}: domain may not be async"
