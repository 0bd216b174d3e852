"""Who may import whom, and that no modules import each other in a circle."""

from collections.abc import Mapping, Sequence

from tests.architecture.sources import Import, Module, imports

#: Every top-level folder with Python in it, and which others of ours it may import.
MAY_IMPORT: Mapping[str, frozenset[str]] = {
    "domain": frozenset(),
    "storage": frozenset({"domain"}),
    "tools": frozenset({"domain"}),
    "ui": frozenset({"domain"}),
    "checkpoints": frozenset({"domain", "storage"}),
    "nodes": frozenset({"domain", "tools"}),
    "graphs": frozenset({"domain", "tools", "nodes"}),
    "server": frozenset({"domain", "storage", "tools", "ui", "checkpoints", "nodes", "graphs"}),
    "benchmarks": frozenset(
        {"domain", "storage", "tools", "ui", "checkpoints", "nodes", "graphs", "server"}
    ),
    "tests": frozenset(
        {
            *{"domain", "storage", "tools", "ui", "checkpoints", "nodes", "graphs", "server"},
            "benchmarks",
        }
    ),
}

#: The folders the service is made of.
SOURCES = frozenset(MAY_IMPORT) - {"benchmarks", "tests"}


def table_violations(modules: Sequence[Module]) -> list[str]:
    """Imports against the table, and folders that are missing in it."""
    found = [
        f"{module.path}: the folder {module.folder} is not in the import table"
        for module in modules
        if module.folder not in MAY_IMPORT
    ]
    for module in modules:
        allowed = MAY_IMPORT.get(module.folder, frozenset()) | {module.folder}
        found += [
            f"{module.path}:{imported.line}: {module.folder} may not import {imported.module}"
            for imported in imports(module)
            if imported.top in MAY_IMPORT and imported.top not in allowed
        ]
    return found


def circle_violations(modules: Sequence[Module]) -> list[str]:
    """Groups of modules that import each other, directly or around corners."""
    known = {module.name for module in modules}
    targets = {
        module.name: {
            target
            for imported in imports(module)
            if (target := _target(imported, known)) is not None and target != module.name
        }
        for module in modules
    }
    return [f"these modules import each other: {', '.join(circle)}" for circle in _circles(targets)]


def _target(imported: Import, known: set[str]) -> str | None:
    if imported.name is not None and f"{imported.module}.{imported.name}" in known:
        return f"{imported.module}.{imported.name}"
    return imported.module if imported.module in known else None


def _circles(targets: Mapping[str, set[str]]) -> list[list[str]]:
    """Groups in which each module reaches all others; sorted, each once."""
    reach = {name: _reachable(name, targets) for name in targets}
    circles = {
        tuple(sorted({name, *(other for other in reach[name] if name in reach[other])}))
        for name in targets
        if name in reach[name]
    }
    return [list(circle) for circle in sorted(circles)]


def _reachable(start: str, targets: Mapping[str, set[str]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(targets[start])
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(targets.get(name, ()))
    return seen
