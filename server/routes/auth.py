"""Signing in without a browser: access tokens, and refresh tokens that are exchanged each time."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field, SecretStr, StringConstraints

from domain.accounts.passwords import LONGEST
from server.auth.opaque_tokens import hashed
from server.auth.sign_in import Registration, Tokens
from server.auth.visitors import visitor_of
from server.dependencies import ServicesDep, SignInDep
from server.edge.quotas import count_stranger
from server.shapes import problems

router = APIRouter(prefix="/auth", tags=["sign-in"])

_Email = Annotated[str, StringConstraints(max_length=254)]
_Password = Annotated[SecretStr, Field(max_length=LONGEST)]
_Token = Annotated[SecretStr, Field(max_length=1000)]


class Credentials(BaseModel):
    """An e-mail address and its password."""

    email: _Email
    password: _Password
    invitation: _Token | None = Field(None, description="A link's token, to join its workspace.")


class NewAccount(Credentials):
    """What an account is made of."""

    name: Annotated[str, StringConstraints(max_length=100)] = ""


class RefreshToken(BaseModel):
    """A refresh token; it is good once."""

    refresh_token: _Token


class TokenShape(BaseModel):
    """What to sign in with from now on."""

    access_token: str = Field(description="Send it as `Authorization: Bearer …`.")
    refresh_token: str = Field(description="Exchange it for the next pair; it is good once.")
    token_type: str = "Bearer"
    expires_in: int = Field(description="How long the access token is good, seconds.")


@router.post(
    "/register",
    status_code=201,
    responses=problems(403, 409, 410, 422, 503),
    dependencies=[Depends(count_stranger)],
)
async def register(body: NewAccount, request: Request, sign_in: SignInDep) -> TokenShape:
    """Make an account and sign in."""
    wanted = Registration(
        body.email, body.name, body.password.get_secret_value(), _text(body.invitation)
    )
    arrived = await sign_in.register(wanted)
    return _shape(await sign_in.open_client(arrived, visitor_of(request)))


@router.post("/token", responses=problems(401, 403, 409, 410, 422, 503))
async def sign_in_by_password(
    body: Credentials, request: Request, sign_in: SignInDep
) -> TokenShape:
    """Sign in with an e-mail address and its password."""
    password = body.password.get_secret_value()
    visitor = visitor_of(request)
    arrived = await sign_in.check(body.email, password, visitor, _text(body.invitation))
    return _shape(await sign_in.open_client(arrived, visitor))


@router.post("/refresh", responses=problems(401, 409, 422, 503))
async def refresh(body: RefreshToken, sign_in: SignInDep) -> TokenShape:
    """Exchange a refresh token. One that comes a second time ends its sign-in."""
    return _shape(await sign_in.refresh(body.refresh_token.get_secret_value()))


@router.post("/revoke", status_code=204, responses=problems(409, 422, 503))
async def revoke(body: RefreshToken, services: ServicesDep, sign_in: SignInDep) -> None:
    """Sign out: the sign-in of this refresh token ends, if there is one."""
    token = body.refresh_token.get_secret_value()
    await services.auth.sessions.revoke_refresh_token(hashed(token))


def _text(token: SecretStr | None) -> str | None:
    return token.get_secret_value() if token else None


def _shape(tokens: Tokens) -> TokenShape:
    return TokenShape(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        expires_in=tokens.expires_in_s,
    )
