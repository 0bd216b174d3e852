"""The application that a langgraph.json names as `http.app`, as far as it is served here."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.applications import Starlette

from graphs.config_file import read_config_file, unusable_key
from graphs.modules import NotImportable, named_object


@asynccontextmanager
async def http_app_lifespan(config_path: Path) -> AsyncGenerator[None]:
    """Keep alive what the graphs' own application opens for them.

    It runs wherever graphs run. Its routes are not served: raises `InvalidSettings` when it has
    any, as for what is no application.
    """
    config = read_config_file(config_path)
    if config.http_app is None:
        yield
        return
    try:
        app = named_object(*config.http_app, config.root)
    except NotImportable as error:
        raise unusable_key("http.app", str(error)) from error
    if not isinstance(app, Starlette):
        raise unusable_key("http.app", f"{config.http_app[1]} is no Starlette application")
    if routes := _routes(app):
        raise unusable_key(
            "http.app", f"its route {routes[0]} is not served here; only its lifespan is"
        )
    async with app.router.lifespan_context(app):
        yield


def _routes(app: Starlette) -> list[str]:
    """The paths of its routes, without those that FastAPI adds to describe the others."""
    added = {"/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"}
    paths = [getattr(route, "path", "") for route in app.routes]
    return [path for path in paths if not (isinstance(app, FastAPI) and path in added)]
