"""People, tenants and sign-ins, one repository a noun.

May import `domain` and the rest of `storage`. What finds out who asks takes no `UserContext`: there
is none yet. Everything else takes it first and filters by it.
"""
