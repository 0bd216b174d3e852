"""The plain pages of signing in: forms without scripts, and the cookie that they set."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

from domain.accounts.links import own_path
from domain.errors import GoldenpathError, NotSignedIn
from server.audit_notes import note
from server.auth.arrivals import HEADERS, go_in, page, refusal, visitor
from server.auth.cookies import delete_session_cookie
from server.auth.credentials import require_own_page, session_cookie
from server.auth.opaque_tokens import hashed
from server.auth.sign_in import Registration, SignIn
from server.auth.visitors import visitor_of
from server.dependencies import ServicesDep, SignInDep, signed_in
from server.edge.quotas import count_stranger
from server.errors import status_of
from server.services import Services
from storage.accounts.invitations import Offer
from ui.pages.plain_page import message_page
from ui.pages.sign_in_forms import (
    FormState,
    ProviderLink,
    join_page,
    register_page,
    sign_in_page,
)

router = APIRouter(include_in_schema=False)

_Text = Annotated[str, Form(max_length=300)]


@router.get("/sign-in")
async def show_sign_in(
    request: Request, services: ServicesDep, next: str = "", invitation: str = ""
) -> Response:
    """The form; whoever is signed in goes on at once."""
    if services.auth.sign_in is None:
        return page(_elsewhere(services), 401 if services.settings.auth == "jwt" else 200)
    if not invitation and await visitor(request) is not None:
        return RedirectResponse(own_path(next), 303)
    return page(_sign_in(services, _state(services, next, invitation)))


@router.post("/sign-in")
async def sign_in(
    request: Request,
    services: ServicesDep,
    ways: SignInDep,
    email: _Text = "",
    password: _Text = "",
    next: _Text = "",
    invitation: _Text = "",
) -> Response:
    """Check an address and its password, and set the cookie."""
    try:
        require_own_page(request.method, request.headers, services.settings.public_url)
        arrived = await ways.check(email, password, visitor_of(request), invitation or None)
        return await go_in(request, services, ways, arrived, next)
    except GoldenpathError as error:
        state = _state(services, next, invitation, problem=str(error), email=email)
        return page(_sign_in(services, state), status_of(error))


@router.get("/register")
async def show_registration(
    services: ServicesDep, ways: SignInDep, next: str = "", invitation: str = ""
) -> Response:
    """The form for a new account, or why there is none."""
    try:
        return page(await _register(services, ways, _state(services, next, invitation)))
    except GoldenpathError as error:
        return refusal(error)


@router.post("/register", dependencies=[Depends(count_stranger)])
async def register(
    request: Request,
    services: ServicesDep,
    ways: SignInDep,
    email: _Text = "",
    name: _Text = "",
    password: _Text = "",
    invitation: _Text = "",
) -> Response:
    """Make an account, and set the cookie."""
    try:
        require_own_page(request.method, request.headers, services.settings.public_url)
        wanted = Registration(email, name[:100], password, invitation or None)
        return await go_in(request, services, ways, await ways.register(wanted), "")
    except GoldenpathError as error:
        state = _state(services, "", invitation, problem=str(error), email=email, name=name)
        try:
            return page(await _register(services, ways, state), status_of(error))
        except GoldenpathError as refused:
            return refusal(refused)


@router.get("/join")
async def show_invitation(
    request: Request, services: ServicesDep, ways: SignInDep, invitation: str = ""
) -> Response:
    """What an invitation's link leads to: joining, or a new account."""
    user = await visitor(request)
    if user is None:
        return _to_registration(invitation)
    try:
        offer = await ways.invitations.find(hashed(invitation))
    except GoldenpathError as error:
        return refusal(error)
    profile = await services.auth.people.profile(user)
    return page(join_page(invitation, _purpose(offer), profile.email or profile.name))


@router.post("/join")
async def join(
    request: Request, services: ServicesDep, ways: SignInDep, invitation: _Text = ""
) -> Response:
    """Become a member, and go over to that workspace."""
    try:
        user = await signed_in(request)
        tenant_id = await services.auth.people.accept(user, hashed(invitation))
    except NotSignedIn:
        return _to_registration(invitation)
    except GoldenpathError as error:
        return refusal(error)
    await note(services, replace(user, tenant_id=tenant_id), "member.joined", user.user_id)
    session_id = await ways.session_of(session_cookie(request.headers))
    await services.auth.sessions.switch_tenant(user, session_id, tenant_id)
    return RedirectResponse(own_path(None), 303)


@router.post("/sign-out")
async def sign_out(request: Request, services: ServicesDep, ways: SignInDep) -> Response:
    """End the browser's sign-in."""
    require_own_page(request.method, request.headers, services.settings.public_url)
    user = await visitor(request)
    if token := session_cookie(request.headers):
        await services.auth.sessions.revoke_cookie(hashed(token))
    if user is not None:
        await note(services, user, "session.signed_out", user.user_id)
    response = RedirectResponse("/sign-in", 303)
    delete_session_cookie(response, services.settings)
    return response


def _state(
    services: Services,
    wanted: str,
    invitation: str,
    *,
    problem: str = "",
    email: str = "",
    name: str = "",
) -> FormState:
    next_path = own_path(wanted) if wanted else ""
    providers = [ProviderLink(each.name, each.title) for each in services.auth.providers.values()]
    return FormState(next_path, invitation, email, name, problem, providers)


def _sign_in(services: Services, state: FormState) -> str:
    return sign_in_page(state, may_register=services.settings.registration == "open")


async def _register(services: Services, ways: SignIn, state: FormState) -> str:
    """The form; raises `LinkSpent` and `NotAllowed`."""
    await ways.entry(state.invitation or None)
    if not state.invitation:
        return register_page(state, "You get a workspace of your own.")
    offer = await ways.invitations.find(hashed(state.invitation))
    if offer.email:
        return register_page(replace(state, email=offer.email), _purpose(offer), fixed_email=True)
    return register_page(state, _purpose(offer))


def _purpose(offer: Offer) -> str:
    if offer.tenant_id is None:
        return "This is the first account: the owner's."
    return f"You are invited to {offer.tenant_name} as {offer.role}."


def _to_registration(invitation: str) -> Response:
    known = invitation if invitation.replace("-", "").replace("_", "").isalnum() else ""
    return RedirectResponse(f"/register?invitation={known}", 303, HEADERS)


def _elsewhere(services: Services) -> str:
    if services.settings.auth == "jwt":
        text = (
            "People sign in elsewhere for this service: it takes the tokens of their issuer. Come "
            "through the proxy that sends them, or sign in there again."
        )
        return message_page("You are not signed in", text, "/sign-in", "Try again")
    return message_page("Nobody signs in here", "This service is for everybody on this machine.")
