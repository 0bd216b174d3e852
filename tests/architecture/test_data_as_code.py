"""The checker of data that becomes code finds what it is for."""

import pytest

from tests.architecture.data_as_code import code_violations
from tests.architecture.sources import parse


@pytest.mark.parametrize(
    "text",
    [
        *("import pickle", "from pickle import loads", "import marshal", "import shelve"),
        *("import dill", "x = eval(text)", "exec(text)", "x = builtins.eval(text)"),
        *("x = compile(text, 'a', 'exec')", "x = __import__(name)", "x = yaml.load(text)"),
        *("from yaml import unsafe_load", "import xml.etree.ElementTree", "from lxml import etree"),
        "from xml.sax import make_parser",
        "def f():\n    import cloudpickle",
    ],
)
def test_what_runs_data_is_found(text: str) -> None:
    assert code_violations([parse("storage/x.py", text)])
    assert code_violations([parse("tests/x.py", text)]) == []


@pytest.mark.parametrize(
    "text",
    [
        *("x = yaml.safe_load(text)", "x = re.compile(text)", "graph.compile()"),
        "from xml.sax.handler import ContentHandler",
        *("import defusedxml.ElementTree", "x = evaluate(text)", "model.eval()"),
    ],
)
def test_what_only_sounds_so_passes(text: str) -> None:
    assert code_violations([parse("storage/x.py", text)]) == []
