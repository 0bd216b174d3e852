"""The part of the account page that says what was done in the workspace."""

from collections.abc import Sequence

from ui.account_client import Deed, Member
from ui.markup import escaped, moment

#: Where all of it is downloaded.
EXPORT = "/audit/export?format=csv"


def deed_list(deeds: Sequence[Deed], members: Sequence[Member]) -> str:
    """The newest entries of the audit log, and the way to all of them."""
    names = {member.user_id: member.email or member.name for member in members}
    rows = "".join(
        f'<tr data-key="{deed.entry_id}" data-testid="deed-row">'
        f"<td>{moment(deed.created_at, 'full')}</td>"
        f"<td>{escaped(names.get(deed.user_id, deed.user_id))}</td>"
        f"<td>{escaped(_said(deed))}</td><td>{escaped(deed.address or '')}</td></tr>"
        for deed in deeds
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("When", "Who", "What", "From"))
    return (
        '<section class="gp-section gp-list" data-testid="audit"><h2>What was done</h2>'
        '<div class="gp-scroll" tabindex="0" role="group" aria-label="Each entry">'
        '<table class="gp-table">'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        f'<p class="gp-quiet"><a href="{EXPORT}" download>Download all of it</a> as CSV.</p>'
        "</section>"
    )


def _said(deed: Deed) -> str:
    what = deed.action.replace(".", " ").replace("_", " ")
    name = deed.details.get("name") or deed.details.get("role")
    return f"{what}: {name}" if name else what
