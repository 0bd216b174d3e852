"""Browsers: the plain forms, the cookie, and whose pages may send it."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.server.auth.world import HOST, PASSWORD, Site, open_site


async def test_signing_in_sets_a_cookie_that_scripts_and_other_sites_do_not_get(
    site: Site,
) -> None:
    ann = await site.person()
    browser = site.browser()
    form = {"email": ann.email, "password": PASSWORD, "next": "/app/costs"}
    response = await browser.post("/sign-in", data=form)
    assert (response.status_code, response.headers["location"]) == (303, "/app/costs")
    cookie = response.headers["set-cookie"]
    assert cookie.startswith("goldenpath_session=gps_")
    for attribute in ("HttpOnly", "Path=/", "SameSite=lax"):
        assert attribute in cookie
    assert "Secure" not in cookie
    assert (await browser.get("/account")).json()["email"] == ann.email


async def test_over_tls_the_cookie_is_this_hosts_alone(database_url: str, tmp_path: Path) -> None:
    public = "https://agents.example.com"
    async with open_site(database_url, tmp_path, public_url=public) as site:
        form = {"email": "ann@example.com", "password": PASSWORD}
        response = await site.browser().post("/register", data=form)
        cookie = response.headers["set-cookie"]
        assert cookie.startswith("__Host-goldenpath_session=gps_")
        for attribute in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"):
            assert attribute in cookie
        assert "Domain" not in cookie


async def test_signing_in_again_ends_the_sign_in_before(site: Site) -> None:
    ann = await site.person()
    browser = await site.signed_in_browser(ann)
    before = browser.cookies["goldenpath_session"]
    await browser.post("/sign-in", data={"email": ann.email, "password": PASSWORD})
    assert browser.cookies["goldenpath_session"] != before
    old = await site.api.get("/account", headers={"Cookie": f"goldenpath_session={before}"})
    assert old.status_code == 401


async def test_a_wrong_password_shows_the_form_again(site: Site) -> None:
    ann = await site.person()
    form = {"email": ann.email, "password": "wrong <b>", "next": '/app/?"><script>'}
    response = await site.browser().post("/sign-in", data=form)
    assert response.status_code == 401
    assert 'role="alert"' in response.text
    assert ann.email in response.text
    assert "wrong <b>" not in response.text
    assert "<script>" not in response.text
    assert "set-cookie" not in response.headers


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/\\evil.example"])
async def test_nobody_is_sent_elsewhere(site: Site, wanted: str) -> None:
    ann = await site.person()
    browser = site.browser()
    form = {"email": ann.email, "password": PASSWORD, "next": wanted}
    response = await browser.post("/sign-in", data=form)
    assert response.headers["location"] == "/app/"
    again = await browser.get("/sign-in", params={"next": wanted})
    assert (again.status_code, again.headers["location"]) == (303, "/app/")


FOREIGN = [
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "http://other.api", "Sec-Fetch-Site": "same-site"},
    {"Origin": HOST, "Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example"},
    {"Origin": f"{HOST}:8001"},
    {"Origin": "null"},
    {},
]
OWN = [
    {"Origin": HOST, "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Origin": HOST},
]


@pytest.mark.parametrize("headers", FOREIGN)
async def test_a_cookie_changes_nothing_for_another_sites_page(
    site: Site, headers: dict[str, str]
) -> None:
    ann = await site.person()
    cookie = dict((await site.signed_in_browser(ann)).cookies)
    sent = {**headers, "Cookie": f"goldenpath_session={cookie['goldenpath_session']}"}
    for path in ("/threads", "/account/password", "/sign-out", "/join", "/app/gradio_api/cancel"):
        response = await site.api.post(path, json={}, headers=sent)
        assert response.status_code == 403, path
    # Looking is for whoever the browser lets look.
    assert (await site.api.get("/threads", headers=sent)).status_code == 200


@pytest.mark.parametrize("headers", OWN)
async def test_a_cookie_works_for_own_pages(site: Site, headers: dict[str, str]) -> None:
    ann = await site.person()
    cookie = (await site.signed_in_browser(ann)).cookies["goldenpath_session"]
    sent = {**headers, "Cookie": f"goldenpath_session={cookie}"}
    assert (await site.api.post("/threads", json={}, headers=sent)).status_code == 200


@pytest.mark.parametrize("path", ["/sign-in", "/register"])
async def test_another_sites_form_signs_nobody_in(site: Site, path: str) -> None:
    ann = await site.person()
    form = {"email": ann.email, "password": PASSWORD}
    response = await site.api.post(path, data=form, headers=FOREIGN[0])
    assert response.status_code == 403
    assert "set-cookie" not in response.headers


async def test_the_cookies_token_is_none_in_a_header(site: Site) -> None:
    ann = await site.person()
    token = (await site.signed_in_browser(ann)).cookies["goldenpath_session"]
    for headers in ({"Authorization": f"Bearer {token}"}, {"X-Api-Key": token}):
        assert (await site.api.get("/threads", headers=headers)).status_code == 401


async def test_signing_out_ends_the_sign_in_for_good(site: Site) -> None:
    ann = await site.person()
    browser = await site.signed_in_browser(ann)
    token = browser.cookies["goldenpath_session"]
    response = await browser.post("/sign-out")
    assert (response.status_code, response.headers["location"]) == (303, "/sign-in")
    assert "goldenpath_session" not in browser.cookies
    kept = await site.api.get("/account", headers={"Cookie": f"goldenpath_session={token}"})
    assert kept.status_code == 401


async def test_no_address_that_is_merely_opened_changes_anything(site: Site) -> None:
    ann = await site.person()
    browser = await site.signed_in_browser(ann)
    assert (await browser.get("/sign-out")).status_code == 405
    token = await site.invitation(await site.person("owner"))
    assert (await browser.get("/join", params={"invitation": token})).status_code == 200
    assert len((await browser.get("/account")).json()["tenants"]) == 1


async def test_an_invitation_leads_to_a_new_account_or_joins(site: Site) -> None:
    ann = await site.person("ann")
    token = await site.invitation(ann, "viewer", email="cid@example.com")
    browser = site.browser()
    link = await browser.get("/join", params={"invitation": token})
    assert link.headers["location"] == f"/register?invitation={token}"
    form = await browser.get(link.headers["location"])
    assert "ann&#x27;s workspace as viewer" in form.text
    assert 'value="cid@example.com" readonly' in form.text
    data = {"email": "cid@example.com", "password": PASSWORD, "invitation": token}
    assert (await browser.post("/register", data=data)).status_code == 303
    assert (await browser.get("/account")).json()["tenant_id"] == ann.tenant_id

    bob = await site.signed_in_browser(await site.person("bob"))
    token = await site.invitation(ann, "member")
    shown = await bob.get("/join", params={"invitation": token})
    assert "ann&#x27;s workspace as member" in shown.text
    assert (await bob.post("/join", data={"invitation": token})).status_code == 303
    assert (await bob.get("/account")).json()["tenant_id"] == ann.tenant_id
    spent = await bob.get("/join", params={"invitation": token})
    assert spent.status_code == 410


async def test_who_has_an_account_signs_in_with_the_invitation(site: Site) -> None:
    ann, bob = await site.person(), await site.person("bob")
    browser = site.browser()
    form = {"email": bob.email, "password": PASSWORD, "invitation": await site.invitation(ann)}
    assert (await browser.post("/sign-in", data=form)).status_code == 303
    assert (await browser.get("/account")).json()["tenant_id"] == ann.tenant_id


async def test_signed_out_pages_lead_to_the_sign_in_and_back(site: Site) -> None:
    browser = site.browser()
    assert (await browser.get("/app")).headers["location"] == f"{HOST}/app/"
    for path in ("/app/", "/app/costs?period=may"):
        response = await browser.get(path)
        assert response.status_code == 303
        assert response.headers["location"].startswith("/sign-in?next=")
    ann = await site.person()
    location = httpx.URL((await browser.get("/app/costs?period=may&a=1")).headers["location"])
    form = {"email": ann.email, "password": PASSWORD, "next": location.params["next"]}
    response = await browser.post("/sign-in", data=form)
    assert response.headers["location"] == "/app/costs?period=may&a=1"
    assert (await browser.get("/app/costs")).status_code == 200


GRADIO = [
    ("GET", "/app/config"),
    ("GET", "/app/gradio_api/info"),
    ("GET", "/app/gradio_api/heartbeat/x"),
    ("GET", "/app/gradio_api/queue/data?session_hash=x"),
    ("GET", "/app/gradio_api/startup-events"),
    ("GET", "/app/gradio_api/token"),
    ("GET", "/app/gradio_api/file=/etc/passwd"),
    ("GET", "/app/gradio_api/stream/x/0/0/playlist-file"),
    ("POST", "/app/gradio_api/queue/join"),
    ("POST", "/app/gradio_api/upload"),
    ("POST", "/app/gradio_api/run/load"),
    ("POST", "/app/gradio_api/reset"),
    ("POST", "/app/gradio_api/cancel"),
    ("POST", "/app/login"),
]


@pytest.mark.parametrize(("method", "path"), GRADIO)
async def test_nothing_below_the_pages_is_open(site: Site, method: str, path: str) -> None:
    response = await site.api.request(method, path, headers={"Origin": HOST})
    assert response.status_code == 401


async def test_what_pages_are_made_of_is_open(site: Site) -> None:
    for path in ("/app/theme.css", "/ui-static/plain_page.css", "/favicon.ico", "/manifest.json"):
        assert (await site.api.get(path)).status_code == 200


@pytest.fixture
async def local(database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    """The same in local mode."""
    async with open_site(database_url, tmp_path, auth="local") as opened:
        yield opened


async def test_local_mode_has_no_accounts_and_says_how_to_have_them(local: Site) -> None:
    account = (await local.api.get("/account")).json()
    assert (account["mode"], account["user_id"], account["tenants"]) == ("local", "local", [])
    for path in ("/account/keys", "/account/sessions", "/members", "/invitations"):
        response = await local.api.get(path)
        assert response.status_code == 409
        assert "GOLDENPATH_AUTH=accounts" in response.json()["detail"]
    assert (await local.api.get("/sign-in")).status_code == 200
    assert (await local.api.get("/app/")).status_code == 200
    # A cookie of another time means nothing.
    headers = {"Cookie": "goldenpath_session=gps_old"}
    assert (await local.api.post("/threads", json={}, headers=headers)).status_code == 200
