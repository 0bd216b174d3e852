"""Accounts: by invitation or openly, with good passwords, and without telling who has one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from server.auth.opaque_tokens import hashed
from server.auth.passwords import Passwords
from tests.server.auth.world import PASSWORD, Site, open_site


@pytest.fixture
async def closed(database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    """A service where one needs an invitation, and nobody has an account yet."""
    async with open_site(database_url, tmp_path, registration="invite") as site:
        yield site


async def test_by_invitation_only_the_first_link_makes_the_owner(closed: Site) -> None:
    body = {"email": "ann@example.com", "password": PASSWORD}
    refused = await closed.api.post("/auth/register", json=body)
    assert refused.status_code == 403
    assert await closed.services.auth.invitations.create_first(hashed("first"))
    ann = await closed.person(invitation="first")
    account = (await closed.api.get("/account", headers=ann.bearer)).json()
    assert account["role"] == "owner"
    spent = await closed.api.post("/auth/register", json={**body, "invitation": "first"})
    assert spent.status_code == 410
    bob = await closed.member(ann, "viewer")
    assert bob.tenant_id == ann.tenant_id


async def test_without_an_invitation_nobody_learns_who_has_an_account(closed: Site) -> None:
    await closed.services.auth.invitations.create_first(hashed("first"))
    ann = await closed.person(invitation="first")
    answers = {
        (response.status_code, response.text)
        for email in (ann.email, "nobody@example.com")
        for response in [
            await closed.api.post("/auth/register", json={"email": email, "password": PASSWORD})
        ]
    }
    assert len(answers) == 1


async def test_an_address_is_the_same_however_it_is_written(site: Site) -> None:
    ann = await site.person()
    shout = f"  {ann.email.upper()} "
    again = await site.api.post("/auth/register", json={"email": shout, "password": PASSWORD})
    assert again.status_code == 409
    assert ann.email not in again.text
    signed_in = await site.api.post("/auth/token", json={"email": shout, "password": PASSWORD})
    assert signed_in.status_code == 200


@pytest.mark.parametrize(
    ("email", "password"),
    [("no address", PASSWORD), ("new@example.com", "Kurz 12"), ("new@example.com", "password123")],
)
async def test_a_poor_account_is_refused_without_repeating_it(
    site: Site, email: str, password: str
) -> None:
    body = {"email": email, "password": password}
    response = await site.api.post("/auth/register", json=body)
    assert response.status_code == 422
    assert password not in response.text


async def test_a_wrong_password_and_an_unknown_address_answer_alike(site: Site) -> None:
    ann = await site.person()
    answers = {
        (response.status_code, response.text)
        for email, password in (
            (ann.email, "not the password"),
            ("nobody@example.com", PASSWORD),
            ("no address", PASSWORD),
            (ann.email, ""),
        )
        for response in [
            await site.api.post("/auth/token", json={"email": email, "password": password})
        ]
    }
    assert [status for status, _ in answers] == [401]


async def test_an_unknown_address_is_hashed_for_as_well(site: Site) -> None:
    """Counted, not timed: as many slow hashes for nobody as for somebody."""
    passwords = Passwords(19)
    counted: list[str] = []
    verify = passwords._hash.verify_and_update

    class Counting:
        hash = passwords._hash.hash

        def verify_and_update(self, password: str, kept: str) -> tuple[bool, str | None]:
            counted.append(kept)
            return verify(password, kept)

    passwords._hash = Counting()  # pyright: ignore[reportAttributeAccessIssue]
    kept = await passwords.hashed(PASSWORD)
    assert await passwords.fits(PASSWORD, kept) == (True, None)
    assert await passwords.fits(PASSWORD, None) == (False, None)
    assert await passwords.fits("nobody's password", None) == (False, None)
    assert [each.split("$")[1:4] for each in counted] == [kept.split("$")[1:4]] * 3


async def test_a_hash_of_another_measure_is_made_anew() -> None:
    kept = await Passwords(19).hashed(PASSWORD)
    fits, fresh = await Passwords(64).fits(PASSWORD, kept)
    assert fits
    assert fresh is not None
    assert fresh.split("$")[3].startswith("m=65536,")
    assert await Passwords(64).fits(PASSWORD, fresh) == (True, None)


async def test_a_new_password_ends_all_other_sign_ins(site: Site) -> None:
    ann = await site.person()
    browser = await site.signed_in_browser(ann)
    body = {"before": "not the password", "after": "another good secret"}
    refused = await site.api.post("/account/password", json=body, headers=ann.bearer)
    assert refused.status_code == 401
    body["before"] = PASSWORD
    changed = await site.api.post("/account/password", json=body, headers=ann.bearer)
    assert changed.status_code == 204
    assert (await site.api.get("/account", headers=ann.bearer)).status_code == 200
    assert (await browser.get("/account")).status_code == 401
    for password, status in ((PASSWORD, 401), ("another good secret", 200)):
        tried = await site.api.post("/auth/token", json={"email": ann.email, "password": password})
        assert tried.status_code == status
