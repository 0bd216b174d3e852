"""The clients of the way out, one for each set of rules, so that connections are used again."""

import ssl

from domain.egress import EgressRules
from tools.http_client import HttpClient, http_client, trusted_certificates


class HttpClients:
    """Opens a client when it is first asked for; whoever made this closes it.

    Clients keep neither cookies nor credentials, so users share them.
    """

    def __init__(self, trusted: ssl.SSLContext | None = None) -> None:
        """`trusted` says whose certificates count, by default those that the system trusts."""
        self._trusted = trusted
        self._clients: dict[EgressRules, HttpClient] = {}

    @property
    def trusted(self) -> ssl.SSLContext:
        """Whose certificates count, also for what does not speak HTTP."""
        return self._trusted or trusted_certificates()

    def of(self, rules: EgressRules) -> HttpClient:
        """The client that keeps these rules."""
        if rules not in self._clients:
            self._clients[rules] = http_client(rules, trusted=self._trusted)
        return self._clients[rules]

    async def aclose(self) -> None:
        """Close all connections."""
        clients = list(self._clients.values())
        self._clients.clear()
        for client in clients:
            await client.aclose()
