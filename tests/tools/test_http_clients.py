"""Clients and tokens are used again as long as they are good."""

from datetime import UTC, datetime, timedelta

from domain.egress import EgressRules
from tools.access_tokens import AccessToken, AccessTokens
from tools.http_clients import HttpClients


async def test_the_same_rules_have_one_client_and_other_rules_another() -> None:
    clients = HttpClients()
    first = clients.of(EgressRules().and_also("10.0.0.1"))
    assert clients.of(EgressRules().and_also("10.0.0.1")) is first
    assert clients.of(EgressRules()) is not first
    await clients.aclose()
    assert first.is_closed
    assert clients.of(EgressRules().and_also("10.0.0.1")) is not first
    await clients.aclose()


async def test_a_token_is_used_until_shortly_before_it_ends() -> None:
    tokens, ends_in_s = AccessTokens(), [3600, 60, 3600]
    made: list[str] = []

    async def sign_in() -> AccessToken:
        made.append(f"token {len(made)}")
        return AccessToken(made[-1], datetime.now(UTC) + timedelta(seconds=ends_in_s.pop(0)))

    assert [await tokens.get("a", sign_in) for _ in range(2)] == ["token 0"] * 2
    assert await tokens.get("b", sign_in) == "token 1"
    assert await tokens.get("b", sign_in) == "token 2"
    assert await tokens.get("b", sign_in) == "token 2"
    assert "secret-1" not in repr(AccessToken("secret-1", datetime.now(UTC)))


async def test_a_forgotten_token_is_got_anew() -> None:
    tokens, made = AccessTokens(), list[str]()

    async def sign_in() -> AccessToken:
        made.append("token")
        return AccessToken("token", datetime.now(UTC) + timedelta(hours=1))

    await tokens.get("a", sign_in)
    tokens.forget("a")
    await tokens.get("a", sign_in)
    assert len(made) == 2
