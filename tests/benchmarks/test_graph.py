"""The reference graph is what BENCHMARKS.md says it is."""

from benchmarks.graph import EVENTS, builder, graph, new_input


async def test_it_streams_24_chunks_and_31_parts() -> None:
    parts = [mode async for mode, _ in graph.astream(new_input(), stream_mode=["values", "custom"])]
    assert parts.count("custom") == 24
    assert len(parts) == EVENTS == 31


def test_it_has_six_nodes_in_sequence() -> None:
    made = builder()
    assert len(made.nodes) == 6
    assert len(made.edges) == 7
