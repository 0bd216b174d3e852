"""What handlers ask for: the services of the process and who is signed in."""

from typing import Annotated, Protocol

from fastapi import Depends, Request
from starlette.types import Scope

from domain.errors import DatabaseAway, NotSignedIn
from domain.identity import LOCAL_USER, UserContext
from server.composition import Services
from server.edge.quotas import count_request


class Authenticator(Protocol):
    """Says whose a token is; raises `NotSignedIn` when it is nobody's. None is no token at all."""

    async def __call__(self, token: str | None) -> UserContext:
        """The token's owner."""
        ...


async def local_mode(token: str | None) -> UserContext:
    """Everyone is `local`: one person on one machine."""
    return LOCAL_USER


def bearer_token(authorization: str | None) -> str | None:
    """The token of an `Authorization` header."""
    scheme, _, token = (authorization or "").partition(" ")
    return token.strip() or None if scheme.lower() == "bearer" else None


# Coroutines, since FastAPI takes plain functions to a thread and back for every request.
async def services(request: Request) -> Services:
    """The services that the composition root opened."""
    return request.app.state.services


async def current_user(request: Request) -> UserContext:
    """Who asks."""
    authenticate: Authenticator = request.app.state.authenticate
    return await authenticate(bearer_token(request.headers.get("authorization")))


async def identified(scope: Scope) -> UserContext | None:
    """Who asks; None is nobody."""
    try:
        return await current_user(Request(scope))
    except NotSignedIn:
        return None


ServicesDep = Annotated[Services, Depends(services)]
UserDep = Annotated[UserContext, Depends(current_user)]


async def within_limits(request: Request, user: UserDep) -> None:
    """Count the request of who asks; raises `TooManyRequests`."""
    await count_request(request, user)


async def database_is_there(services: ServicesDep) -> None:
    """Refuse at once what would only wait in vain; raises `Unavailable`."""
    if services.readiness.database_is_down:
        raise DatabaseAway
