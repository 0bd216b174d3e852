"""The Account page's HTML: forms and lists of what a person has and may change."""

from collections.abc import Sequence
from typing import Final

from ui import markup
from ui.account_client import Account, Identity, Invitation, Key, Member, Session
from ui.markup import button, escaped, moment

ROLES: Final = ("owner", "admin", "member", "viewer")
#: Days a key may be good for, as the form offers them.
KEY_DAYS: Final = (("30", "30 days"), ("90", "90 days"), ("365", "a year"), ("", "for ever"))
KEY_SCOPES: Final = (("read", "read"), ("write", "read and write"))


def heading(menu: str, line: str) -> str:
    """The page's h1 and who it is about."""
    return markup.heading("Account", line, menu)


def who_line(account: Account) -> str:
    """Who is signed in, and as what."""
    if account.mode == "local":
        return "Everybody on this machine"
    return f"{account.email or account.name}, {account.role} of {account.tenant_name}"


def local() -> str:
    """Local mode has nothing to look after."""
    return (
        '<div class="gp-empty"><h2>This service has no accounts</h2><p>Start it with '
        "<code>GOLDENPATH_AUTH=accounts</code> to let people sign in, each with their own "
        "conversations, keys and workspaces.</p></div>"
    )


def said(text: str) -> str:
    """What was done."""
    return f'<p class="gp-said" role="status">{escaped(text)}</p>'


def new_key(key: str) -> str:
    """A key, this once."""
    return _once("Your new key. It is shown only now, so copy it to where it is used.", key)


def new_link(link: str) -> str:
    """An invitation, this once."""
    return _once("Send this link to whom it is for. It works once, for a week.", link)


def profile(account: Account) -> str:
    """Name, address, birthday."""
    known = [f"<p>{escaped(account.email)}</p>"] if account.email else []
    if account.birthday:
        known.append(f'<p class="gp-quiet">Born on {account.birthday:%-d %B %Y}</p>')
    form = ""
    if account.mode == "accounts":
        name = _input("Name", "name", value=account.name, autocomplete="name")
        form = _form("rename", name, "Save")
    return _section("Profile", "".join(known) + form)


def password(account: Account) -> str:
    """Another password, or a first one."""
    if account.email is None:
        return ""
    fields = _password("New password", "after", "new-password")
    if account.has_password:
        fields = _password("Password now", "before", "current-password") + fields
    return _section(
        "Password",
        '<p class="gp-quiet">Ten characters or more. Your other sign-ins end.</p>'
        + _form("password", fields, "Change"),
    )


def linked(account: Account, identities: Sequence[Identity]) -> str:
    """Accounts elsewhere, and those that can be added."""
    if not account.providers and not identities:
        return ""
    titles = {provider.name: provider.title for provider in account.providers}
    rows = "".join(
        f'<tr data-key="{escaped(each.identity_id)}"><td>'
        f"{escaped(titles.get(each.provider, each.provider))}</td>"
        f"<td>{escaped(each.email or '')}</td><td>{moment(each.created_at, 'full')}</td><td>"
        f"{_row_button('Unlink', 'unlink', 'Unlink it?', identity=each.identity_id)}</td></tr>"
        for each in identities
    )
    adds = "".join(
        f'<form method="post" action="/sign-in/{escaped(each.name)}/link" class="gp-row-form">'
        f'<button type="submit" class="gp-button gp-small">Link {escaped(each.title)}</button>'
        "</form>"
        for each in account.providers
    )
    names = ("Account", "Address", "Since", "")
    return _section("Sign in with", _table(names, rows, "linked account") + adds)


