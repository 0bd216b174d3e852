"""People in real browsers: the first link, sign-in, chat, account page, a second person."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from playwright.async_api import Page, expect

from tests.e2e.conftest import PHONE, OpenPage, ask, violations
from tests.e2e.service import Service, open_to_postgres

PASSWORD = "a long enough secret"


@pytest.fixture(scope="module")
async def service(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """A service in mode `accounts` that nobody has an account of yet."""
    folder = open_to_postgres(tmp_path_factory.mktemp("accounts"))
    running = Service(folder, {"GOLDENPATH_AUTH": "accounts"})
    await running.start()
    yield running
    await running.stop()


async def register(page: Page, email: str, name: str) -> None:
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Create the account").click()


async def sign_in(page: Page, email: str) -> None:
    await page.get_by_label("E-mail address").fill(email)
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_role("button", name="Sign in", exact=True).click()


async def test_two_people_from_the_first_link_to_signing_out(
    service: Service, open_page: OpenPage
) -> None:
    # Signed out, every page leads to the sign-in; the link of the log makes the owner.
    ann = await open_page(f"{service.url}/app/costs")
    await expect(ann).to_have_url(re.compile("/sign-in"))
    assert await violations(ann) == []
    link = await service.first_link()
    await ann.goto(link)
    await expect(ann.get_by_text("This is the first account")).to_be_visible()
    assert await violations(ann) == []
    await register(ann, "Ann@Example.com", "Ann")
    await expect(ann.get_by_test_id("who")).to_contain_text("ann@example.com")
    await ann.goto(link)
    await expect(ann.get_by_text("used already")).to_be_visible()

    # Chat works with the cookie alone.
    await ann.goto(f"{service.url}/app/")
    await ask(ann, "Hello, who are you?")
    await expect(ann.get_by_test_id("thread")).to_have_count(1)
    await expect(ann.get_by_test_id("status")).to_have_count(0)

    # The account page: a key that works, shown once.
    await ann.goto(f"{service.url}/app/account")
    await expect(ann.get_by_test_id("session-row")).to_have_count(1)
    assert await violations(ann) == []
    await ann.get_by_label("What it is for").fill("CI")
    await ann.get_by_role("button", name="Make a key").click()
    key = await ann.get_by_test_id("once").input_value()
    async with httpx.AsyncClient(base_url=service.url) as api:
        by_key = {"X-Api-Key": key}
        assert len((await api.get("/threads", headers=by_key)).json()) == 1
        await ann.get_by_test_id("key-row").get_by_role("button", name="Revoke").click()
        await ann.get_by_role("button", name="Revoke it?").click()
        await expect(ann.get_by_test_id("key-row")).to_have_count(0)
        assert (await api.get("/threads", headers=by_key)).status_code == 401

    # A second person comes by invitation, in a browser of their own, and sees nothing of Ann's.
    await ann.get_by_label("E-mail address, if it is for one person").fill("bob@example.com")
    await ann.get_by_role("button", name="Invite").click()
    await expect(ann.get_by_test_id("invitation-row")).to_contain_text("bob@example.com")
    invitation = await ann.get_by_test_id("once").input_value()
    bob = await open_page(invitation)
    await expect(bob.get_by_text("Ann's workspace as member")).to_be_visible()
    await expect(bob.get_by_label("E-mail address")).to_have_value("bob@example.com")
    await bob.get_by_label("Password").fill(PASSWORD)
    await bob.get_by_role("button", name="Create the account").click()
    await expect(bob.get_by_test_id("who")).to_contain_text("bob@example.com")
    await expect(bob.get_by_test_id("thread")).to_have_count(0)

    # Ann changes Bob's role: he reads and is told why he cannot ask.
    await ann.reload()
    row = ann.get_by_test_id("member-row").filter(has_text="bob@example.com")
    await row.get_by_label("Role of bob").select_option("viewer")
    await row.get_by_role("button", name="Change").click()
    await expect(ann.get_by_text("The role is changed.")).to_be_visible()
    await ask(bob, "Hello")
    await expect(bob.get_by_role("alert")).to_contain_text("viewer")

    # A sign-in elsewhere is revoked and is over there.
    other = await open_page(f"{service.url}/sign-in?next=/app/account")
    await sign_in(other, "ann@example.com")
    await expect(other.get_by_test_id("session-row")).to_have_count(2)
    await ann.reload()
    await ann.get_by_test_id("session-row").get_by_role("button", name="Sign out").click()
    await ann.get_by_role("button", name="Sign out?").click()
    await expect(ann.get_by_test_id("session-row")).to_have_count(1)
    await other.goto(f"{service.url}/app/account")
    await expect(other).to_have_url(re.compile("/sign-in"))

    # Signing out.
    await ann.get_by_role("button", name="Sign out", exact=True).click()
    await expect(ann).to_have_url(re.compile("/sign-in"))
    await ann.goto(f"{service.url}/app/")
    await expect(ann).to_have_url(re.compile("/sign-in"))
    await sign_in(ann, "ann@example.com")
    await expect(ann.get_by_test_id("thread")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True])
async def test_the_sign_in_is_accessible_in_both_themes_without_scripts(
    service: Service, open_page: OpenPage, scheme: str, phone: bool
) -> None:
    options = {"viewport": PHONE} if phone else {}
    page = await open_page(f"{service.url}/sign-in", color_scheme=scheme, **options)
    assert await violations(page) == []
    plain = await open_page(f"{service.url}/sign-in", java_script_enabled=False)
    await sign_in(plain, "nobody@example.com")
    await expect(plain.get_by_role("alert")).to_contain_text("is wrong")


async def test_local_mode_says_how_to_have_accounts(
    sample_service: Service, open_page: OpenPage
) -> None:
    page = await open_page(f"{sample_service.url}/app/account")
    await expect(page.get_by_text("GOLDENPATH_AUTH=accounts")).to_be_visible()
    assert await violations(page) == []
