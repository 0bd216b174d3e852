"""The drawing of every graph: a changed one is a change to review."""

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from graphs.catalog import load_catalog

CATALOG = load_catalog(Path("langgraph.json"))
#: A workflow is drawn by whoever makes it.
DRAWN = [name for name in CATALOG if name != "workflow"]


class Mermaid(SingleFileSnapshotExtension):
    """One `.mmd` file a drawing, which editors and code hosts render."""

    _write_mode = WriteMode.TEXT
    file_extension = "mmd"


@pytest.mark.parametrize("graph_id", DRAWN)
def test_the_graph_is_drawn_as_before(graph_id: str, snapshot: SnapshotAssertion):
    drawing = CATALOG[graph_id].graph.get_graph(xray=1).draw_mermaid()
    assert drawing == snapshot(extension_class=Mermaid)
