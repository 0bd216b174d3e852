"""A langgraph.json names the graphs; what cannot be served is refused with its name."""

import json
from pathlib import Path
from typing import Any

import pytest

from domain.errors import InvalidSettings
from graphs.catalog import GraphEntry, load_catalog
from graphs.factories import GraphFactory
from graphs.supervisor.graph import graph as supervisor
from tools.context import AgentContext

OURS = Path("langgraph.json")
MODULE = """
from typing import TypedDict
from langgraph.graph import START, StateGraph

class State(TypedDict):
    n: int

builder = StateGraph(State)
builder.add_node("step", lambda state: {"n": state["n"] + 1})
builder.add_edge(START, "step")
graph = builder.compile(name="one_step")
not_a_graph = 5

def ask(question: str):
    return graph

def two(config, other):
    return graph
"""


def _config(folder: Path, graphs: object, **more: Any) -> Path:
    path = folder / "langgraph.json"
    path.write_text(json.dumps({"dependencies": [], "graphs": graphs, **more}))
    return path


def _run(entry: GraphEntry) -> object:
    return entry.graph.invoke({"n": 1})


def test_our_graphs_come_with_titles_and_descriptions():
    catalog = load_catalog(OURS)
    assert list(catalog) == [
        "supervisor",
        "data",
        "optimization",
        "report",
        "workflow",
        "workflow_builder",
    ]
    assert [entry.title for entry in catalog.values()] == [
        "Supervisor",
        "Data",
        "Optimization",
        "Report",
        "Workflow",
        "Workflow builder",
    ]
    assert all(entry.description for entry in catalog.values())


def test_our_graphs_exist_once():
    assert load_catalog(OURS)["supervisor"].graph is supervisor


def test_our_graphs_take_our_context_and_no_checkpointer():
    for graph_id, entry in load_catalog(OURS).items():
        if graph_id == "workflow":
            # Made for each run, of the version that it is pinned to.
            assert isinstance(entry.source, GraphFactory)
            continue
        assert entry.graph.context_schema is AgentContext
        assert entry.graph.checkpointer is None


def test_the_context_has_a_json_schema():
    schema = load_catalog(OURS)["supervisor"].graph.get_context_jsonschema()
    assert schema is not None
    assert schema["properties"].keys() == {"user_id", "tenant_id"}


def test_a_foreign_file_is_loaded_compiled_or_not(tmp_path: Path):
    (tmp_path / "flow.py").write_text(MODULE)
    graphs = {
        "compiled": "./flow.py:graph",
        "builder": {"path": "./flow.py:builder", "description": "Counts."},
    }
    catalog = load_catalog(_config(tmp_path, graphs))
    assert catalog["compiled"].title == "One step"
    assert catalog["builder"].title == "Builder"
    assert catalog["builder"].description == "Counts."
    for entry in catalog.values():
        assert _run(entry) == {"n": 2}


def test_a_module_of_a_local_dependency_is_importable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sys.path", [*__import__("sys").path])
    package = tmp_path / "src" / "foreign_flows"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "flow.py").write_text(MODULE)
    config = _config(tmp_path, {"flow": "foreign_flows.flow:graph"}, dependencies=["./src"])
    assert _run(load_catalog(config)["flow"]) == {"n": 2}


def test_two_foreign_files_of_one_name_stay_apart(tmp_path: Path):
    for name, step in (("a", 1), ("b", 10)):
        (tmp_path / name).mkdir()
        text = MODULE.replace("+ 1", f"+ {step}")
        (tmp_path / name / "flow.py").write_text(text)
    config = _config(tmp_path, {"a": "./a/flow.py:graph", "b": "./b/flow.py:graph"})
    catalog = load_catalog(config)
    assert _run(catalog["a"]) == {"n": 2}
    assert _run(catalog["b"]) == {"n": 11}


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("./flow.py:State", "State is of type"),
        ("./flow.py:ask", "its parameter question is neither a config nor a runtime"),
        ("./flow.py:two", "its parameter other is neither a config nor a runtime"),
        ("./flow.py:not_a_graph", "not_a_graph is of type int"),
        ("./flow.py:nothing", "./flow.py has no nothing"),
        ("./flow.py", 'not of the form "./file.py:attribute"'),
        ("./missing.py:graph", "there is no file ./missing.py"),
        ("./flow.ts:graph", "is not a Python file"),
        ("./broken.py:graph", "importing ./broken.py failed: ModuleNotFoundError: No module"),
        ("no.such.module:graph", "importing no.such.module failed"),
        ({"description": "x"}, 'it has no "path"'),
        (7, 'it has no "path"'),
    ],
)
def test_an_entry_that_cannot_be_served_is_named_with_the_reason(
    tmp_path: Path, entry: object, reason: str
):
    (tmp_path / "flow.py").write_text(MODULE)
    (tmp_path / "flow.ts").touch()
    (tmp_path / "broken.py").write_text("import no_such_module")
    with pytest.raises(InvalidSettings) as raised:
        load_catalog(_config(tmp_path, {"my_flow": entry}))
    assert "The graph my_flow in langgraph.json cannot be used" in str(raised.value)
    assert reason in str(raised.value)


def test_a_file_that_raises_while_it_is_imported_is_named_too(tmp_path: Path):
    (tmp_path / "flow.py").write_text("1 / 0")
    with pytest.raises(InvalidSettings, match=r"my_flow.*division by zero"):
        load_catalog(_config(tmp_path, {"my_flow": "./flow.py:graph"}))


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"graphs": {}}', '{"graphs": []}'])
def test_a_file_without_graphs_says_what_is_missing(tmp_path: Path, text: str):
    path = tmp_path / "langgraph.json"
    path.write_text(text)
    with pytest.raises(InvalidSettings, match=r"langgraph\.json"):
        load_catalog(path)


def test_a_missing_file_says_where_to_point(tmp_path: Path):
    with pytest.raises(InvalidSettings, match="Point GOLDENPATH_CONFIG"):
        load_catalog(tmp_path / "langgraph.json")
