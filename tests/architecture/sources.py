"""The repository's Python files as parsed modules, and what each of them imports."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

#: Folders that hold no source of ours.
SKIPPED_FOLDERS = frozenset(
    {
        ".git",
        ".goldenpath",
        ".hypothesis",
        ".pytest_cache",
        ".ruff_cache",
        ".venv",
        "__pycache__",
        "node_modules",
        "test-results",
    }
)


@dataclass(frozen=True, slots=True)
class Module:
    """One parsed file; `path` is relative to the repository, with forward slashes."""

    path: str
    text: str
    tree: ast.Module

    @property
    def folder(self) -> str:
        """The top-level folder."""
        return self.path.split("/", 1)[0]

    @property
    def name(self) -> str:
        """The name it is imported by."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def package(self) -> str:
        """The package that relative imports start from."""
        return self.name if self.path.endswith("__init__.py") else self.name.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name: `from a.b import c` is the module `a.b` and the name `c`."""

    module: str
    name: str | None
    line: int

    @property
    def top(self) -> str:
        """The first part of the module."""
        return self.module.split(".", 1)[0]


def parse(path: str, text: str) -> Module:
    """A module from its text, as the tests of the checkers make them."""
    return Module(path, text, ast.parse(text, filename=path))


def files(root: Path = REPOSITORY) -> Iterator[Path]:
    """Every file of the repository but caches, data and installed packages."""
    for entry in sorted(root.iterdir()):
        if entry.is_dir():
            if entry.name not in SKIPPED_FOLDERS:
                yield from files(entry)
        elif entry.name != ".git":
            yield entry


def load_modules(root: Path = REPOSITORY) -> list[Module]:
    """Every Python file of the repository."""
    return [
        parse(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))
        for path in files(root)
        if path.suffix == ".py"
    ]


def imports(module: Module) -> Iterator[Import]:
    """All imports: in function bodies and under `TYPE_CHECKING` too."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, None, node.lineno)
        elif isinstance(node, ast.ImportFrom):
            source = _absolute(module, node)
            for alias in node.names:
                yield Import(source, alias.name, node.lineno)
        elif isinstance(node, ast.Call) and _is_import_call(node):
            argument = node.args[0]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield Import(argument.value, None, node.lineno)


def of_folders(modules: Sequence[Module], folders: frozenset[str]) -> list[Module]:
    """The modules that live in one of the folders."""
    return [module for module in modules if module.folder in folders]


def dotted(node: ast.expr) -> str:
    """`a.b.c` of a chain of names, with `()` where a part is a call; "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return f"{owner}.{node.attr}" if owner else f"?.{node.attr}"
    if isinstance(node, ast.Call):
        return f"{dotted(node.func)}()"
    return ""


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if node.level == 0:
        return node.module or ""
    parts = module.package.split(".")
    start = parts[: len(parts) - node.level + 1]
    return ".".join([*start, *([node.module] if node.module else [])])


def _is_import_call(node: ast.Call) -> bool:
    return bool(node.args) and dotted(node.func) in {
        "__import__",
        "import_module",
        "importlib.import_module",
    }
