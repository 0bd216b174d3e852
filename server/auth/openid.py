"""OpenID Connect's code flow with one provider, by Authlib: PKCE, nonce, and a checked ID token."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, cast

from authlib.oauth2 import rfc7636
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749 import parameters
from authlib.oidc.core import CodeIDToken
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet as JoseKeys

from domain.accounts.birthdays import birthday_of
from domain.accounts.emails import normalise_email
from domain.errors import GoldenpathError, InvalidInput, NotSignedIn, Unavailable
from server.auth.key_sets import KeySet
from server.auth.outgoing import IssuerAway, Outgoing, Question, json_of
from server.auth.providers import Provider

logger = logging.getLogger(__name__)

#: Signatures with public keys only: a client's secret is no proof of who signed.
_ALGORITHMS: Final = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "ES512"]
#: Clocks differ by so much, seconds.
_LEEWAY_S: Final = 60
_DISCOVERED_FOR_S: Final = 3600.0
_WELL_KNOWN: Final = "/.well-known/openid-configuration"
_LONGEST_SUBJECT: Final = 255


class ProviderRefused(NotSignedIn):
    """What came back from a provider proves nothing."""

    def __init__(self) -> None:
        GoldenpathError.__init__(
            self, "The sign-in at the provider could not be confirmed. Begin it again."
        )


@dataclass(frozen=True, slots=True)
class Outward:
    """What goes along to the provider and must fit when a person comes back."""

    redirect_uri: str
    nonce: str
    #: PKCE's secret half.
    verifier: str


@dataclass(frozen=True, slots=True)
class ForeignPerson:
    """Who a provider says that somebody is."""

    issuer: str
    subject: str
    name: str
    #: Only what the provider vouches for.
    email: str | None
    birthday: date | None = None


@dataclass(frozen=True, slots=True)
class _Metadata:
    """What a provider says of itself."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str | None
    auth_methods: tuple[str, ...]
    keys: KeySet


