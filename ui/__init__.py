"""The pages people see: Gradio at /app, a client of the HTTP API and nothing else.

May import `domain` only; reaches the service over HTTP.
"""
