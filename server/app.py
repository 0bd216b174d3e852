"""The web application: routes, errors, pages, and the services behind them."""

from importlib.metadata import PackageNotFoundError, version
from typing import Final
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI
from fastapi.responses import RedirectResponse
from starlette.types import ASGIApp

from graphs.config_file import read_config_file
from server.api_page import add_api_page
from server.auth.authenticators import Authenticator
from server.auth.page_visitors import page_user
from server.browsers import Origins, let_pages_in
from server.dependencies import database_is_there, identified, within_limits
from server.edge.stack import with_edge
from server.errors import add_error_handlers
from server.routes import (
    account,
    api_keys,
    approval_links,
    approvals,
    assistants,
    audit,
    auth,
    chat,
    connections,
    deliveries,
    feedback,
    files,
    health,
    integrations,
    members,
    not_built,
    notifications,
    providers,
    reports,
    run_history,
    runs,
    sign_in,
    stateless_runs,
    system,
    thread_runs,
    thread_state,
    thread_streams,
    threads,
    usage,
    vote_pages,
    webhook_endpoints,
    webhooks,
    websocket,
    workflow_analytics,
    workflow_drafts,
    workflow_expressions,
    workflow_liveness,
    workflow_monitor,
    workflow_retries,
    workflow_runs,
    workflow_shares,
    workflow_templates,
    workflow_versions,
    workflows,
)
from server.services import Services
from server.websocket.connections import ConnectionRegistry
from ui.app import Access, mount_ui

#: What needs the database for every answer, and what has something to say without it.
_WITH_DATABASE = (
    *(chat, assistants, threads, thread_state, thread_runs, thread_streams, run_history, runs),
    feedback,
    *(stateless_runs, usage, reports, audit, connections, files, account, api_keys, members),
    # Those with literal paths before those with ids.
    *(approvals, notifications),
    *(workflow_analytics, workflow_retries, workflow_runs, workflow_versions, workflow_shares),
    *(workflow_templates, workflow_drafts, workflow_expressions, webhook_endpoints, deliveries),
    workflow_liveness,
    workflows,
    integrations,
)
#: What is there for who is nobody; guessing, registering and delivering have limits of their own.
_DOORS = (auth, sign_in, providers, webhooks, approval_links, vote_pages)
_WITHOUT_DATABASE = (system, health, websocket, workflow_monitor, not_built)

#: Where the pages are.
UI_PATH: Final = "/app"


class Application(FastAPI):
    """FastAPI behind our edge, so that its answers to bugs pass it too."""

    def build_middleware_stack(self) -> ASGIApp:
        """All of FastAPI's, inside of ours."""
        services: Services = self.state.services
        own_url: str = self.state.api_url
        names = [urlsplit(own_url).netloc]
        stack = super().build_middleware_stack()
        return with_edge(stack, services.settings, self.state.origins, names)


def create_app(
    services: Services, api_url: str, authenticate: Authenticator | None = None
) -> FastAPI:
    """The application over open services: the API, and the pages over it; see `create_api`."""
    app = create_api(services, api_url, authenticate)
    has_accounts = services.settings.auth == "accounts"
    access = Access(
        identify=identified,
        page_user=page_user,
        upload_mb=services.settings.upload_mb,
        sign_in_path="/sign-in" if has_accounts else None,
    )
    mount_ui(app, api_url, access)
    return app


def create_api(
    services: Services, api_url: str, authenticate: Authenticator | None = None
) -> FastAPI:
    """The API alone; the pages take about a second to build.

    `api_url` is where the pages reach the API of this very application, `authenticate` says whose a
    request's token is, if not the mode of the settings.
    """
    app = Application(
        title="goldenpath",
        summary="LangGraph agents and workflows, streamed live, durable on Postgres alone.",
        version=_version(),
        # FastAPI's own take their scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
    )
    app.state.services = services
    app.state.api_url = api_url
    app.state.authenticate = authenticate or services.auth.authenticate
    app.state.websockets = ConnectionRegistry(services.settings.ws_connections_per_user)
    add_error_handlers(app)
    cors = read_config_file(services.settings.config).cors
    app.state.origins = Origins(cors)
    let_pages_in(app, cors)
    for module in _WITH_DATABASE:
        needed = [Depends(database_is_there), Depends(within_limits)]
        app.include_router(module.router, dependencies=needed)
    for module in _DOORS:
        app.include_router(module.router, dependencies=[Depends(database_is_there)])
    for module in _WITHOUT_DATABASE:
        app.include_router(module.router)

    add_api_page(app)

    @app.get("/", include_in_schema=False)
    async def to_pages() -> RedirectResponse:
        return RedirectResponse(f"{UI_PATH}/")

    return app


def _version() -> str:
    try:
        return version("goldenpath")
    except PackageNotFoundError:
        # Run from a checkout that was never installed.
        return "0.0.0"
