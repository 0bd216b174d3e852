"""The workflow agent: drafts workflows in a conversation, saves them, and asks before they go live.

May import `domain`, `tools` and `nodes`.
"""
