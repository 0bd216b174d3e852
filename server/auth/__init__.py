"""Who asks: sign-in, credentials and what tells whose they are.

May import all of `server` but its routes; `server/composition.py` opens it.
"""
