"""What the service refuses to start with, and how it says so."""

from typing import Any

import pytest

from domain.errors import StartupError
from server.auth.start_checks import check_who_may_come_in
from server.settings import load_settings

LONG = "a secret of more than 32 characters"
JWT = {"auth": "jwt", "jwt_secret": LONG, "jwt_issuer": "https://i.example", "jwt_audience": "gp"}


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"host": "::1"},
        {"auth": "accounts"},
        {"auth": "accounts", "host": "0.0.0.0", "public_url": "https://agents.example.com"},
        JWT,
        {**JWT, "host": "192.0.2.1"},
        {**JWT, "jwt_secret": None, "jwt_jwks_url": "https://i.example/jwks"},
        {"auth": "accounts", "google_client_id": "a", "google_client_secret": "b"},
    ],
)
def test_what_is_whole_starts(given: dict[str, Any]) -> None:
    check_who_may_come_in(load_settings(given, {}))


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"host": "0.0.0.0"}, "GOLDENPATH_AUTH"),
        ({"host": "192.0.2.1"}, "GOLDENPATH_AUTH"),
        ({"host": "::"}, "GOLDENPATH_AUTH"),
        ({"auth": "accounts", "host": "0.0.0.0"}, "GOLDENPATH_PUBLIC_URL"),
        ({"auth": "jwt"}, "GOLDENPATH_JWT_SECRET"),
        ({**JWT, "jwt_jwks_url": "https://i.example/jwks"}, "GOLDENPATH_JWT_JWKS_URL"),
        ({**JWT, "jwt_audience": None}, "GOLDENPATH_JWT_AUDIENCE"),
        ({**JWT, "jwt_issuer": None}, "GOLDENPATH_JWT_ISSUER"),
        ({"auth": "accounts", "google_client_id": "a"}, "GOLDENPATH_GOOGLE_CLIENT_SECRET"),
        ({"auth": "accounts", "oidc_discovery_url": "https://i"}, "GOLDENPATH_OIDC_CLIENT_ID"),
    ],
)
def test_what_is_open_or_half_is_refused_by_name(given: dict[str, Any], named: str) -> None:
    with pytest.raises(StartupError, match=named):
        check_who_may_come_in(load_settings(given, {}))
