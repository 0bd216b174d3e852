"""Mode `jwt`: tokens of somebody else's issuer, by secret and by public keys."""

import asyncio
import base64
import hmac
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from pydantic import SecretStr

from tests.server.auth.world import Site, open_site
from tests.standins.http_server import Answer, HttpServer, running_http_server

ISSUER, AUDIENCE = "https://issuer.example", "goldenpath"
SECRET = "the issuer's secret of more than 32 characters"
JWT_MODE: dict[str, Any] = {
    "auth": "jwt",
    "jwt_issuer": ISSUER,
    "jwt_audience": AUDIENCE,
}


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    both = {
        "sub": uuid4().hex,
        "iss": ISSUER,
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + 300,
        "name": "Ann",
        **changed,
    }
    return {name: value for name, value in both.items() if value is not None}


def bearer(key: Any = SECRET, algorithm: str = "HS256", **changed: Any) -> dict[str, str]:
    kid = changed.pop("kid", None)
    headers = {"kid": kid} if kid else None
    token = jwt.encode(claims(**changed), key, algorithm, headers)
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
async def site(
    module_database: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    options = {**JWT_MODE, "jwt_secret": SecretStr(SECRET)}
    async with open_site(module_database, tmp_path_factory.mktemp("jwt"), **options) as opened:
        yield opened


async def test_an_unknown_subject_gets_a_user_and_a_tenant_and_keeps_them(site: Site) -> None:
    ann, eve = bearer(sub="ann"), bearer(sub="eve")
    account = (await site.api.get("/account", headers=ann)).json()
    assert (account["mode"], account["name"], account["role"]) == ("jwt", "Ann", "owner")
    again = (await site.api.get("/account", headers=bearer(sub="ann"))).json()
    assert (again["user_id"], again["tenant_id"]) == (account["user_id"], account["tenant_id"])
    other = (await site.api.get("/account", headers=eve)).json()
    assert other["user_id"] != account["user_id"]
    assert other["tenant_id"] != account["tenant_id"]
    thread = (await site.api.post("/threads", json={}, headers=ann)).json()
    path = f"/threads/{thread['thread_id']}"
    assert (await site.api.get(path, headers=ann)).status_code == 200
    assert (await site.api.get(path, headers=eve)).status_code == 404


async def test_first_requests_at_once_make_one_user(site: Site) -> None:
    headers = bearer(sub=uuid4().hex)
    answers = await asyncio.gather(*(site.api.get("/account", headers=headers) for _ in range(5)))
    assert len({answer.json()["user_id"] for answer in answers}) == 1


BAD = [
    {"exp": 1_700_000_000},
    {"exp": None},
    {"aud": "another"},
    {"aud": None},
    {"iss": "https://another.example"},
    {"iss": None},
    {"sub": None},
    {"sub": ""},
    {"nbf": 4_000_000_000},
    {"key": "another secret of more than 32 characters"},
]


@pytest.mark.parametrize("changed", BAD)
async def test_a_token_that_does_not_fit_is_refused(site: Site, changed: dict[str, Any]) -> None:
    assert (await site.api.get("/threads", headers=bearer())).status_code == 200
    assert (await site.api.get("/threads", headers=bearer(**changed))).status_code == 401


async def test_an_unsigned_token_is_refused(site: Site) -> None:
    token = jwt.encode(claims(), "", algorithm="none")
    headers = {"Authorization": f"Bearer {token}"}
    assert (await site.api.get("/threads", headers=headers)).status_code == 401


async def test_keys_work_and_there_are_no_sign_ins_here(site: Site) -> None:
    headers = bearer()
    body = {"name": "CI", "scopes": ["read"]}
    made = await site.api.post("/account/keys", json=body, headers=headers)
    key = {"X-Api-Key": made.json()["key"]}
    assert (await site.api.get("/threads", headers=key)).status_code == 200
    for path in ("/account/sessions", "/account/identities"):
        assert (await site.api.get(path, headers=headers)).status_code == 409
    credentials = {"email": "ann@example.com", "password": "a long enough secret"}
    assert (await site.api.post("/auth/token", json=credentials)).status_code == 409
    page = await site.browser().get("/sign-in")
    assert (page.status_code, "elsewhere" in page.text) == (401, True)


def public_pem(key: rsa.RSAPrivateKey) -> bytes:
    """A public key as everybody may have it."""
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, kind)


def signed_with_text(text: bytes, kid: str) -> dict[str, str]:
    """A token whose secret is some text; made by hand, since the library warns of it."""

    def part(data: bytes) -> bytes:
        return base64.urlsafe_b64encode(data).rstrip(b"=")

    header = {"alg": "HS256", "typ": "JWT", "kid": kid}
    signed = part(json.dumps(header).encode()) + b"." + part(json.dumps(claims()).encode())
    token = signed + b"." + part(hmac.digest(text, signed, "sha256"))
    return {"Authorization": f"Bearer {token.decode()}"}


class Keys:
    """An issuer with keys that change."""

    def __init__(self, server: HttpServer) -> None:
        self.server = server
        self.keys: dict[str, rsa.RSAPrivateKey] = {}

    def add(self, kid: str) -> rsa.RSAPrivateKey:
        self.keys[kid] = rsa.generate_private_key(65537, 2048)
        self.publish()
        return self.keys[kid]

    def publish(self) -> None:
        public = [
            {
                **json.loads(RSAAlgorithm.to_jwk(key.public_key())),
                "kid": kid,
                "use": "sig",
            }
            for kid, key in self.keys.items()
        ]
        self.server.answers["/jwks"] = Answer(parts=(json.dumps({"keys": public}).encode(),))

    @property
    def asked(self) -> int:
        return sum(asked.line.startswith("GET /jwks") for asked in self.server.asked)


async def test_public_keys_are_asked_for_and_cannot_be_turned_into_a_secret(
    database_url: str, tmp_path: Path
) -> None:
    async with running_http_server() as server:
        keys = Keys(server)
        first = keys.add("first")
        options = {
            **JWT_MODE,
            "jwt_jwks_url": f"http://127.0.0.1:{server.port}/jwks",
            "egress_allow": f"127.0.0.1:{server.port}",
        }
        async with open_site(database_url, tmp_path, **options) as site:

            async def status(*arguments: Any, **changed: Any) -> int:
                headers = bearer(*arguments, **changed)
                return (await site.api.get("/threads", headers=headers)).status_code

            assert [await status(first, "RS256", kid="first") for _ in range(3)] == [200] * 3
            assert keys.asked == 1
            # A token without the key's name is good while there is one key.
            assert await status(first, "RS256") == 200
            other = rsa.generate_private_key(65537, 2048)
            assert await status(other, "RS256", kid="first") == 401
            assert await status(first, "RS256", kid="first", exp=1_700_000_000) == 401
            forged = signed_with_text(public_pem(first), kid="first")
            assert (await site.api.get("/threads", headers=forged)).status_code == 401
            # Names that nobody knows do not make it ask again and again.
            before = keys.asked
            assert [await status(other, "RS256", kid=f"no {n}") for n in range(3)] == [401] * 3
            assert keys.asked == before


async def test_without_its_keys_nobody_is_taken_for_nobody(
    database_url: str, tmp_path: Path
) -> None:
    options = {**JWT_MODE, "jwt_jwks_url": "http://127.0.0.1:1/jwks"}
    async with open_site(database_url, tmp_path, **options) as site:
        key = rsa.generate_private_key(65537, 2048)
        response = await site.api.get("/threads", headers=bearer(key, "RS256"))
        assert response.status_code == 503
