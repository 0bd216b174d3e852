"""The import checkers find what they are for."""

import pytest

from tests.architecture.import_rules import circle_violations, table_violations
from tests.architecture.sources import parse


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("domain/runs.py", "import storage.database"),
        ("domain/runs.py", "from server import settings"),
        ("tools/search.py", "def f():\n    from nodes.call import call\n"),
        ("ui/app.py", "if TYPE_CHECKING:\n    from server.app import App\n"),
        ("graphs/chat/graph.py", "from ...storage import database\n"),
        ("nodes/call.py", "importlib.import_module('graphs.catalog')\n"),
        ("server/app.py", "from tests import conftest\n"),
    ],
)
def test_an_import_against_the_table_is_found(path: str, text: str) -> None:
    assert len(table_violations([parse(path, text)])) == 1


def test_imports_along_the_table_pass() -> None:
    modules = [
        parse("server/app.py", "import storage.database\nfrom graphs.catalog import load\n"),
        parse("nodes/call.py", "import httpx, tools.search\nfrom . import other\n"),
    ]
    assert table_violations(modules) == []


def test_a_folder_outside_the_table_is_found() -> None:
    assert table_violations([parse("helpers/x.py", "")]) == [
        "helpers/x.py: the folder helpers is not in the import table"
    ]


def test_two_modules_that_import_each_other_are_found() -> None:
    modules = [
        parse("domain/a.py", "from domain.b import x\n"),
        parse("domain/b.py", "def f():\n    import domain.a\n"),
        parse("domain/c.py", "from domain import a\n"),
    ]
    assert circle_violations(modules) == ["these modules import each other: domain.a, domain.b"]


def test_a_circle_of_three_is_found() -> None:
    modules = [
        parse("domain/a.py", "from domain import b\n"),
        parse("domain/b.py", "from domain import c\n"),
        parse("domain/c/__init__.py", "from domain.a import x\n"),
    ]
    assert circle_violations(modules) == [
        "these modules import each other: domain.a, domain.b, domain.c"
    ]


def test_a_chain_is_no_circle() -> None:
    modules = [
        parse("domain/a.py", "from domain import b, c\n"),
        parse("domain/b.py", "from domain import c\n"),
        parse("domain/c.py", "import math\n"),
    ]
    assert circle_violations(modules) == []
