"""The services that workflows call, one file each, and how calls to them are made.

Imports `domain` and the rest of `tools`. What a file offers is its constant `INTEGRATION`.
"""
