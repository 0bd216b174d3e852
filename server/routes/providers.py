"""Signing in with a provider elsewhere: sent there, and taken in again."""

from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from domain.errors import Conflict, GoldenpathError
from server.auth.arrivals import HEADERS, go_in, refusal, visitor
from server.auth.cookies import has_tls
from server.auth.provider_flows import ProviderFlows, Return, Sent, Start, refuse_denied
from server.auth.visitors import own_url
from server.dependencies import PersonDep, ServicesDep, SignInDep
from server.services import Services
from storage.accounts.provider_sign_ins import GOOD_S

router = APIRouter(prefix="/sign-in", include_in_schema=False)

#: Binds a sign-in at a provider to the browser that began it.
_COOKIE: Final = "goldenpath_provider"


async def provider_flows(services: ServicesDep) -> ProviderFlows:
    """The providers; raises `Conflict` in other modes."""
    if services.auth.flows is None:
        raise Conflict("Nobody signs in here with a provider. Open the pages at /app/.")
    return services.auth.flows


FlowsDep = Annotated[ProviderFlows, Depends(provider_flows)]


@router.get("/{provider}")
async def begin(
    provider: str,
    request: Request,
    services: ServicesDep,
    flows: FlowsDep,
    next: str = "",
    invitation: str = "",
) -> Response:
    """Send somebody to a provider to sign in."""
    start = Start(_redirect_uri(request, services, provider), next, invitation or None)
    try:
        return _sent(await flows.begin(provider, start), services)
    except GoldenpathError as error:
        return refusal(error)


@router.post("/{provider}/link")
async def begin_linking(
    provider: str, request: Request, services: ServicesDep, flows: FlowsDep, user: PersonDep
) -> Response:
    """Send somebody who is signed in to a provider, to sign in with it from then on."""
    start = Start(_redirect_uri(request, services, provider), user=user)
    try:
        return _sent(await flows.begin(provider, start), services)
    except GoldenpathError as error:
        return refusal(error)


@router.get("/{provider}/callback")
async def come_back(
    provider: str,
    request: Request,
    services: ServicesDep,
    flows: FlowsDep,
    ways: SignInDep,
    state: str = "",
    code: str = "",
    iss: str | None = None,
    error: str | None = None,
) -> Response:
    """Take in somebody whom a provider sends back."""
    back = Return(
        state=state,
        code=code,
        browser_token=request.cookies.get(_COOKIE, ""),
        redirect_uri=_redirect_uri(request, services, provider),
        issuer=iss,
        user=await visitor(request),
    )
    try:
        refuse_denied(error)
        outcome = await flows.finish(provider, back)
        if outcome.arrived:
            response = await go_in(request, services, ways, outcome.arrived, outcome.next_path)
        else:
            response = RedirectResponse(outcome.next_path, 303, HEADERS)
    except GoldenpathError as refused:
        response = refusal(refused)
    response.delete_cookie(_COOKIE, path="/sign-in")
    return response


def _sent(sent: Sent, services: Services) -> Response:
    response = RedirectResponse(sent.url, 303, HEADERS)
    response.set_cookie(
        _COOKIE,
        sent.browser_token,
        max_age=int(GOOD_S),
        path="/sign-in",
        secure=has_tls(services.settings),
        httponly=True,
        samesite="lax",
    )
    return response


def _redirect_uri(request: Request, services: Services, provider: str) -> str:
    return f"{own_url(request, services.settings)}/sign-in/{provider}/callback"
