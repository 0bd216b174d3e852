"""Imports what a langgraph.json names: from files, and from modules on the import path."""

import hashlib
import importlib
import importlib.util
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from graphs.config_file import ConfigFile, unusable_key


class NotImportable(Exception):
    """What is named cannot be imported; says why."""


def make_importable(config: ConfigFile) -> None:
    """Put the folders among the dependencies on the import path, as LangGraph's own server does.

    Raises `InvalidSettings` that names a folder or a package which is not there.
    """
    for dependency in config.dependencies:
        folder = (config.root / dependency).resolve()
        if folder.is_dir():
            if str(folder) not in sys.path:
                sys.path.append(str(folder))
        elif dependency.startswith((".", "/")):
            raise unusable_key("dependencies", f"there is no folder {dependency}")
        elif "://" not in dependency or " @ " in dependency:
            # Of a bare address nobody knows which package it brings.
            _require_installed(dependency)


def named_object(target: str, attribute: str, root: Path) -> Any:
    """What `target:attribute` names, where the target is a file or a module.

    Raises `NotImportable`.
    """
    try:
        if "/" in target or target.endswith(".py"):
            module = _module_of_file(target, root)
        else:
            module = importlib.import_module(target)
    except NotImportable:
        raise
    except Exception as error:  # Importing runs the user's code, which may raise anything.
        reason = f"importing {target} failed: {type(error).__name__}: {error}"
        raise NotImportable(reason) from error
    try:
        return getattr(module, attribute)
    except AttributeError:
        raise NotImportable(f"{target} has no {attribute}") from None


def _require_installed(dependency: str) -> None:
    try:
        requirement = Requirement(dependency)
    except InvalidRequirement:
        raise unusable_key("dependencies", "one is neither a folder nor a package") from None
    name = requirement.name
    if requirement.marker and not requirement.marker.evaluate():
        return
    try:
        installed = version(name)
    except PackageNotFoundError:
        raise unusable_key(
            "dependencies", f"the package {name} is not installed here. Install it"
        ) from None
    if not requirement.specifier.contains(installed, prereleases=True):
        raise unusable_key(
            "dependencies",
            f"{name}{requirement.specifier} is wanted and {installed} is installed. Install it",
        )


def _module_of_file(target: str, root: Path) -> ModuleType:
    """The module in a file, under its own name if that leads to this very file.

    A second copy under another name would have state classes and singletons of its own.
    """
    file = (root / target).resolve()
    if file.suffix != ".py":
        raise NotImportable(f"{target} is not a Python file")
    if not file.is_file():
        raise NotImportable(f"there is no file {target}")
    dotted = _dotted_name(file, root)
    if dotted:
        module = importlib.import_module(dotted)
        if module.__file__ and Path(module.__file__).resolve() == file:
            return module
    unique = f"graph_{file.stem}_{hashlib.sha256(str(file).encode()).hexdigest()[:12]}"
    if unique in sys.modules:
        return sys.modules[unique]
    found = importlib.util.spec_from_file_location(unique, file)
    if found is None or found.loader is None:
        raise NotImportable(f"{target} cannot be loaded")
    module = importlib.util.module_from_spec(found)
    # Registered while it runs, which dataclasses need, and kept only if it ran to its end.
    sys.modules[unique] = module
    is_loaded = False
    try:
        found.loader.exec_module(module)
        is_loaded = True
    finally:
        if not is_loaded:
            del sys.modules[unique]
    return module


def _dotted_name(file: Path, root: Path) -> str | None:
    """The import name of a file below the root, when it can be found under that name."""
    if not file.is_relative_to(root):
        return None
    parts = file.relative_to(root).with_suffix("").parts
    if not all(part.isidentifier() for part in parts):
        return None
    name = ".".join(parts)
    try:
        found = importlib.util.find_spec(name)
    except ImportError:
        return None
    is_this_file = found is not None and found.origin and Path(found.origin).resolve() == file
    return name if is_this_file else None
