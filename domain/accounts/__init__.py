"""People and tenants: e-mail addresses, passwords, roles and what they may, claims of tokens.

May import the rest of `domain`.
"""
