"""What handlers ask for: the services of the process, who is signed in, and what they may."""

from typing import Annotated, Final

from fastapi import Depends, Request
from starlette.types import Scope

from domain.accounts.permissions import Action, require
from domain.errors import Conflict, DatabaseAway, NotAllowed, NotSignedIn
from domain.identity import UserContext
from server.auth.authenticators import Authenticator
from server.auth.credentials import (
    SAFE_METHODS,
    Credential,
    offered,
    require_own_page,
)
from server.auth.opaque_tokens import API_KEY, hashed
from server.auth.sign_in import SignIn
from server.auth.standing import Standing
from server.edge.quotas import count_request
from server.services import Services

#: What LangGraph's clients ask by POST only because the question does not fit an address.
_READING: Final = frozenset(
    {
        *("/assistants/search", "/assistants/count", "/assistants/{assistant_id}/versions"),
        *("/threads/search", "/threads/count", "/threads/{thread_id}/history"),
        "/threads/{thread_id}/state/checkpoint",
    }
)

_NO_ACCOUNTS: Final = (
    "There are no accounts here. Start the service with GOLDENPATH_AUTH=accounts to have them."
)


# Coroutines, since FastAPI takes plain functions to a thread and back for every request.
async def services(request: Request) -> Services:
    """The services that the composition root opened."""
    return request.app.state.services


async def signed_in(request: Request) -> UserContext:
    """Who asks, whatever they may; raises `NotSignedIn`."""
    known: UserContext | None = getattr(request.state, "user", None)
    if known is not None:
        return known
    state = request.app.state
    services: Services = state.services
    credential = _credential(request, services)
    authenticate: Authenticator = state.authenticate
    user = await authenticate(credential.token)
    request.state.user = user
    request.state.credential = credential
    if credential.token and credential.token.startswith(API_KEY):
        # A name to count it by that is no secret.
        request.state.api_key_id = hashed(credential.token).hex()
    settings = services.settings
    if settings.auth != "local":
        # For answers that stay open longer than a sign-in.
        request.state.standing = Standing(authenticate, credential.token, user, settings.ws_ping_s)
    return user


async def current_user(request: Request) -> UserContext:
    """Who asks, when they may; raises `NotSignedIn` and `NotAllowed`.

    The one place where roles and the scopes of keys are looked at for all that a tenant has.
    """
    user = await signed_in(request)
    require(user, _action(request))
    return user


async def current_person(request: Request) -> UserContext:
    """A person who looks after their own account: whatever their role, but not by a key.

    Raises `NotSignedIn` and `NotAllowed`.
    """
    user = await signed_in(request)
    credential: Credential = request.state.credential
    if credential.token and credential.token.startswith(API_KEY):
        raise NotAllowed("A key cannot do this. Sign in to look after your account.")
    return user


async def identified(scope: Scope) -> UserContext | None:
    """Who asks; None is nobody."""
    try:
        return await signed_in(Request(scope))
    except NotSignedIn:
        return None


ServicesDep = Annotated[Services, Depends(services)]
UserDep = Annotated[UserContext, Depends(current_user)]
PersonDep = Annotated[UserContext, Depends(current_person)]


async def accounts_are_on(services: ServicesDep) -> None:
    """Raise `Conflict` in local mode."""
    if services.settings.auth == "local":
        raise Conflict(_NO_ACCOUNTS)


async def sign_in_service(services: ServicesDep) -> SignIn:
    """The ways in of mode `accounts`; raises `Conflict` in other modes."""
    if services.auth.sign_in is None:
        raise Conflict(_NO_ACCOUNTS)
    return services.auth.sign_in


SignInDep = Annotated[SignIn, Depends(sign_in_service)]


async def within_limits(request: Request, user: Annotated[UserContext, Depends(signed_in)]) -> None:
    """Count the request of who asks; raises `TooManyRequests`."""
    await count_request(request, user)


async def database_is_there(services: ServicesDep) -> None:
    """Refuse at once what would only wait in vain; raises `Unavailable`."""
    if services.readiness.database_is_down:
        raise DatabaseAway


def _credential(request: Request, services: Services) -> Credential:
    credential = offered(request.headers)
    if credential.kind == "cookie" and credential.token:
        settings = services.settings
        if settings.auth != "accounts":
            # From another time, or another service of this host.
            return Credential()
        require_own_page(request.method, request.headers, settings.public_url)
    return credential


def _action(request: Request) -> Action:
    path: str = getattr(request.scope.get("route"), "path", "")
    is_reading = request.method in SAFE_METHODS or path in _READING
    return "read" if is_reading else "write"
