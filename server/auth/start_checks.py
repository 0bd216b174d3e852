"""What must be right about who may come in before the service listens."""

from typing import Final

from domain.errors import InvalidSettings, StartupError
from server.settings import Settings, setting_names

#: Addresses that only this machine reaches; others need authentication.
LOOPBACK: Final = ("127.0.0.1", "::1", "localhost")


def check_who_may_come_in(settings: Settings) -> None:
    """Raise `StartupError` when anybody could come in, or nobody could."""
    if settings.host not in LOOPBACK:
        _check_public(settings)
    if settings.auth == "jwt":
        _check_issuer(settings)
    if settings.auth == "accounts":
        _check_whole(settings, "google_client_id", "google_client_secret")
        _check_whole(settings, "oidc_discovery_url", "oidc_client_id", "oidc_client_secret")


def _check_public(settings: Settings) -> None:
    if settings.auth == "local":
        raise StartupError(
            f"Without authentication goldenpath listens on loopback only, not on {settings.host}. "
            "Set GOLDENPATH_AUTH to accounts or jwt, or use --host 127.0.0.1."
        )
    if settings.auth == "accounts" and settings.public_url is None:
        raise InvalidSettings(
            "The setting GOLDENPATH_PUBLIC_URL is missing: links and cookies are made for it. Set "
            "it to where people reach the service, such as https://agents.example.com."
        )


def _check_issuer(settings: Settings) -> None:
    if len(settings.missing("jwt_secret", "jwt_jwks_url")) != 1:
        raise InvalidSettings(
            "GOLDENPATH_AUTH=jwt needs either GOLDENPATH_JWT_SECRET or GOLDENPATH_JWT_JWKS_URL, "
            "to check tokens with. Set one of them."
        )
    if missing := settings.missing("jwt_issuer", "jwt_audience"):
        names = " and ".join(setting_names()[name] for name in missing)
        raise InvalidSettings(
            f"GOLDENPATH_AUTH=jwt needs {names} too: without, tokens that the issuer made for "
            "other services would be good here."
        )


def _check_whole(settings: Settings, *names: str) -> None:
    missing = settings.missing(*names)
    if missing and len(missing) < len(names):
        wanted = " and ".join(setting_names()[name] for name in missing)
        raise InvalidSettings(f"Half of a sign-in provider is set: {wanted} is missing. Set it.")
