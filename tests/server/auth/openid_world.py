"""People who come by way of a provider."""

from typing import Any
from uuid import uuid4

import httpx
from pydantic import SecretStr

from tests.server.auth.world import Site
from tests.standins.openid_provider import OpenIdProvider


def options_of(provider: OpenIdProvider) -> dict[str, Any]:
    return {
        "oidc_discovery_url": provider.discovery_url,
        "oidc_client_id": "goldenpath",
        "oidc_client_secret": SecretStr("the client's"),
        "oidc_name": "Acme",
        "egress_allow": provider.url.removeprefix("http://"),
    }


async def begun(browser: httpx.AsyncClient, **query: str) -> str:
    """The address at the provider that a browser is sent to."""
    response = await browser.get("/sign-in/oidc", params=query)
    assert response.status_code == 303, response.text
    return response.headers["location"]


async def signed_in(
    site: Site, provider: OpenIdProvider, subject: str, **query: str
) -> tuple[httpx.AsyncClient, httpx.Response]:
    browser = site.browser()
    back = await provider.agree(await begun(browser, **query), subject)
    return browser, await browser.get("/sign-in/oidc/callback", params=back)


async def somebody(provider: OpenIdProvider, **claims: Any) -> str:
    """Somebody new at the provider; by default with an address that it vouches for."""
    subject = uuid4().hex
    vouched = {"email": f"{subject}@example.com", "email_verified": True, "name": "Ann"}
    await provider.person(subject, **{**vouched, **claims})
    return subject
