"""The Connections page's HTML: which there are, and of their credentials only since when."""

from collections.abc import Mapping, Sequence

from ui import markup
from ui.api_models import Connection, ConnectionKind
from ui.markup import button, counted, escaped, icon, moment

#: Of each column; the last holds buttons.
_COLUMNS = ("Name", "Kind", "Address", "Credentials", "Last used", "")


def heading(menu: str, line: str) -> str:
    """The page's h1, one live sentence, and the primary action."""
    action = (
        f'<button type="button" class="gp-button gp-primary" data-action="add">{icon("plus")}'
        "<span>Add connection</span></button>"
    )
    return markup.heading("Connections", line, menu, action)


def live_line(connections: Sequence[Connection]) -> str:
    """What stands beside the heading."""
    if not connections:
        return "None yet"
    off = sum(not connection.is_active for connection in connections)
    said = counted(len(connections), "connection")
    return f"{said}, {off} switched off" if off else said


def empty() -> str:
    """What appears here, and the one thing to do."""
    return (
        '<div class="gp-empty"><h2>Credentials of other services appear here</h2>'
        "<p>Agents and workflows sign in with them on your behalf. They are encrypted, shown to "
        "nobody again, and sent nowhere but to their own address.</p>"
        f"{button('Add a connection', 'add', style='gp-primary')}</div>"
    )


def connection_list(connections: Sequence[Connection], kinds: Sequence[ConnectionKind]) -> str:
    """The connections by name."""
    titles = {kind.name: kind.title for kind in kinds}
    rows = "".join(_row(connection, titles) for connection in connections)
    head = "".join(
        f'<th scope="col">{name or "<span class=gp-unseen>Actions</span>"}</th>'
        for name in _COLUMNS
    )
    return (
        '<section class="gp-section gp-list"><h2 class="gp-unseen">Your connections</h2>'
        '<div class="gp-scroll" tabindex="0" role="group" aria-label="Your connections">'
        f'<table class="gp-table"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
        "</div></section>"
    )


def form_title(kind: ConnectionKind, connection: Connection | None) -> str:
    """What the form is for."""
    title = f"Change {connection.name}" if connection else "New connection"
    return f"<h2>{escaped(title)}</h2><p class='gp-quiet'>{escaped(kind.help)}</p>"


def _row(connection: Connection, titles: Mapping[str, str]) -> str:
    used = moment(connection.last_used_at) if connection.last_used_at else "never"
    state = "" if connection.is_active else ' <span class="gp-badge">off</span>'
    return (
        f'<tr data-key="{escaped(connection.connection_id)}" data-testid="connection-row">'
        f"<td><strong>{escaped(connection.name)}</strong>{state}</td>"
        f"<td>{escaped(titles.get(connection.kind, connection.kind))}</td>"
        f"<td>{escaped(connection.settings.get('base_url', 'any'))}</td>"
        f"<td>set {moment(connection.secrets_set_at)}</td><td>{used}</td>"
        f'<td class="gp-number">{_buttons(connection)}</td></tr>'
    )


def _buttons(connection: Connection) -> str:
    switch = ("off", "Switch off") if connection.is_active else ("on", "Switch on")
    actions = (("edit", "Change", ""), (*switch, ""), ("remove", "Remove", "Remove for good?"))
    return " · ".join(
        f'<button type="button" class="gp-link gp-plain-button" data-action="{action}"'
        f' aria-label="{label} {escaped(connection.name)}"'
        + (f' data-confirm="{confirm}"' if confirm else "")
        + f' data-connection="{escaped(connection.connection_id)}">{label}</button>'
        for action, label, confirm in actions
    )
