"""From where somebody asks, and where they reach the service."""

from starlette.requests import HTTPConnection

from server.settings import Settings
from storage.accounts.sessions import Visitor


def visitor_of(request: HTTPConnection) -> Visitor:
    """The address and the program that a request comes from."""
    address = request.client.host if request.client else None
    return Visitor(address, request.headers.get("user-agent", ""))


def own_url(request: HTTPConnection, settings: Settings) -> str:
    """What links to this service begin with."""
    return settings.public_url or str(request.base_url).rstrip("/")
