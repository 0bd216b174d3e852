"""The run engine: manager, queue, worker, execution, journal, feed and recovery.

May import `domain`, `storage`, `checkpoints`, `graphs` and `tools`.
"""