def session_list(sessions: Sequence[Session]) -> str:
    """Where the person is signed in."""
    rows = "".join(
        f'<tr data-key="{escaped(each.session_id)}" data-testid="session-row">'
        f"<td>{escaped(each.device)}</td><td>{escaped(each.address or '')}</td>"
        f"<td>{moment(each.created_at, 'full')}</td><td>{moment(each.last_seen_at)}</td><td>"
        + (
            '<span class="gp-state" data-state="done">this one</span>'
            if each.is_this
            else _row_button("Sign out", "end-session", "Sign out?", session=each.session_id)
        )
        + "</td></tr>"
        for each in sessions
    )
    names = ("With", "From", "Since", "Last seen", "")
    others = button("Sign out everywhere else", "end-others", style="gp-small")
    return _section(
        "Signed in", _table(names, rows, "sign-in") + (others if len(sessions) > 1 else "")
    )


def key_list(account: Account, keys: Sequence[Key]) -> str:
    """The person's keys for programs, and a form for another."""
    rows = "".join(
        f'<tr data-key="{escaped(each.key_id)}" data-testid="key-row"><td>{escaped(each.name)}</td>'
        f"<td><code>{escaped(each.prefix)}…</code></td><td>{escaped(', '.join(each.scopes))}</td>"
        f"<td>{moment(each.expires_at, 'full') if each.expires_at else 'never'}</td>"
        f"<td>{moment(each.last_used_at) if each.last_used_at else 'never'}</td><td>"
        f"{_row_button('Revoke', 'revoke-key', 'Revoke it?', key=each.key_id)}</td></tr>"
        for each in keys
    )
    names = ("Name", "Begins with", "May", "Ends", "Last used", "")
    scopes = KEY_SCOPES[:1] if account.role == "viewer" else KEY_SCOPES
    fields = (
        _input("What it is for", "name", required=True)
        + _select("It may", "scopes", scopes, scopes[-1][0])
        + _select("It is good for", "days", KEY_DAYS, "90")
    )
    return _section(
        "API keys",
        '<p class="gp-quiet">For programs: send one as <code>Authorization: Bearer</code> or '
        "<code>X-Api-Key</code>. A key acts as you in this workspace.</p>"
        + _table(names, rows, "key")
        + _form("create-key", fields, "Make a key"),
    )


def tenant_list(account: Account) -> str:
    """The workspaces of the person, and the name of this one."""
    rows = "".join(
        f'<tr data-key="{escaped(each.tenant_id)}" data-testid="tenant-row">'
        f"<td>{escaped(each.name)}</td><td>{escaped(each.role)}</td><td>"
        + (
            '<span class="gp-state" data-state="done">this one</span>'
            if each.tenant_id == account.tenant_id
            else _row_button("Go over", "switch", tenant=each.tenant_id)
        )
        + "</td></tr>"
        for each in account.tenants
    )
    form = ""
    if account.may_manage:
        name = _input("Name of this workspace", "name", value=account.tenant_name, required=True)
        form = _form("rename-tenant", name, "Rename")
    return _section("Workspaces", _table(("Name", "You are", ""), rows, "workspace") + form)


def member_list(account: Account, members: Sequence[Member]) -> str:
    """Who is in the workspace."""
    rows = "".join(
        f'<tr data-key="{escaped(each.user_id)}" data-testid="member-row">'
        f"<td>{escaped(each.name)}</td><td>{escaped(each.email or '')}</td>"
        f"<td>{_role(account, each)}</td><td>{moment(each.joined_at, 'full')}</td>"
        f"<td>{_remove(account, each)}</td></tr>"
        for each in members
    )
    return _section("Members", _table(("Name", "Address", "Role", "Since", ""), rows, "member"))


