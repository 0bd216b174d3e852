"""The processes: settings, composition, routes, SSE and the run engine.

Sees and wires everything, and mounts `ui`.
"""
