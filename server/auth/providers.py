"""Places elsewhere that people sign in with, as the settings name them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from server.settings import Settings

_GOOGLE: Final = "https://accounts.google.com/.well-known/openid-configuration"
#: Google tells birthdays here and not with the sign-in, to whoever was granted this.
_BIRTHDAY_URL: Final = "https://people.googleapis.com/v1/people/me?personFields=birthdays"
_BIRTHDAY_SCOPE: Final = "https://www.googleapis.com/auth/user.birthday.read"
_SCOPES: Final = ("openid", "email", "profile")


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID provider, and this service as its client."""

    #: A word for addresses, and one for people.
    name: str
    title: str
    discovery_url: str
    client_id: str
    client_secret: str
    scopes: tuple[str, ...] = _SCOPES
    #: Where it tells the birthday; None when nobody wants to know.
    birthday_url: str | None = None


def providers_of(settings: Settings) -> Mapping[str, Provider]:
    """The providers that are set up, by name, in the order in which they are offered."""
    found: dict[str, Provider] = {}
    if settings.auth != "accounts":
        return found
    if settings.google_client_id and settings.google_client_secret:
        wants_birthday = settings.google_birthday
        found["google"] = Provider(
            name="google",
            title="Google",
            discovery_url=_GOOGLE,
            client_id=settings.google_client_id,
            client_secret=settings.google_client_secret.get_secret_value(),
            scopes=(*_SCOPES, _BIRTHDAY_SCOPE) if wants_birthday else _SCOPES,
            birthday_url=_BIRTHDAY_URL if wants_birthday else None,
        )
    if settings.oidc_discovery_url and settings.oidc_client_id and settings.oidc_client_secret:
        found["oidc"] = Provider(
            name="oidc",
            title=settings.oidc_name,
            discovery_url=settings.oidc_discovery_url,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value(),
        )
    return found
