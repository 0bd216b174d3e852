"""The edge: what every request passes before and every answer after the application.

Pure ASGI, in the order of `stack.py`. May import all but `server/app.py` and the routes.
"""
