"""The plain pages of signing in: forms that need no script, and look like the rest."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from ui.markup import escaped
from ui.pages.plain_page import plain_page


@dataclass(frozen=True, slots=True)
class ProviderLink:
    """Another place to sign in with."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class FormState:
    """What a form shows again: where it leads on to, what was entered, what went wrong."""

    next_path: str = ""
    invitation: str = ""
    email: str = ""
    name: str = ""
    problem: str = ""
    providers: Sequence[ProviderLink] = ()


def sign_in_page(state: FormState, *, may_register: bool) -> str:
    """E-mail address and password."""
    other = ""
    if may_register or state.invitation:
        address = _address("/register", state)
        other = f'<p class="quiet">No account yet? <a href="{address}">Create one</a>.</p>'
    body = (
        f"{_problem(state)}"
        f'<form method="post" action="/sign-in">{_hidden(state)}'
        f"{_email(state.email, is_first=True)}"
        f"{_password('Password', 'current-password', '')}"
        f'<button type="submit">Sign in</button></form>{_providers(state)}{other}'
    )
    return plain_page("Sign in", "Sign in", body)


def register_page(state: FormState, purpose: str, *, fixed_email: bool = False) -> str:
    """A new account; `purpose` says for what."""
    body = (
        f"<p>{escaped(purpose)}</p>{_problem(state)}"
        f'<form method="post" action="/register">{_hidden(state)}'
        f"{_email(state.email, is_first=not fixed_email, is_fixed=fixed_email)}"
        '<label for="name">Name</label><input id="name" name="name" autocomplete="name"'
        f' maxlength="100" value="{escaped(state.name)}"{" autofocus" if fixed_email else ""}>'
        f"{_password('Password', 'new-password', 'Ten characters or more.')}"
        f'<button type="submit">Create the account</button></form>{_providers(state)}'
        f'<p class="quiet">You have an account? <a href="{_address("/sign-in", state)}">Sign in'
        "</a>.</p>"
    )
    return plain_page("Create an account", "Create an account", body)


def join_page(invitation: str, purpose: str, who: str) -> str:
    """An invitation for somebody who is signed in."""
    body = (
        f"<p>{escaped(purpose)}</p>"
        f'<p class="quiet">You are signed in as {escaped(who)}.</p>'
        '<form method="post" action="/join">'
        f'<input type="hidden" name="invitation" value="{escaped(invitation)}">'
        '<button type="submit">Join</button></form>'
        '<p class="quiet"><a href="/app/">Not now</a></p>'
    )
    return plain_page("Invitation", "You are invited", body)


def _problem(state: FormState) -> str:
    return f'<p class="problem" role="alert">{escaped(state.problem)}</p>' if state.problem else ""


def _hidden(state: FormState) -> str:
    return "".join(
        f'<input type="hidden" name="{name}" value="{escaped(value)}">'
        for name, value in (("next", state.next_path), ("invitation", state.invitation))
        if value
    )


def _email(value: str, *, is_first: bool, is_fixed: bool = False) -> str:
    return (
        '<label for="email">E-mail address</label><input id="email" name="email" type="email"'
        f' autocomplete="username" required maxlength="254" value="{escaped(value)}"'
        f"{' autofocus' if is_first else ''}{' readonly' if is_fixed else ''}>"
    )


def _password(label: str, purpose: str, hint: str) -> str:
    described = ' aria-describedby="hint"' if hint else ""
    told = f'<p class="quiet" id="hint">{escaped(hint)}</p>' if hint else ""
    return (
        f'<label for="password">{label}</label><input id="password" name="password"'
        f' type="password" autocomplete="{purpose}" required maxlength="256"{described}>{told}'
    )


def _providers(state: FormState) -> str:
    links = "".join(
        f'<a class="button" href="{_address(f"/sign-in/{each.name}", state)}">'
        f"Go on with {escaped(each.title)}</a>"
        for each in state.providers
    )
    return f'<p class="or"><span>or</span></p>{links}' if links else ""


def _address(path: str, state: FormState) -> str:
    pairs = (("next", state.next_path), ("invitation", state.invitation))
    query = urlencode([(name, value) for name, value in pairs if value])
    return escaped(f"{path}?{query}" if query else path)
