"""API clients: access tokens, refresh tokens and keys, in either header."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import jwt
import pytest

from server.auth.access_tokens import AccessTokens
from tests.server.auth.world import PASSWORD, SECRET, Person, Site

KEY = SECRET.encode()


async def status(site: Site, headers: dict[str, str], path: str = "/threads") -> int:
    return (await site.api.get(path, headers=headers)).status_code


async def test_an_access_token_signs_in(site: Site) -> None:
    ann = await site.person()
    assert await status(site, ann.bearer) == 200
    account = (await site.api.get("/account", headers=ann.bearer)).json()
    assert (account["email"], account["role"], account["mode"]) == (ann.email, "owner", "accounts")
    assert [tenant["tenant_id"] for tenant in account["tenants"]] == [ann.tenant_id]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer nobody's"},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer gp_nobody"},
        {"X-Api-Key": "gp_nobody"},
        {"X-Api-Key": "lsv2_of_another_service"},
        {"Authorization": "Bearer " + "x" * 20_000},
        {"Cookie": "goldenpath_session=gps_nobody"},
    ],
)
async def test_nobodys_token_is_refused_everywhere(site: Site, headers: dict[str, str]) -> None:
    for path in ("/threads", "/reports", "/usage/summary", "/account", "/members"):
        response = await site.api.get(path, headers=headers)
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"


async def test_a_tampered_or_foreign_access_token_is_refused(site: Site) -> None:
    ann, eve = await site.person(), await site.person("eve")
    head, body, signature = ann.access.split(".")
    claims = jwt.decode(ann.access, options={"verify_signature": False})
    forged = [
        ".".join((head, eve.access.split(".")[1], signature)),
        ".".join((head, body, signature[:-4] + "AAAA")),
        jwt.encode(claims, "", algorithm="none"),
        jwt.encode(claims, "another key of more than 32 characters", "HS256"),
        jwt.encode(claims, KEY, "HS256"),
    ]
    for token in forged:
        assert await status(site, {"Authorization": f"Bearer {token}"}) == 401


async def test_an_access_token_ends_at_its_time_and_is_for_us_alone(site: Site) -> None:
    ann = await site.person()
    claims = jwt.decode(ann.access, options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] == site.services.settings.access_token_s
    session_id = (await _session_ids(site, ann))[0]

    def made(age_s: int) -> str:
        then = datetime.now(UTC) - timedelta(seconds=age_s)
        return AccessTokens(KEY, 600, lambda: then).make(ann.user_id, session_id)

    assert await status(site, {"Authorization": f"Bearer {made(500)}"}) == 200
    assert await status(site, {"Authorization": f"Bearer {made(601)}"}) == 401
    key = AccessTokens(KEY, 600)._key
    for changed in ({"aud": "another"}, {"iss": "another"}, {"sid": str(uuid4())}, {"sub": "eve"}):
        token = jwt.encode({**claims, **changed}, key, "HS256")
        assert await status(site, {"Authorization": f"Bearer {token}"}) == 401
    for missing in ("exp", "sub", "sid", "aud"):
        rest = {name: value for name, value in claims.items() if name != missing}
        token = jwt.encode(rest, key, "HS256")
        assert await status(site, {"Authorization": f"Bearer {token}"}) == 401


async def test_refresh_tokens_are_exchanged_and_a_stolen_one_ends_all(site: Site) -> None:
    ann = await site.person()
    response = await site.api.post("/auth/refresh", json={"refresh_token": ann.refresh})
    fresh = await site.known(ann.email, response.json())
    assert (fresh.user_id, fresh.refresh == ann.refresh) == (ann.user_id, False)
    assert await status(site, fresh.bearer) == 200
    again = await site.api.post("/auth/refresh", json={"refresh_token": ann.refresh})
    assert again.status_code == 401
    assert await status(site, fresh.bearer) == 401
    last = await site.api.post("/auth/refresh", json={"refresh_token": fresh.refresh})
    assert last.status_code == 401


async def test_a_refresh_token_is_no_access_token(site: Site) -> None:
    ann = await site.person()
    assert await status(site, {"Authorization": f"Bearer {ann.refresh}"}) == 401
    wrong = await site.api.post("/auth/refresh", json={"refresh_token": ann.access})
    assert wrong.status_code == 401


async def test_signing_out_ends_the_access_token_at_once(site: Site) -> None:
    ann = await site.person()
    gone = await site.api.post("/auth/revoke", json={"refresh_token": ann.refresh})
    assert gone.status_code == 204
    assert await status(site, ann.bearer) == 401


async def test_a_key_signs_in_by_both_headers_until_it_is_revoked(site: Site) -> None:
    ann = await site.person()
    key = await site.key(ann)
    by_header = [{"Authorization": f"Bearer {key}"}, {"X-Api-Key": key}]
    for headers in by_header:
        assert await status(site, headers) == 200
    (listed,) = (await site.api.get("/account/keys", headers=ann.bearer)).json()
    assert key not in str(listed)
    assert key.startswith(listed["prefix"])
    gone = await site.api.delete(f"/account/keys/{listed['key_id']}", headers=ann.bearer)
    assert gone.status_code == 204
    for headers in by_header:
        assert await status(site, headers) == 401


async def test_a_reading_key_changes_nothing_and_still_searches(site: Site) -> None:
    ann = await site.person()
    key = {"X-Api-Key": await site.key(ann, "read")}
    assert (await site.api.post("/threads/search", json={}, headers=key)).status_code == 200
    refused = await site.api.post("/threads", json={}, headers=key)
    assert refused.status_code == 403
    assert "`write`" in refused.json()["detail"]
    chat = await site.api.post("/chat", json={"message": "Hello"}, headers=key)
    assert chat.status_code == 403


async def test_a_writing_key_does_not_read(site: Site) -> None:
    ann = await site.person()
    key = {"X-Api-Key": await site.key(ann, "write")}
    assert await status(site, key) == 403
    assert (await site.api.post("/threads", json={}, headers=key)).status_code == 200


async def test_a_key_does_not_look_after_its_owners_account(site: Site) -> None:
    ann = await site.person()
    key = {"X-Api-Key": await site.key(ann)}
    more = {"name": "another", "scopes": ["read"]}
    calls = [
        ("POST", "/account/keys", more),
        ("GET", "/account/sessions", None),
        ("POST", "/account/password", {"before": PASSWORD, "after": "another secret"}),
        ("POST", "/invitations", {"role": "owner"}),
        ("DELETE", f"/members/{ann.user_id}", None),
    ]
    for method, path, body in calls:
        response = await site.api.request(method, path, json=body, headers=key)
        assert response.status_code == 403, path


async def test_a_header_goes_before_the_cookie(site: Site) -> None:
    ann, bob = await site.person(), await site.person("bob")
    browser = await site.signed_in_browser(ann)
    account = (await browser.get("/account", headers=bob.bearer)).json()
    assert account["email"] == bob.email
    wrong = await browser.get("/account", headers={"Authorization": "Bearer wrong"})
    assert wrong.status_code == 401


async def _session_ids(site: Site, person: Person) -> list[UUID]:
    sessions = (await site.api.get("/account/sessions", headers=person.bearer)).json()
    return [UUID(session["session_id"]) for session in sessions]
