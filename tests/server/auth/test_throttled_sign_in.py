"""Guessing passwords is slowed down at every door, and keys have quotas of their own."""

from pathlib import Path

import httpx

from tests.server.auth.world import PASSWORD, Site, open_site


async def guess(site: Site, email: str, password: str) -> httpx.Response:
    return await site.api.post("/auth/token", json={"email": email, "password": password})


async def test_the_sixth_guess_waits_even_if_it_is_right(site: Site) -> None:
    ann = await site.person()
    guesses = [await guess(site, ann.email, "wrong wrong wrong") for _ in range(5)]
    assert [answer.status_code for answer in guesses] == [401] * 5
    right = await guess(site, ann.email, PASSWORD)
    assert (right.status_code, right.headers["retry-after"]) == (429, "1")
    assert "Too many attempts to sign in" in right.json()["detail"]
    # The browser's door is the same one.
    form = {"email": ann.email, "password": PASSWORD}
    shown = await site.browser().post("/sign-in", data=form)
    assert (shown.status_code, "Too many attempts" in shown.text) == (429, True)


async def test_who_is_right_is_never_slowed_down(site: Site) -> None:
    ann = await site.person()
    for _ in range(8):
        assert (await guess(site, ann.email, PASSWORD)).status_code == 200


async def test_a_key_is_counted_besides_its_user(site: Site) -> None:
    ann = await site.person()
    key = await site.key(ann)
    answer = await site.api.get("/threads", headers={"X-Api-Key": key})
    assert answer.headers["ratelimit"].startswith('"requests";r=')
    async with site.services.database.system.connection() as connection:
        rows = await (await connection.execute("SELECT subject FROM rate_limits")).fetchall()
    kinds = {row["subject"].partition(" ")[0] for row in rows}
    assert kinds >= {"user", "key"}
    assert not any(key in row["subject"] for row in rows)


async def test_an_address_registers_only_so_many(database_url: str, tmp_path: Path) -> None:
    async with open_site(database_url, tmp_path, strangers_per_min=2) as site:
        for _ in range(2):
            await site.person()
        body = {"email": "third@example.com", "password": PASSWORD, "name": "third"}
        refused = await site.api.post("/auth/register", json=body)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) > 0
        form = await site.browser().post("/register", data=body)
        assert form.status_code == 429
