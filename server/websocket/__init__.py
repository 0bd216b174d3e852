"""The WebSocket: messages, JSON-RPC, sign-in, subscriptions and what one connection may do.

May import `domain`, `storage` and the rest of `server` but `app` and `commands`.
"""
