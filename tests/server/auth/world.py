"""People who sign in over HTTP, in one application that the tests of a module share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
from pydantic import SecretStr

from server.app import create_app
from server.composition import open_services
from server.services import Services
from server.settings import Settings

HOST = "http://api"
PASSWORD = "a long enough secret"
SECRET = "a secret of forty characters for tests.."


@dataclass(frozen=True)
class Person:
    """Somebody with an account, and their tokens."""

    email: str
    user_id: str
    tenant_id: str
    access: str
    refresh: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.access}"}


@dataclass(frozen=True)
class Site:
    """The application, and a client without credentials of its own."""

    services: Services
    api: httpx.AsyncClient

    async def person(self, name: str = "ann", **fields: str) -> Person:
        """Somebody new; nobody has their name."""
        email = f"{name}-{uuid4().hex[:8]}@example.com"
        body = {"email": email, "password": PASSWORD, "name": name, **fields}
        response = await self.api.post("/auth/register", json=body)
        assert response.status_code == 201, response.text
        return await self.known(email, response.json())

    async def known(self, email: str, tokens: dict[str, Any]) -> Person:
        access, refresh = tokens["access_token"], tokens["refresh_token"]
        headers = {"Authorization": f"Bearer {access}"}
        account = (await self.api.get("/account", headers=headers)).json()
        return Person(email, account["user_id"], account["tenant_id"], access, refresh)

    async def member(self, owner: Person, role: str, name: str = "bob") -> Person:
        """Somebody new whom an owner invites."""
        invitation = await self.invitation(owner, role)
        return await self.person(name, invitation=invitation)

    async def invitation(self, owner: Person, role: str = "member", **fields: str) -> str:
        """The token of a new link."""
        body = {"role": role, **fields}
        response = await self.api.post("/invitations", json=body, headers=owner.bearer)
        assert response.status_code == 201, response.text
        link: str = response.json()["link"]
        assert link.startswith(f"{HOST}/join?invitation=")
        return link.partition("=")[2]

    async def key(self, person: Person, *scopes: str, **fields: Any) -> str:
        """A new key."""
        body = {"name": "test", "scopes": scopes or ("read", "write"), **fields}
        response = await self.api.post("/account/keys", json=body, headers=person.bearer)
        assert response.status_code == 201, response.text
        return response.json()["key"]

    def browser(self) -> httpx.AsyncClient:
        """A client that keeps cookies and says where it comes from, as browsers do."""
        transport = self.api._transport  # pyright: ignore[reportPrivateUsage]
        headers = {"Origin": HOST, "Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
        return httpx.AsyncClient(transport=transport, base_url=HOST, headers=headers)

    async def signed_in_browser(self, person: Person) -> httpx.AsyncClient:
        """A browser of somebody."""
        browser = self.browser()
        form = {"email": person.email, "password": PASSWORD}
        response = await browser.post("/sign-in", data=form)
        assert response.status_code == 303, response.text
        return browser


@asynccontextmanager
async def open_site(url: str, folder: Any, **options: Any) -> AsyncIterator[Site]:
    """The application in mode `accounts`, where everybody may register unless told otherwise."""
    values: dict[str, Any] = {
        "database_url": SecretStr(url),
        "data_dir": folder,
        "worker_beat_s": 0.2,
        "auth": "accounts",
        "registration": "open",
        "secret_key": SecretStr(SECRET),
        "password_hash_mb": 19,
        # Tests ask more than people do.
        "strangers_per_min": 100_000,
        "requests_per_min": 100_000,
        **options,
    }
    settings = Settings(**values)
    async with open_services(settings, with_worker=False) as services:
        transport = httpx.ASGITransport(create_app(services, HOST))
        async with httpx.AsyncClient(transport=transport, base_url=HOST, timeout=30) as api:
            yield Site(services, api)
