"""Signing a call with a connection, at the moment it is made and for its own address only."""

import base64
from collections.abc import Generator

import httpx2

from domain.errors import CallRefused
from domain.revealed_secrets import Revealed


class ConnectionAuth(httpx2.Auth):
    """Adds the credentials of a connection of one of the built-in kinds.

        secrets = await context.reach().credentials.reveal(context.user, connection_id)
        await client.get(url, auth=ConnectionAuth(secrets))

    What comes back may repeat them; the engine masks that in all that it stores.
    """

    def __init__(self, revealed: Revealed) -> None:
        self._revealed = revealed

    def auth_flow(
        self, request: httpx2.Request
    ) -> Generator[httpx2.Request, httpx2.Response, None]:
        """Sign a request; raises `CallRefused` for another address than the connection's."""
        base_url = self._revealed.settings.get("base_url")
        if base_url and not is_below(str(request.url), base_url):
            raise CallRefused(
                "The credentials of this connection are for another address. Call that, or use "
                "another connection."
            )
        name, value = self._header()
        request.headers[name] = value
        yield request

    def _header(self) -> tuple[str, str]:
        revealed = self._revealed
        match revealed.kind:
            case "api_key":
                return "Authorization", f"Bearer {revealed['api_key']}"
            case "basic":
                pair = f"{revealed.settings['username']}:{revealed['password']}"
                return "Authorization", f"Basic {base64.b64encode(pair.encode()).decode()}"
            case "http_header":
                return revealed.settings["header"], revealed["value"]
            case _:
                raise CallRefused(
                    f"A connection of the kind {revealed.kind} does not sign calls by itself. Use "
                    "the integration that brought it."
                )


def is_below(address: str, base_address: str) -> bool:
    """Whether an address is one of those that a connection is for."""
    url, base = httpx2.URL(address), httpx2.URL(base_address)
    folder = base.path.rstrip("/")
    is_inside = url.path == folder or url.path.startswith(f"{folder}/")
    return url.origin == base.origin and is_inside and "/../" not in f"{url.path}/"
