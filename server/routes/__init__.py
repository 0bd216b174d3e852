"""HTTP routes, one file a noun: who asks, what they may, and the answer's shape.

May import all of `server` but each other.
"""
