"""Signing in at Google as a service account: a signed statement for an access token (RFC 7523)."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

from google.auth import jwt
from google.auth.crypt import RSASigner

from domain.errors import ProviderRefused
from tools.access_tokens import AccessToken
from tools.integration import Call
from tools.provider_api import Ask, Explained, ProviderApi

_NAME: Final = "Google"
_GRANT: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
#: Google takes no longer statements.
_VALID: Final = timedelta(hours=1)
_NEEDED: Final = ("client_email", "private_key", "private_key_id", "token_uri")
_NEXT_STEP: Final = "Enter the whole JSON key file of the service account again."


@dataclass(frozen=True, slots=True, repr=False)
class ServiceAccount:
    """The key file of a service account."""

    client_email: str
    private_key: str
    private_key_id: str
    token_uri: str

    @classmethod
    def parsed(cls, text: str) -> "ServiceAccount":
        """The key file's content; raises `ProviderRefused` when it is none."""
        try:
            info: Any = json.loads(text)
        except ValueError:
            info = None
        fields = cast("dict[str, Any]", info) if isinstance(info, dict) else {}
        if fields.get("type") != "service_account" or not all(
            isinstance(fields.get(name), str) for name in _NEEDED
        ):
            raise ProviderRefused(_NAME, "this is no service account's key", _NEXT_STEP)
        return cls(**{name: fields[name] for name in _NEEDED})

    def statement(self, scope: str, now: datetime) -> str:
        """Who we are and what we want, signed; raises `ProviderRefused` for a broken key."""
        try:
            signer = RSASigner.from_string(self.private_key, self.private_key_id)
        except ValueError as error:
            raise ProviderRefused(_NAME, "the private key cannot be read", _NEXT_STEP) from error
        claims = {
            "iss": self.client_email,
            "scope": scope,
            "aud": self.token_uri,
            "iat": int(now.timestamp()),
            "exp": int((now + _VALID).timestamp()),
        }
        return jwt.encode(signer, claims).decode()


async def access_token(call: Call, account: ServiceAccount, scope: str) -> str:
    """A token for calls, kept until shortly before it ends."""
    return await call.ports.tokens.get(
        call.secrets["service_account"], lambda: _sign_in(call, account, scope)
    )


async def _sign_in(call: Call, account: ServiceAccount, scope: str) -> AccessToken:
    now = datetime.now(UTC)
    api = ProviderApi(_NAME, call.http, account.token_uri, {}, _explain)
    form = {"grant_type": _GRANT, "assertion": account.statement(scope, now)}
    answer = await api.ask(Ask("POST", "", form=form))
    return AccessToken(answer["access_token"], now + timedelta(seconds=float(answer["expires_in"])))


def _explain(body: Any) -> Explained:
    fields = cast("dict[str, Any]", body) if isinstance(body, dict) else {}
    code, said = fields.get("error"), fields.get("error_description")
    return Explained(f"{said} ({code})" if said else str(code or ""), _NEXT_STEP)
