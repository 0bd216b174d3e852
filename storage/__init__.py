"""Postgres: the embedded server, pools, migrations, named SQL and one repository a noun.

May import `domain`. Every repository method takes a `UserContext` first and filters by it.
"""
