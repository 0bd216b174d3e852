"""What can start workflows, one file a service: each has the constant `TRIGGERS`.

Imports `domain` and `tools/integration.py`.
"""