class OpenIdClient:
    """This service as a client of one provider."""

    def __init__(self, provider: Provider, outgoing: Outgoing) -> None:
        self.provider = provider
        self._outgoing = outgoing
        self._metadata: _Metadata | None = None
        self._discovered_at = 0.0

    async def authorization_url(self, state: str, outward: Outward) -> str:
        """Where to send a person; raises `Unavailable`."""
        metadata = await self._discovered()
        url = cast(Any, parameters.prepare_grant_uri)(
            metadata.authorization_endpoint,
            self.provider.client_id,
            "code",
            redirect_uri=outward.redirect_uri,
            scope=list(self.provider.scopes),
            state=state,
            nonce=outward.nonce,
            code_challenge=cast(Any, rfc7636.create_s256_code_challenge(outward.verifier)),
            code_challenge_method="S256",
        )
        return str(url)

    async def person(self, code: str, outward: Outward, issuer: str | None) -> ForeignPerson:
        """Who came back with a code; raises `ProviderRefused` and `Unavailable`.

        `issuer` is who says that it sent them, if it says so (RFC 9207).
        """
        metadata = await self._discovered()
        if issuer is not None and issuer != metadata.issuer:
            raise ProviderRefused
        tokens = await self._tokens(metadata, code, outward)
        access_token = str(tokens.get("access_token", ""))
        claims = await self._claims(metadata, tokens, outward.nonce)
        told = {**await self._userinfo(metadata, claims, access_token), **claims}
        email = _vouched_email(told)
        name = told.get("name")
        return ForeignPerson(
            issuer=metadata.issuer,
            subject=str(claims["sub"]),
            name=name if isinstance(name, str) and name else (email or "New member"),
            email=email,
            birthday=await self._birthday(access_token),
        )

    async def _discovered(self) -> _Metadata:
        is_fresh = time.monotonic() - self._discovered_at < _DISCOVERED_FOR_S
        if self._metadata is None or not is_fresh:
            document = await json_of(self._outgoing, Question(self.provider.discovery_url))
            self._metadata = _checked(document, self.provider, self._outgoing)
            self._discovered_at = time.monotonic()
        return self._metadata

    async def _tokens(self, metadata: _Metadata, code: str, outward: Outward) -> dict[str, Any]:
        body = parameters.prepare_token_request(
            "authorization_code",
            redirect_uri=outward.redirect_uri,
            code=code,
            code_verifier=outward.verifier,
        )
        method = "client_secret_basic"
        if metadata.auth_methods and method not in metadata.auth_methods:
            method = "client_secret_post"
        auth = ClientAuth(self.provider.client_id, self.provider.client_secret, method)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        uri, headers, body = cast(
            tuple[str, dict[str, str], str],
            auth.prepare("POST", metadata.token_endpoint, headers, body),
        )
        try:
            return await json_of(self._outgoing, Question(uri, "POST", headers, body))
        except IssuerAway as error:
            # What is said is in the log: a wrong code, verifier, secret or redirect.
            raise ProviderRefused from error

    async def _claims(
        self, metadata: _Metadata, tokens: Mapping[str, Any], nonce: str
    ) -> dict[str, Any]:
        """The claims of a good ID token; raises `ProviderRefused`."""
        try:
            text = str(tokens["id_token"])
            document = await metadata.keys.document(_key_id(text))
            keys = JoseKeys.import_key_set(cast(Any, document))
            token = jwt.decode(text, keys, algorithms=_ALGORITHMS)
            checked = CodeIDToken(
                token.claims,
                token.header,
                {
                    "iss": {"essential": True, "value": metadata.issuer},
                    "aud": {"essential": True, "value": self.provider.client_id},
                },
                {
                    "nonce": nonce,
                    "client_id": self.provider.client_id,
                    "access_token": tokens.get("access_token"),
                },
            )
            checked.validate(int(time.time()), _LEEWAY_S)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            logger.warning("An ID token of %s is not good: %s", metadata.issuer, error)
            raise ProviderRefused from error
        subject: Any = token.claims.get("sub")
        if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
            raise ProviderRefused
        return dict(token.claims)

    async def _userinfo(
        self, metadata: _Metadata, claims: Mapping[str, Any], access_token: str
    ) -> dict[str, Any]:
        """What the ID token does not say, of the same person only."""
        if "email" in claims or metadata.userinfo_endpoint is None:
            return {}
        told = await self._told(metadata.userinfo_endpoint, access_token)
        return told if told.get("sub") == claims["sub"] else {}

    async def _birthday(self, access_token: str) -> date | None:
        url = self.provider.birthday_url
        return birthday_of(await self._told(url, access_token)) if url else None

    async def _told(self, url: str, access_token: str) -> dict[str, Any]:
        """What may be known with an access token; nothing where the person did not consent."""
        headers = {"Authorization": f"Bearer {access_token}"}
        try:
            return await json_of(self._outgoing, Question(url, headers=headers))
        except Unavailable:
            return {}


def _checked(document: Mapping[str, Any], provider: Provider, outgoing: Outgoing) -> _Metadata:
    """What a provider says of itself, when it is whole and of the provider that was asked."""
    names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
    values = [document.get(name) for name in names]
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) != len(names):
        raise IssuerAway
    issuer, authorization_endpoint, token_endpoint, keys_url = texts
    if issuer.rstrip("/") + _WELL_KNOWN != provider.discovery_url:
        logger.warning("%s says that it is %s.", provider.discovery_url, issuer)
        raise IssuerAway
    userinfo: Any = document.get("userinfo_endpoint")
    methods: Any = document.get("token_endpoint_auth_methods_supported") or ()
    return _Metadata(
        issuer=issuer,
        authorization_endpoint=authorization_endpoint,
        token_endpoint=token_endpoint,
        userinfo_endpoint=userinfo if isinstance(userinfo, str) else None,
        auth_methods=tuple(str(method) for method in methods),
        keys=KeySet(keys_url, outgoing),
    )


def _key_id(token: str) -> str | None:
    return jws.extract_compact(token.encode()).headers().get("kid")


def _vouched_email(claims: Mapping[str, Any]) -> str | None:
    """The address, when the provider vouches that it is theirs."""
    email = claims.get("email")
    # Some say it as text.
    if not isinstance(email, str) or claims.get("email_verified") not in (True, "true"):
        return None
    try:
        return normalise_email(email)
    except InvalidInput:
        return None
