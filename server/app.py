"""The web application: routes, errors, pages, and the services behind them."""

from importlib.metadata import PackageNotFoundError, version

from fastapi import Depends, FastAPI
from fastapi.responses import RedirectResponse

from graphs.config_file import read_config_file
from server.browsers import Origins, let_pages_in
from server.composition import Services
from server.dependencies import Authenticator, database_is_there, local_mode
from server.errors import add_error_handlers
from server.routes import (
    assistants,
    chat,
    connections,
    health,
    not_built,
    reports,
    runs,
    stateless_runs,
    system,
    thread_runs,
    thread_state,
    thread_streams,
    threads,
    usage,
    websocket,
)
from server.websocket.connections import ConnectionRegistry
from ui.app import mount_ui

#: What needs the database for every answer, and what has something to say without it.
_WITH_DATABASE = (
    *(chat, assistants, threads, thread_state, thread_runs, thread_streams, runs),
    *(stateless_runs, usage, reports, connections),
)
_WITHOUT_DATABASE = (system, health, websocket, not_built)

#: Where the pages are.
UI_PATH = "/app"


def create_app(
    services: Services, api_url: str, authenticate: Authenticator = local_mode
) -> FastAPI:
    """The application over open services.

    `api_url` is where the pages reach the API of this very application, `authenticate` says whose a
    request's token is.
    """
    app = FastAPI(
        title="goldenpath",
        summary="LangGraph agents and workflows, streamed live, durable on Postgres alone.",
        version=_version(),
    )
    app.state.services = services
    app.state.authenticate = authenticate
    app.state.websockets = ConnectionRegistry(services.settings.ws_connections_per_user)
    add_error_handlers(app)
    cors = read_config_file(services.settings.config).cors
    app.state.origins = Origins(cors)
    let_pages_in(app, cors)
    for module in _WITH_DATABASE:
        app.include_router(module.router, dependencies=[Depends(database_is_there)])
    for module in _WITHOUT_DATABASE:
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
