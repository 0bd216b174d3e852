"""The lock files hold what pyproject.toml asks for, pinned by hash, and agree with each other."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.import_rules import SOURCES
from tests.architecture.sources import REPOSITORY, imports, load_modules, of_folders

_PIN = re.compile(
    r"^([\w.-]+)==([^\s;]+)([^\n]*)\n((?:    --hash=sha256:\w+[^\n]*\n)*)", re.MULTILINE
)


def project() -> dict[str, list[str]]:
    """What pyproject.toml asks for, by the lock file that must hold it."""
    table = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
    runtime = table["project"]["dependencies"]
    return {
        "requirements.lock": runtime,
        "requirements-dev.lock": [*runtime, *table["dependency-groups"]["dev"]],
    }


def pins(lock: str) -> dict[str, set[str]]:
    """The versions of each package; several where they differ by platform."""
    found: dict[str, set[str]] = {}
    for name, version, _, _ in _PIN.findall((REPOSITORY / lock).read_text("utf-8")):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_dependency_is_locked_in_its_range(lock: str) -> None:
    locked = pins(lock)
    wanted = [Requirement(text) for text in project()[lock]]
    missing = [
        str(one)
        for one in wanted
        if not any(
            one.specifier.contains(version, prereleases=True)
            for version in locked.get(canonicalize_name(one.name), ())
        )
    ]
    assert missing == [], "Run make lock."


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_pin_has_its_hashes(lock: str) -> None:
    text = (REPOSITORY / lock).read_text("utf-8")
    assert [name for name, _, _, hashes in _PIN.findall(text) if not hashes] == []


def test_both_locks_hold_the_same_versions() -> None:
    runtime, development = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {name: development.get(name) for name in runtime} == runtime


def test_every_library_that_the_sources_import_is_asked_for() -> None:
    known = packages_distributions()
    asked = {canonicalize_name(Requirement(text).name) for text in project()["requirements.lock"]}
    missing = {
        (module.path, imported.module)
        for module in of_folders(load_modules(), SOURCES)
        for imported in imports(module)
        if imported.top not in sys.stdlib_module_names | SOURCES
        and not any(canonicalize_name(name) in asked for name in known.get(imported.top, ()))
    }
    assert missing == set(), "Add them to pyproject.toml and run make lock."
