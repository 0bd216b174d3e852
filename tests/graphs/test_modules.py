"""What a langgraph.json depends on is on the import path, or refused by its name."""

import json
import sys
from pathlib import Path

import pytest

from domain.errors import InvalidSettings
from graphs.config_file import ConfigFile, read_config_file
from graphs.modules import NotImportable, make_importable, named_object


@pytest.fixture(autouse=True)
def import_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [*sys.path])


def depending_on(folder: Path, *dependencies: str) -> ConfigFile:
    path = folder / "langgraph.json"
    content = {"graphs": {"flow": "./flow.py:graph"}, "dependencies": dependencies}
    path.write_text(json.dumps(content))
    return read_config_file(path)


def test_folders_join_the_import_path_once(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    make_importable(depending_on(tmp_path, ".", "./src", "src"))
    added = [str(tmp_path.resolve()), str((tmp_path / "src").resolve())]
    assert sys.path[-2:] == added
    assert sys.path.count(added[1]) == 1


def test_packages_that_are_installed_are_fine(tmp_path: Path) -> None:
    make_importable(
        depending_on(
            tmp_path,
            "langgraph",
            "langchain_core>=1,<99",
            "psycopg[binary]>=3",
            'no-such-package; python_version < "3"',
            "git+https://example.com/somebody/something.git@main",
        )
    )


@pytest.mark.parametrize(
    ("dependency", "reason"),
    [
        ("no-such-package", "the package no-such-package is not installed here"),
        ("no-such-package @ https://example.com/x.whl", "the package no-such-package is not"),
        ("langgraph<1", "langgraph<1 is wanted and "),
        ("./missing", "there is no folder ./missing"),
        ("../also/missing", "there is no folder ../also/missing"),
        ("not a package", "one is neither a folder nor a package"),
    ],
)
def test_what_is_not_there_is_named(tmp_path: Path, dependency: str, reason: str) -> None:
    with pytest.raises(InvalidSettings, match="`dependencies` in langgraph") as raised:
        make_importable(depending_on(tmp_path, dependency))
    assert reason in str(raised.value)


def test_a_file_is_imported_once_and_under_its_own_name_where_it_has_one(tmp_path: Path) -> None:
    (tmp_path / "gp_own_name.py").write_text("state = object()")
    (tmp_path / "not-a-name.py").write_text("state = object()")
    first = named_object("./not-a-name.py", "state", tmp_path)
    assert named_object("./not-a-name.py", "state", tmp_path) is first
    make_importable(depending_on(tmp_path, "."))
    found = named_object("./gp_own_name.py", "state", tmp_path.resolve())
    assert sys.modules["gp_own_name"].state is found


def test_a_file_that_failed_is_tried_again(tmp_path: Path) -> None:
    file = tmp_path / "broken-once.py"
    file.write_text("1 / 0")
    with pytest.raises(NotImportable, match="ZeroDivisionError: division by zero"):
        named_object("./broken-once.py", "answer", tmp_path)
    file.write_text("answer = 42")
    assert named_object("./broken-once.py", "answer", tmp_path) == 42
