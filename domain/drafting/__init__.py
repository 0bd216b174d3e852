"""Workflows from sentences, without a model: a small grammar over what services say of themselves.

Imports nothing of ours but `domain`. Nothing here runs a workflow, and no service is invented.
"""
