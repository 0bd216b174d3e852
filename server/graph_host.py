"""Our graphs under LangGraph's own servers: what langgraph.json names as `http.app`.

They load the graphs and know nothing of our ports. This application has no routes; while it lives,
it keeps the database open and the ports installed.
"""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from server.composition import open_database
from server.ports import credentials_of, open_ports
from server.settings import load_settings, prepare_libraries
from storage.database import Database
from tools.context import default_ports


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncGenerator[None]:
    if default_ports.are_installed:
        # Our own service, which has opened all of this itself.
        yield
        return
    settings = load_settings({})
    prepare_libraries(settings)
    async with (
        open_database(settings) as url,
        Database(url) as database,
        open_ports(database, settings, credentials_of(database, settings)),
    ):
        yield


app = Starlette(lifespan=_lifespan)
