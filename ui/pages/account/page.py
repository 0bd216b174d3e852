"""The Account page: profile, password, sign-ins, keys, members, workspaces."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote

import gradio as gr

from ui.account_client import Account, Accounts
from ui.api_client import ApiError
from ui.callers import action_of, client_for
from ui.markup import live, notice, skeleton
from ui.pages import shell
from ui.pages.account import views
from ui.pages.account.audit_views import deed_list
from ui.pages.shell import QUIET, Update

_SCOPES: Final = {"read": ("read",), "write": ("read", "write")}


@dataclass(frozen=True, slots=True)
class _Call:
    """A call of the API that a button or a form stands for."""

    method: str
    #: With the names of data in braces.
    path: str
    said: str
    #: Of the body, and which data each takes.
    fields: Mapping[str, str] = field(default_factory=dict[str, str])


_CALLS: Final = {
    "rename": _Call("PATCH", "/account", "Your name is changed.", {"name": "name"}),
    "password": _Call(
        "POST",
        "/account/password",
        "Your password is changed, and your other sign-ins have ended.",
        {"before": "before", "after": "after"},
    ),
    "end-session": _Call("DELETE", "/account/sessions/{session}", "That sign-in has ended."),
    "end-others": _Call("DELETE", "/account/sessions", "All other sign-ins have ended."),
    "unlink": _Call("DELETE", "/account/identities/{identity}", "It is unlinked."),
    "revoke-key": _Call("DELETE", "/account/keys/{key}", "The key has ended."),
    "switch": _Call(
        "POST", "/account/tenant", "You are in another workspace now.", {"tenant_id": "tenant"}
    ),
    "rename-tenant": _Call("PATCH", "/tenant", "The workspace is renamed.", {"name": "name"}),
    "role": _Call("PATCH", "/members/{member}", "The role is changed.", {"role": "role"}),
    "remove": _Call("DELETE", "/members/{member}", "The member is gone."),
    "take-back": _Call("DELETE", "/invitations/{invitation}", "The invitation is taken back."),
}


@dataclass(frozen=True, slots=True)
class AccountParts:
    """The components that handlers write to."""

    foot: gr.HTML
    head: gr.HTML
    result: gr.HTML
    person: gr.HTML
    access: gr.HTML
    tenant: gr.HTML


def build_account(blocks: gr.Blocks, api_url: str, root: str) -> None:
    """Lay the page out and wire it; called inside `blocks`."""
    with shell.page("Account", root, views.heading(shell.menu_button(), "…")) as frame:
        result = live(name="gp-result")
        person = live(skeleton(6), name="gp-person")
        access = live(name="gp-access")
        tenant = live(name="gp-tenant")
    parts = AccountParts(frame.foot, frame.head, result, person, access, tenant)
    handlers = AccountHandlers(api_url, parts)
    everything = [getattr(parts, name) for name in AccountParts.__dataclass_fields__]
    blocks.load(handlers.load, outputs=everything, **QUIET)
    for block in (person, access, tenant):
        block.action(handlers.act, outputs=everything, **QUIET)


class AccountHandlers:
    """The page's handlers over the API; they keep nothing between calls."""

    def __init__(self, api_url: str, parts: AccountParts) -> None:
        self._api_url = api_url
        self._parts = parts

    async def load(self, request: gr.Request) -> Update:
        """Everything the page shows."""
        client, parts = client_for(self._api_url, request), self._parts
        accounts = Accounts(client)
        try:
            foot, account = await asyncio.gather(shell.foot(client), accounts.account())
            shown = await self._sections(accounts, account)
        except ApiError as error:
            return {parts.result: notice(str(error)), parts.person: ""}
        heading = views.heading(shell.menu_button(), views.who_line(account))
        return {parts.foot: foot, parts.head: heading, parts.result: "", **shown}

    async def act(self, request: gr.Request, event: gr.EventData) -> Update:
        """A button or a form of one of the live blocks."""
        accounts = Accounts(client_for(self._api_url, request))
        try:
            said = await _done(accounts, action_of(event))
        except ApiError as error:
            return {self._parts.result: notice(str(error))}
        return await self.load(request) | {self._parts.result: said}

    async def _sections(self, accounts: Accounts, account: Account) -> Update:
        parts = self._parts
        if account.mode == "local":
            return {parts.person: views.local(), parts.access: "", parts.tenant: ""}
        keys, members = await asyncio.gather(accounts.keys(), accounts.members())
        sessions = identities = None
        if account.mode == "accounts":
            sessions, identities = await asyncio.gather(accounts.sessions(), accounts.identities())
        may_invite = account.may_manage and account.mode == "accounts"
        invitations = await accounts.invitations() if may_invite else None
        deeds = await accounts.deeds() if account.may_manage else None
        return {
            parts.person: views.profile(account)
            + (views.password(account) if sessions is not None else "")
            + (views.linked(account, identities) if identities is not None else ""),
            parts.access: (views.session_list(sessions) if sessions is not None else "")
            + views.key_list(account, keys),
            parts.tenant: views.tenant_list(account)
            + views.member_list(account, members)
            + (views.invitation_list(account, invitations) if invitations is not None else "")
            + (deed_list(deeds, members) if deeds is not None else ""),
        }


async def _done(accounts: Accounts, data: Mapping[str, str]) -> str:
    """Do what a button or form asks; what is said of it. Raises ApiError."""
    match data.get("action"):
        case "create-key":
            days = int(data["days"]) if data.get("days", "").isdigit() else None
            scopes = _SCOPES.get(data.get("scopes", ""), ("read",))
            return views.new_key(await accounts.create_key(data.get("name", ""), scopes, days))
        case "invite":
            role, email = data.get("role", "member"), data.get("email") or None
            return views.new_link(await accounts.invite(role, email))
        case _:
            method, path, body, said = _call(data)
            await accounts.change(method, path, body)
            return views.said(said)


def _call(data: Mapping[str, str]) -> tuple[str, str, dict[str, str] | None, str]:
    """The call that an action stands for, and what is said when it is done."""
    call = _CALLS.get(data.get("action", ""))
    if call is None:
        raise ApiError("This button is of another version of the page. Load it again.")
    values = {name: quote(value, safe="") for name, value in data.items()}
    path = call.path.format_map(defaultdict(str, values))
    body = {name: data.get(field, "") for name, field in call.fields.items()}
    return call.method, path, body or None, call.said
