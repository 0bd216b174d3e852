"""Signing in with a provider, against a real one; linking accounts; birthdays."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import httpx
import pytest

from server.app import create_app
from server.auth.openid import OpenIdClient
from server.auth.provider_flows import ProviderFlows
from server.auth.providers import Provider
from tests.server.auth.openid_world import options_of, signed_in, somebody
from tests.server.auth.world import HOST, PASSWORD, Site, open_site
from tests.standins.openid_provider import OpenIdProvider

#: The stand-in's own use of Authlib.
pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")


@pytest.fixture
def site(openid_site: Site) -> Site:
    return openid_site


async def test_who_is_new_gets_an_account_and_is_known_again(
    site: Site, provider: OpenIdProvider
) -> None:
    subject = await somebody(provider)
    browser, response = await signed_in(site, provider, subject, next="/app/costs")
    assert (response.status_code, response.headers["location"]) == (303, "/app/costs")
    account = (await browser.get("/account")).json()
    assert (account["email"], account["name"]) == (f"{subject}@example.com", "Ann")
    assert (account["role"], account["has_password"]) == ("owner", False)
    again, _ = await signed_in(site, provider, subject)
    assert (await again.get("/account")).json()["user_id"] == account["user_id"]


async def test_the_sign_in_page_offers_it(site: Site) -> None:
    page = (await site.browser().get("/sign-in", params={"next": "/app/costs"})).text
    assert "Go on with Acme" in page
    assert 'href="/sign-in/oidc?next=%2Fapp%2Fcosts"' in page


async def test_an_address_that_nobody_vouches_for_is_not_kept(
    site: Site, provider: OpenIdProvider
) -> None:
    for claims in ({"email_verified": False}, {"email_verified": None}):
        subject = await somebody(provider, **claims)
        browser, _ = await signed_in(site, provider, subject)
        assert (await browser.get("/account")).json()["email"] is None


async def test_an_account_is_never_joined_with_another_by_its_address(
    site: Site, provider: OpenIdProvider
) -> None:
    ann = await site.person()
    subject = await somebody(provider, email=ann.email.upper())
    browser, response = await signed_in(site, provider, subject)
    assert response.status_code == 409
    assert "link the provider" in response.text
    assert (await browser.get("/account")).status_code == 401


async def test_who_is_signed_in_links_signs_in_with_it_and_unlinks(
    site: Site, provider: OpenIdProvider
) -> None:
    ann = await site.person()
    subject = await somebody(provider)
    browser = await site.signed_in_browser(ann)
    sent = await browser.post("/sign-in/oidc/link")
    back = await provider.agree(sent.headers["location"], subject)
    linked = await browser.get("/sign-in/oidc/callback", params=back)
    assert linked.headers["location"] == "/app/account"
    elsewhere, _ = await signed_in(site, provider, subject)
    assert (await elsewhere.get("/account")).json()["email"] == ann.email
    (identity,) = (await browser.get("/account/identities")).json()
    gone = await browser.delete(f"/account/identities/{identity['identity_id']}")
    assert gone.status_code == 204
    stranger, _ = await signed_in(site, provider, subject)
    assert (await stranger.get("/account")).json()["user_id"] != ann.user_id


async def test_linking_is_begun_by_own_pages_and_ended_by_the_same_person(
    site: Site, provider: OpenIdProvider
) -> None:
    ann, eve = await site.person(), await site.person("eve")
    browser = await site.signed_in_browser(ann)
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert (await browser.post("/sign-in/oidc/link", headers=foreign)).status_code == 403
    assert (await site.api.post("/sign-in/oidc/link")).status_code == 401
    sent = await browser.post("/sign-in/oidc/link")
    back = await provider.agree(sent.headers["location"], await somebody(provider))
    # Meanwhile somebody else signs in there.
    await browser.post("/sign-in", data={"email": eve.email, "password": PASSWORD})
    assert (await browser.get("/sign-in/oidc/callback", params=back)).status_code == 410
    assert (await browser.get("/account/identities")).json() == []


async def test_an_identity_is_one_persons(site: Site, provider: OpenIdProvider) -> None:
    subject = await somebody(provider)
    await signed_in(site, provider, subject)
    browser = await site.signed_in_browser(await site.person())
    sent = await browser.post("/sign-in/oidc/link")
    back = await provider.agree(sent.headers["location"], subject)
    assert (await browser.get("/sign-in/oidc/callback", params=back)).status_code == 409


async def test_an_invitation_goes_along(site: Site, provider: OpenIdProvider) -> None:
    ann = await site.person()
    token = await site.invitation(ann, "viewer")
    subject = await somebody(provider)
    browser, _ = await signed_in(site, provider, subject, invitation=token)
    account = (await browser.get("/account")).json()
    assert (account["tenant_id"], account["role"]) == (ann.tenant_id, "viewer")


async def test_where_accounts_are_by_invitation_a_provider_is_none(
    database_url: str, provider: OpenIdProvider, tmp_path: Path
) -> None:
    options = {**options_of(provider), "registration": "invite"}
    async with open_site(database_url, tmp_path, **options) as closed:
        subject = await somebody(provider)
        _, response = await signed_in(closed, provider, subject)
        assert response.status_code == 403
        assert not await closed.services.auth.people.exist()


async def test_a_provider_that_is_away_or_another_is_told(
    database_url: str, provider: OpenIdProvider, tmp_path: Path
) -> None:
    options = options_of(provider)
    options["oidc_discovery_url"] = f"{provider.url}/other/.well-known/openid-configuration"
    async with open_site(database_url, tmp_path, **options) as site:
        response = await site.browser().get("/sign-in/oidc")
        assert response.status_code == 503
    options["egress_allow"] = None
    async with open_site(database_url, tmp_path, **options) as site:
        assert (await site.browser().get("/sign-in/oidc")).status_code == 503


async def test_an_unknown_provider_is_not_there(site: Site) -> None:
    assert (await site.browser().get("/sign-in/nobody")).status_code == 404


async def test_a_birthday_is_kept_when_the_person_agrees(
    site: Site, provider: OpenIdProvider
) -> None:
    """As Google is set up, but for where it is."""
    google = Provider(
        "google",
        "Google",
        provider.discovery_url,
        "goldenpath",
        "secret",
        birthday_url=f"{provider.url}/v1/people/me?personFields=birthdays",
    )
    known = site.services.auth.flows
    assert known is not None
    outgoing = known._clients["oidc"]._outgoing
    flows = ProviderFlows(
        {"google": OpenIdClient(google, outgoing)}, known._under_way, known._sign_in
    )
    services = replace(site.services, auth=replace(site.services.auth, flows=flows))
    app = httpx.ASGITransport(create_app(services, HOST))
    for told, birthday in (
        ([{"date": {"year": 1990, "month": 5, "day": 17}}], date(1990, 5, 17)),
        ([{"date": {"month": 5, "day": 17}}], None),
        (None, None),
    ):
        subject = await somebody(provider)
        if told is not None:
            provider.birthdays[subject] = told
        async with httpx.AsyncClient(transport=app, base_url=HOST) as browser:
            sent = await browser.get("/sign-in/google")
            back = await provider.agree(sent.headers["location"], subject)
            done = await browser.get("/sign-in/google/callback", params=back)
            assert done.status_code == 303, done.text
            account = (await browser.get("/account")).json()
        assert account["birthday"] == (birthday.isoformat() if birthday else None)
