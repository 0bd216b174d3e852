"""What handlers ask for: the services of the process and who is signed in."""

from typing import Annotated

from fastapi import Depends, Request

from domain.errors import DatabaseAway
from domain.identity import LOCAL_USER, UserContext
from server.composition import Services


# Coroutines, since FastAPI takes plain functions to a thread and back for every request.
async def services(request: Request) -> Services:
    """The services that the composition root opened."""
    return request.app.state.services


async def current_user() -> UserContext:
    """Who asks. Local mode signs everyone in as `local`."""
    return LOCAL_USER


ServicesDep = Annotated[Services, Depends(services)]
UserDep = Annotated[UserContext, Depends(current_user)]


async def database_is_there(services: ServicesDep) -> None:
    """Refuse at once what would only wait in vain; raises `Unavailable`."""
    if services.readiness.database_is_down:
        raise DatabaseAway
