"""What must fit when somebody comes back from a provider, against a real one that can lie."""

from typing import Any

import pytest

from tests.server.auth.openid_world import begun, signed_in, somebody
from tests.server.auth.world import Site
from tests.standins.openid_provider import OpenIdProvider

#: The stand-in's own use of Authlib.
pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")


@pytest.fixture
def site(openid_site: Site) -> Site:
    return openid_site


@pytest.mark.parametrize("change", ["state", "no state", "code", "no code", "iss", "denied"])
async def test_what_comes_back_must_fit(site: Site, provider: OpenIdProvider, change: str) -> None:
    browser = site.browser()
    back = dict(await provider.agree(await begun(browser), await somebody(provider)))
    match change:
        case "state":
            back["state"] += "x"
        case "no state":
            del back["state"]
        case "code":
            back["code"] += "x"
        case "no code":
            del back["code"]
        case "iss":
            back["iss"] = "https://another.example"
        case _:
            back["error"] = "access_denied"
    response = await browser.get("/sign-in/oidc/callback", params=back)
    assert response.status_code in (401, 403, 410)
    assert "goldenpath_session" not in browser.cookies


async def test_a_sign_in_is_the_browsers_that_began_it_and_comes_back_once(
    site: Site, provider: OpenIdProvider
) -> None:
    browser, other = site.browser(), site.browser()
    back = await provider.agree(await begun(browser), await somebody(provider))
    # An attacker's own sign-in, in the browser of somebody who began another, or none.
    for stranger in (site.browser(), other):
        await begun(other)
        response = await stranger.get("/sign-in/oidc/callback", params=back)
        assert response.status_code == 410
        assert "goldenpath_session" not in stranger.cookies
    assert (await browser.get("/sign-in/oidc/callback", params=back)).status_code == 303
    cookies = {"Cookie": "; ".join(f"{n}={v}" for n, v in browser.cookies.items())}
    again = await site.browser().get("/sign-in/oidc/callback", params=back, headers=cookies)
    assert again.status_code == 410


async def test_a_code_of_another_sign_in_has_the_wrong_verifier_and_nonce(
    site: Site, provider: OpenIdProvider
) -> None:
    mine, theirs = site.browser(), site.browser()
    stolen = await provider.agree(await begun(theirs), await somebody(provider))
    own = await provider.agree(await begun(mine), await somebody(provider))
    mixed = {**own, "code": stolen["code"]}
    response = await mine.get("/sign-in/oidc/callback", params=mixed)
    assert response.status_code == 401
    assert "goldenpath_session" not in mine.cookies


@pytest.mark.parametrize(
    "changed",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another client"},
        {"aud": ["goldenpath", "another client"], "azp": "another client"},
        {"iss": "https://another.example"},
        {"exp": 1_700_000_000},
        {"exp": None},
        {"iat": None},
        {"sub": ""},
        {"sub": None},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
    ],
)
async def test_an_id_token_that_does_not_fit_is_refused(
    site: Site, provider: OpenIdProvider, changed: dict[str, Any]
) -> None:
    def forged(claims: dict[str, Any]) -> dict[str, Any]:
        both = {**claims, **changed}
        return {name: value for name, value in both.items() if value is not None}

    provider.forge = forged
    browser, response = await signed_in(site, provider, await somebody(provider))
    assert response.status_code == 401
    assert "goldenpath_session" not in browser.cookies


async def test_an_id_token_that_is_signed_again_and_fits_is_good(
    site: Site, provider: OpenIdProvider
) -> None:
    """What makes the refusals above refusals of what was changed."""
    provider.forge = dict
    _, response = await signed_in(site, provider, await somebody(provider))
    assert response.status_code == 303


async def test_an_id_token_of_another_key_is_refused(site: Site, provider: OpenIdProvider) -> None:
    provider.signs_with_another_key = True
    browser, response = await signed_in(site, provider, await somebody(provider))
    assert response.status_code == 401
    assert "goldenpath_session" not in browser.cookies
