"""Who the pages are shown to, as Gradio asks it."""

from starlette.requests import Request

from domain.errors import NotSignedIn
from domain.identity import UserContext
from server.dependencies import signed_in


async def page_user(request: Request) -> str | None:
    """The id of who asks; None for nobody."""
    try:
        user: UserContext = await signed_in(request)
    except NotSignedIn:
        return None
    return user.user_id
