"""Settings about who may come in, a part of `server/settings.py`."""

from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, SecretStr, field_validator

#: Fewer characters than this can be guessed.
SECRET_KEY_CHARACTERS = 32

AuthMode = Literal["local", "accounts", "jwt"]


class AccountSettings(BaseModel):
    """Who may come in, and how people sign in."""

    auth: AuthMode = Field(
        default="local",
        description="Who may come in: `local` everybody on this machine, `accounts` people who "
        "sign in here, `jwt` tokens of somebody else's issuer.",
    )
    public_url: str | None = Field(
        default=None,
        description="Where people reach the service: scheme and host, for links and cookies.",
    )
    registration: Literal["invite", "open"] = Field(
        default="invite",
        description="Who may make an account: whoever has an invitation, or everybody (`open`).",
    )
    session_idle_h: float = Field(
        default=168.0, gt=0, description="A sign-in that is not used for so long ends, hours."
    )
    session_days: float = Field(
        default=30.0, gt=0, description="Every sign-in ends after so long, days."
    )
    access_token_s: int = Field(
        default=600,
        ge=10,
        description="How long access tokens are good before they are refreshed, seconds.",
    )
    password_hash_mb: int = Field(
        default=64,
        ge=19,
        le=1024,
        description="Memory that hashing one password takes, MB: more is harder to guess.",
    )
    google_client_id: str | None = Field(
        default=None, description="Sign-in with Google: the client's id."
    )
    google_client_secret: SecretStr | None = Field(
        default=None, description="Sign-in with Google: the client's secret."
    )
    google_birthday: bool = Field(
        default=False, description="Ask Google for the birthday too, for the person's profile."
    )
    oidc_discovery_url: str | None = Field(
        default=None,
        description="Sign-in with any OpenID provider: its `/.well-known/openid-configuration`.",
    )
    oidc_client_id: str | None = Field(
        default=None, description="Sign-in with any OpenID provider: the client's id."
    )
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="Sign-in with any OpenID provider: the client's secret."
    )
    oidc_name: str = Field(
        default="single sign-on", description="What the sign-in page calls that provider."
    )
    jwt_secret: SecretStr | None = Field(
        default=None,
        description="Mode `jwt`: the secret that tokens are signed with (HS256).",
    )
    jwt_jwks_url: str | None = Field(
        default=None,
        description="Mode `jwt`: where the issuer's public keys are, instead of a secret.",
    )
    jwt_issuer: str | None = Field(
        default=None, description="Mode `jwt`: the `iss` that tokens must have."
    )
    jwt_audience: str | None = Field(
        default=None, description="Mode `jwt`: the `aud` that tokens must be for."
    )

    @field_validator("jwt_secret")
    @classmethod
    def _is_long(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < SECRET_KEY_CHARACTERS:
            raise ValueError(f"take {SECRET_KEY_CHARACTERS} random characters or more")
        return value

    @field_validator("public_url")
    @classmethod
    def _is_origin(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise ValueError("write it as https://host, with a port where it is an unusual one")
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise ValueError("it has no path: the service is at the root of its host")
        return f"{parts.scheme}://{parts.netloc}".lower()

    @property
    def public_host(self) -> str | None:
        """The name that people reach the service by."""
        return urlsplit(self.public_url).hostname if self.public_url else None

    def missing(self, *names: str) -> list[str]:
        """Which of these fields are not set."""
        values: dict[str, Any] = {name: getattr(self, name) for name in names}
        return [name for name, value in values.items() if value is None]
