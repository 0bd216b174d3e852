"""Before the pages: whoever is not signed in is sent to sign in, or refused."""

from typing import Final
from urllib.parse import quote

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from domain.errors import DatabaseAway, GoldenpathError, NotSignedIn
from domain.identity import UserContext
from server.dependencies import signed_in
from server.errors import status_of
from storage.database import DATABASE_AWAY

#: What the pages are made of is nobody's secret.
_OPEN: Final = ("/static/", "/assets/", "/svelte/", "/theme.css", "/favicon.ico")


async def page_user(request: Request) -> str | None:
    """Who the pages are shown to: the id of a user, None for nobody."""
    try:
        user: UserContext = await signed_in(request)
    except NotSignedIn:
        return None
    return user.user_id


class PagesGate:
    """Lets signed-in people through to the pages, whatever Gradio leaves open below them."""

    def __init__(self, app: ASGIApp, path: str, host: FastAPI) -> None:
        self._app = app
        self._path = path
        self._host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        path: str = scope.get("path", "")
        is_here = path == self._path or path.startswith(f"{self._path}/")
        if scope["type"] != "http" or not is_here or self._is_open(path):
            await self._app(scope, receive, send)
            return
        # `app` is set where a request reaches the application; this stands before it.
        scope.setdefault("app", self._host)
        request = Request(scope, receive)
        try:
            user = await page_user(request)
        except GoldenpathError as error:
            await JSONResponse({"detail": str(error)}, status_of(error))(scope, receive, send)
            return
        except DATABASE_AWAY:
            self._host.state.services.probe.suspect()
            await JSONResponse({"detail": str(DatabaseAway())}, 503)(scope, receive, send)
            return
        if user is not None:
            await self._app(scope, receive, send)
        elif _is_page(request):
            wanted = quote(
                request.url.path + (f"?{request.url.query}" if request.url.query else "")
            )
            await RedirectResponse(f"/sign-in?next={wanted}", 303)(scope, receive, send)
        else:
            detail = {"detail": str(NotSignedIn())}
            await JSONResponse(detail, 401)(scope, receive, send)

    def _is_open(self, path: str) -> bool:
        return path.removeprefix(self._path).startswith(_OPEN)


def _is_page(request: Request) -> bool:
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")
