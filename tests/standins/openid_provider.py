"""A real OpenID provider on a local port, which checks PKCE and lies when it is told to."""

import base64
import hashlib
import os
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
import httpx
import werkzeug.serving

with warnings.catch_warnings():
    # Its own use of Authlib is its own affair.
    warnings.simplefilter("ignore")
    import oidc_provider_mock
    from authlib import jose

Claims = dict[str, Any]


@dataclass
class OpenIdProvider:
    """What it knows, what it was asked, and how it lies."""

    url: str = ""
    people: dict[str, Claims] = field(default_factory=dict)
    #: Birthdays as Google's People API tells them, by subject.
    birthdays: dict[str, list[Any]] = field(default_factory=dict)
    #: Changes the claims of an ID token before it is signed again.
    forge: Callable[[Claims], Claims] | None = None
    #: Signs with a key of somebody else.
    signs_with_another_key: bool = False
    asked: list[str] = field(default_factory=list)
    challenges: dict[str, str] = field(default_factory=dict)
    subjects: dict[str, str] = field(default_factory=dict)

    @property
    def discovery_url(self) -> str:
        return f"{self.url}/.well-known/openid-configuration"

    async def person(self, subject: str, **claims: Any) -> None:
        """Somebody who has an account there."""
        async with httpx.AsyncClient() as client:
            (await client.put(f"{self.url}/users/{subject}", json=claims)).raise_for_status()

    async def agree(self, authorization_url: str, subject: str) -> Mapping[str, str]:
        """Somebody signs in there and agrees; what the browser is sent back with."""
        async with httpx.AsyncClient() as client:
            response = await client.post(authorization_url, data={"sub": subject})
        assert response.status_code == 302, response.text
        query = parse_qs(urlsplit(response.headers["location"]).query)
        return {name: values[0] for name, values in query.items()}


@contextmanager
def openid_provider() -> Iterator[OpenIdProvider]:
    """Run one on a free port."""
    provider = OpenIdProvider()
    app = flask.Flask("openid provider")
    app.secret_key = "of the stand-in"
    _add_checks(app, provider)
    oidc_provider_mock.init_app(app)
    server = werkzeug.serving.make_server("127.0.0.1", 0, app, threaded=True)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    # Its library wants TLS unless it is told otherwise.
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    thread = threading.Thread(target=_serve, args=(server,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        del os.environ["AUTHLIB_INSECURE_TRANSPORT"]


def _serve(server: werkzeug.serving.BaseWSGIServer) -> None:
    server.serve_forever(0.05)


def _add_checks(app: flask.Flask, provider: OpenIdProvider) -> None:
    @app.before_request
    def check_verifier() -> Any:
        provider.asked.append(flask.request.path)
        if flask.request.path != "/oauth2/token":
            return None
        challenge = provider.challenges.pop(flask.request.form.get("code", ""), None)
        verifier = flask.request.form.get("code_verifier", "")
        digest = hashlib.sha256(verifier.encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == challenge:
            return None
        return flask.jsonify({"error": "invalid_grant"}), 400

    @app.after_request
    def remember_and_forge(response: flask.Response) -> flask.Response:
        if flask.request.path == "/oauth2/authorize" and "Location" in response.headers:
            assert flask.request.args["code_challenge_method"] == "S256"
            query = parse_qs(urlsplit(response.headers["Location"]).query)
            for code in query.get("code", ()):
                provider.challenges[code] = flask.request.args["code_challenge"]
                provider.subjects[code] = flask.request.form["sub"]
        if flask.request.path == "/oauth2/token" and response.status_code == 200:
            answer = response.get_json()
            provider.subjects[answer["access_token"]] = provider.subjects[
                flask.request.form["code"]
            ]
            answer["id_token"] = _signed_again(answer["id_token"], provider)
            response.set_data(flask.json.dumps(answer))
        return response

    @app.get("/v1/people/me")
    def people() -> Any:
        token = flask.request.headers.get("Authorization", "").removeprefix("Bearer ")
        subject = provider.subjects.get(token)
        if subject not in provider.birthdays:
            return flask.jsonify({"error": {"status": "PERMISSION_DENIED"}}), 403
        return flask.jsonify({"birthdays": provider.birthdays[subject]})


def _signed_again(token: str, provider: OpenIdProvider) -> str:
    if provider.forge is None and not provider.signs_with_another_key:
        return token
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        key = flask.g.oidc_provider_mock_storage.jwk
        claims = dict(jose.jwt.decode(token, key))
        claims = provider.forge(claims) if provider.forge else claims
        header = {"alg": "RS256", "kid": key.as_dict().get("kid") or key.thumbprint()}
        if provider.signs_with_another_key:
            key = jose.JsonWebKey.generate_key("RSA", 2048, is_private=True)
        return jose.jwt.encode(header, claims, key).decode()