def invitation_list(account: Account, invitations: Sequence[Invitation]) -> str:
    """Links that nobody has used yet, and a form for another."""
    rows = "".join(
        f'<tr data-key="{escaped(each.invitation_id)}" data-testid="invitation-row">'
        f"<td>{escaped(each.email or 'whoever has the link')}</td><td>{escaped(each.role)}</td>"
        f"<td>{escaped(each.invited_by)}</td><td>{moment(each.expires_at, 'full')}</td><td>"
        f"{_row_button('Take back', 'take-back', invitation=each.invitation_id)}</td></tr>"
        for each in invitations
    )
    names = ("For", "As", "By", "Ends", "")
    fields = _input("E-mail address, if it is for one person", "email", kind="email") + _select(
        "As", "role", [(role, role) for role in _roles(account)], "member"
    )
    return _section(
        "Invitations",
        (_table(names, rows, "invitation") if rows else "") + _form("invite", fields, "Invite"),
    )


def _roles(account: Account) -> tuple[str, ...]:
    return ROLES if account.role == "owner" else ROLES[1:]


def _role(account: Account, member: Member) -> str:
    if not account.may_manage or member.role not in _roles(account):
        return escaped(member.role)
    options = _options([(role, role) for role in _roles(account)], member.role)
    label = escaped(f"Role of {member.name}")
    return (
        f'<form class="gp-row-form" data-action="role" data-member="{escaped(member.user_id)}">'
        f'<select name="role" aria-label="{label}">{options}</select>'
        '<button type="submit" class="gp-link gp-plain-button">Change</button></form>'
    )


def _remove(account: Account, member: Member) -> str:
    if member.user_id == account.user_id:
        return _row_button("Leave", "remove", "Leave for good?", member=member.user_id)
    if not account.may_manage or member.role not in _roles(account):
        return ""
    return _row_button("Remove", "remove", "Remove them?", member=member.user_id)


def _once(text: str, value: str) -> str:
    return (
        f'<div class="gp-once" role="status"><label for="gp-once">{escaped(text)}</label>'
        f'<input id="gp-once" data-testid="once" readonly value="{escaped(value)}"></div>'
    )


def _section(title: str, body: str) -> str:
    return f'<section class="gp-section gp-list"><h2>{title}</h2>{body}</section>'


def _table(names: Sequence[str], rows: str, noun: str) -> str:
    if not rows:
        return f'<p class="gp-quiet">No {noun} yet.</p>'
    head = "".join(
        f'<th scope="col">{name or "<span class=gp-unseen>What to do</span>"}</th>'
        for name in names
    )
    return (
        f'<div class="gp-scroll" tabindex="0" role="group" aria-label="Each {noun}">'
        f'<table class="gp-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _form(action: str, fields: str, label: str) -> str:
    return (
        f'<form class="gp-form" data-action="{action}">{fields}'
        f'<button type="submit" class="gp-button">{label}</button></form>'
    )


def _input(
    label: str,
    name: str,
    *,
    value: str = "",
    kind: str = "text",
    autocomplete: str = "off",
    required: bool = False,
) -> str:
    needed = " required" if required else ""
    return (
        f'<label>{escaped(label)}<input name="{name}" type="{kind}" value="{escaped(value)}"'
        f' autocomplete="{autocomplete}" maxlength="254"{needed}></label>'
    )


def _password(label: str, name: str, purpose: str) -> str:
    return _input(label, name, kind="password", autocomplete=purpose, required=True)


def _select(label: str, name: str, options: Sequence[tuple[str, str]], chosen: str) -> str:
    shown = _options(options, chosen)
    return f'<label>{escaped(label)}<select name="{name}">{shown}</select></label>'


def _options(options: Sequence[tuple[str, str]], chosen: str) -> str:
    return "".join(
        f'<option value="{escaped(value)}"{" selected" if value == chosen else ""}>'
        f"{escaped(label)}</option>"
        for value, label in options
    )


def _row_button(label: str, action: str, confirm: str = "", **data: str) -> str:
    asked = f' data-confirm="{escaped(confirm)}"' if confirm else ""
    values = "".join(f' data-{key}="{escaped(value)}"' for key, value in data.items())
    return (
        f'<button type="button" class="gp-link gp-plain-button" data-action="{action}"'
        f"{asked}{values}>{escaped(label)}</button>"
    )
