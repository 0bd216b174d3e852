"""The supervisor: the chat's entry, which hands cost questions to the specialists in order.

May import `domain`, `tools` and `nodes`.
"""
