"""What LangGraph's clients ask first: who answers here, and whether it does."""

from importlib.metadata import version
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from server.dependencies import ServicesDep
from server.shapes import problems

router = APIRouter(tags=["system"])

#: Clients look here for what a server can do. LangGraph's Studio wants this one or a later one;
#: later ones promise more than there is.
_API_VERSION: Final = "0.4.0"


class Flags(BaseModel):
    """Which groups of routes there are."""

    assistants: bool = True
    crons: bool = False


class Info(BaseModel):
    """What speaks LangGraph's API here."""

    version: str = Field(default=_API_VERSION, description="Of LangGraph's API.")
    langgraph_py_version: str = Field(description="Of LangGraph, which runs the graphs.")
    flags: Flags = Flags()


class Ok(BaseModel):
    """It answers."""

    ok: bool = True


@router.get("/info")
async def info() -> Info:
    """Which version of LangGraph's API is spoken, and which parts of it there are."""
    return Info(langgraph_py_version=version("langgraph"))


@router.get("/ok", responses=problems(422, 503))
async def ok(
    services: ServicesDep,
    check_db: Annotated[bool, Query(description="Ask the database too.")] = False,
) -> Ok:
    """The process answers, and its database if that is asked for."""
    if check_db:
        await services.workers.workers_alive(services.settings.worker_lease_s)
    return Ok()
