"""Graphs: wiring only, one folder each (`graph.py`, `state.py`, `prompts.py`, `playbook.py`).

May import `domain`, `tools` and `nodes`. `catalog.py` loads what langgraph.json names,
`tool_agent.py` wires an agent that loops between a model and its tools, `lifecycle.py` turns a
run's stream into events.
"""
