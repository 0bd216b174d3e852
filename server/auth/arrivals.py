"""Browsers at the door: who is there, going in, and being told why not."""

from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from domain.accounts.links import own_path
from domain.errors import GoldenpathError, NotSignedIn
from domain.identity import UserContext
from server.auth.cookies import set_session_cookie
from server.auth.credentials import session_cookie
from server.auth.opaque_tokens import hashed
from server.auth.sign_in import Arrived, SignIn
from server.auth.visitors import visitor_of
from server.dependencies import signed_in
from server.errors import status_of
from server.services import Services
from ui.pages.plain_page import message_page

#: Links in addresses are nobody else's business.
HEADERS: Final = {"Cache-Control": "no-store", "Referrer-Policy": "same-origin"}


async def visitor(request: Request) -> UserContext | None:
    """Who is signed in, if anybody is."""
    try:
        return await signed_in(request)
    except NotSignedIn:
        return None


async def go_in(
    request: Request, services: Services, ways: SignIn, arrived: Arrived, wanted: str
) -> Response:
    """Begin the browser's sign-in, end the one before, and go on; raises `NotAllowed`."""
    token = await ways.open_browser(arrived, visitor_of(request))
    if before := session_cookie(request.headers):
        await services.auth.sessions.revoke_cookie(hashed(before))
    response = RedirectResponse(own_path(wanted), 303, HEADERS)
    set_session_cookie(response, token, services.settings)
    return response


def page(text: str, status: int = 200) -> HTMLResponse:
    """A page that is kept nowhere."""
    return HTMLResponse(text, status, HEADERS)


def refusal(error: GoldenpathError) -> Response:
    """Why something did not work, and the way to the form."""
    text = message_page("That did not work", str(error), "/sign-in", "Sign in")
    return page(text, status_of(error))
