"""The web application: routes, errors, pages, and the services behind them."""

from importlib.metadata import PackageNotFoundError, version

from fastapi import FastAPI
from fastapi.responses import RedirectResponse

from graphs.config_file import read_config_file
from server.browsers import let_pages_in
from server.composition import Services
from server.errors import add_error_handlers
from server.routes import (
    assistants,
    chat,
    health,
    reports,
    runs,
    system,
    thread_runs,
    thread_state,
    threads,
    usage,
)
from ui.app import mount_ui

#: Where the pages are.
UI_PATH = "/app"


def create_app(services: Services, api_url: str) -> FastAPI:
    """The application over open services.

    `api_url` is where the pages reach the API of this very application.
    """
    app = FastAPI(
        title="goldenpath",
        summary="LangGraph agents and workflows, streamed live, durable on Postgres alone.",
        version=_version(),
    )
    app.state.services = services
    add_error_handlers(app)
    let_pages_in(app, read_config_file(services.settings.config).cors)
    for module in (
        chat,
        assistants,
        threads,
        thread_state,
        thread_runs,
        runs,
        usage,
        reports,
        system,
        health,
    ):
        app.include_router(module.router)

    @app.get("/", include_in_schema=False)
    async def to_pages() -> RedirectResponse:
        return RedirectResponse(f"{UI_PATH}/")

    mount_ui(app, api_url)
    return app


def _version() -> str:
    try:
        return version("goldenpath")
    except PackageNotFoundError:
        # Run from a checkout that was never installed.
        return "0.0.0"
