"""The rules of the house, checked on every file of the repository.

The checkers, and the tests that each can fail, are in `tests/architecture/`.
"""

import importlib.util
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from langgraph.graph.state import CompiledStateGraph

from graphs.catalog import load_catalog
from graphs.factories import GraphFactory
from tests.architecture.data_as_code import code_violations
from tests.architecture.exemptions import (
    BARE_TASK,
    BROAD_EXCEPT,
    SILENCED_TYPE,
    Exemption,
    exemption_violations,
)
from tests.architecture.import_rules import MAY_IMPORT, circle_violations, table_violations
from tests.architecture.owners import owner_violations
from tests.architecture.places import place_violations
from tests.architecture.purity import purity_violations
from tests.architecture.sizes import size_violations
from tests.architecture.sources import REPOSITORY, Module, load_modules
from tests.architecture.texts import text_files, text_violations

#: The short list. An entry that is no longer needed fails the test as well.
EXEMPTIONS = (
    Exemption(
        "checkpoints/rows.py", SILENCED_TYPE, 1, "LangGraph's marker of a delta has no public name"
    ),
    Exemption("domain/costs/formats/json_documents.py", SILENCED_TYPE, 3, "ijson is not typed"),
    Exemption(
        "graphs/factories.py", BROAD_EXCEPT, 2, "a factory and its clean-up may raise anything"
    ),
    Exemption(
        "graphs/factories.py",
        SILENCED_TYPE,
        2,
        "LangGraph's servers make the runtimes of factories; they have no public name",
    ),
    Exemption(
        "server/runs/execution.py", BROAD_EXCEPT, 1, "one run's failure is never its worker's"
    ),
    Exemption(
        "graphs/lifecycle.py", BROAD_EXCEPT, 1, "a graph may raise anything; it becomes the outcome"
    ),
    Exemption(
        "nodes/workflow/step.py",
        BROAD_EXCEPT,
        1,
        "a step may raise anything; it is told, and goes on",
    ),
    Exemption(
        "nodes/workflow/action.py",
        BROAD_EXCEPT,
        1,
        "a call broken on its way is noted, and goes on",
    ),
    Exemption("graphs/workflow/loops.py", BROAD_EXCEPT, 1, "one item's failure is its result"),
    Exemption(
        "graphs/modules.py", BROAD_EXCEPT, 1, "importing a graph runs code that may raise anything"
    ),
    Exemption(
        "nodes/call_model.py", BROAD_EXCEPT, 1, "a model's client may raise anything; it falls back"
    ),
    Exemption(
        "nodes/draft_workflow.py", BROAD_EXCEPT, 1, "the same: the grammar drafts in its place"
    ),
    Exemption(
        "server/thread_states.py", BROAD_EXCEPT, 1, "a graph's own code may refuse a change anyhow"
    ),
    Exemption("server/side_tasks.py", BARE_TASK, 1, "ends, or is cancelled, before it returns"),
    Exemption(
        "server/websocket/connection.py",
        BROAD_EXCEPT,
        1,
        "what fails one message must not fail the others; it is logged and told",
    ),
    Exemption(
        "storage/group_commit.py", BARE_TASK, 1, "the flusher's task is owned, named and awaited"
    ),
    Exemption(
        "storage/usage_imports.py", BARE_TASK, 1, "parses ahead; awaited before its file is closed"
    ),
    Exemption(
        "ui/batches.py", BARE_TASK, 2, "one read in flight; cancelled and awaited at the end"
    ),
    Exemption(
        "ui/pages/connections/page.py", SILENCED_TYPE, 1, "Gradio calls the function it decorates"
    ),
    Exemption(
        "ui/pages/chat/interrupt_form.py",
        SILENCED_TYPE,
        1,
        "Gradio calls the function it decorates",
    ),
)


def report(violations: Sequence[str]) -> None:
    """Fail with every violation on a line of its own."""
    assert not violations, "\n" + "\n".join(violations)


@pytest.fixture(scope="module")
def modules() -> Sequence[Module]:
    return load_modules()


def test_folders_import_only_what_the_table_allows(modules: Sequence[Module]) -> None:
    report(table_violations(modules))


def test_no_modules_import_each_other(modules: Sequence[Module]) -> None:
    report(circle_violations(modules))


def test_the_domain_is_pure(modules: Sequence[Module]) -> None:
    report(purity_violations(modules))


def test_files_and_functions_are_short(modules: Sequence[Module]) -> None:
    report(size_violations(modules))


def test_each_outside_thing_has_its_one_place(modules: Sequence[Module]) -> None:
    report(place_violations(modules))


def test_repositories_ask_first_whose_data_it_is(modules: Sequence[Module]) -> None:
    report(owner_violations(modules))


def test_no_data_becomes_code(modules: Sequence[Module]) -> None:
    report(code_violations(modules))


def test_broad_excepts_bare_tasks_and_silenced_types_have_a_reason(
    modules: Sequence[Module],
) -> None:
    report(exemption_violations(modules, EXEMPTIONS))


def test_every_folder_says_what_lives_there(modules: Sequence[Module]) -> None:
    by_path = {module.path: module for module in modules}
    folders = {str(Path(path).parent) for path in by_path}
    silent = [
        folder
        for folder in sorted(folders)
        if folder != "."
        and not (
            (found := by_path.get(f"{folder}/__init__.py"))
            and found.text.lstrip().startswith('"""')
        )
    ]
    assert silent == []


@pytest.mark.parametrize("folder", sorted(MAY_IMPORT))
def test_each_folder_imported_by_name_is_ours(folder: str) -> None:
    found = importlib.util.find_spec(folder)
    assert found is not None
    assert found.origin is not None
    assert Path(found.origin).resolve().parent == REPOSITORY / folder


def test_langgraph_json_names_every_graph_and_each_compiles() -> None:
    config = REPOSITORY / "langgraph.json"
    named = json.loads(config.read_text("utf-8"))["graphs"]
    catalog = load_catalog(config)
    assert list(catalog) == list(named)
    assert {entry["path"] for entry in named.values()} == {
        f"./{path.relative_to(REPOSITORY).as_posix()}:graph"
        for path in REPOSITORY.glob("graphs/*/graph.py")
    }
    for entry in catalog.values():
        made_for_each_run = isinstance(entry.source, GraphFactory)
        assert made_for_each_run or isinstance(entry.graph, CompiledStateGraph)
        assert entry.description


def test_no_file_names_a_registry_or_somebodys_machine() -> None:
    report(text_violations(list(text_files())))
