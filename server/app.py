"""The web application: routes, errors, pages, and the services behind them."""

from importlib.metadata import PackageNotFoundError, version

from fastapi import Depends, FastAPI
from fastapi.responses import RedirectResponse

from graphs.config_file import read_config_file
from server.auth.authenticators import Authenticator
from server.auth.pages_gate import PagesGate, page_user
from server.browsers import Origins, let_pages_in
from server.composition import Services
from server.dependencies import database_is_there
from server.errors import add_error_handlers
from server.routes import (
    account,
    api_keys,
    assistants,
    auth,
    chat,
    health,
    members,
    not_built,
    providers,
    reports,
    runs,
    sign_in,
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
    *(stateless_runs, usage, reports, auth, sign_in, providers, account, api_keys, members),
)
_WITHOUT_DATABASE = (system, health, websocket, not_built)

#: Where the pages are.
UI_PATH = "/app"


def create_app(
    services: Services, api_url: str, authenticate: Authenticator | None = None
) -> FastAPI:
    """The application over open services.

    `api_url` is where the pages reach the API of this very application, `authenticate` says whose a
    request's token is, if not the mode of the settings.
    """
    app = FastAPI(
        title="goldenpath",
        summary="LangGraph agents and workflows, streamed live, durable on Postgres alone.",
        version=_version(),
    )
    app.state.services = services
    app.state.authenticate = authenticate or services.auth.authenticate
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

    mount_ui(app, api_url, page_user)
    app.add_middleware(PagesGate, path=UI_PATH, host=app)
    return app


def _version() -> str:
    try:
        return version("goldenpath")
    except PackageNotFoundError:
        # Run from a checkout that was never installed.
        return "0.0.0"
