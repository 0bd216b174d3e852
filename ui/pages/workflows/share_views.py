"""Who else may see or change a workflow."""

from collections.abc import Sequence

from ui.markup import button, escaped
from ui.pages.workflows.address import Address
from ui.workflows_client import Share


def sharing(address: Address, shares: Sequence[Share]) -> str:
    """The members with rights, and a form for another."""
    identity = escaped(address.share)
    gone = {"id": address.share, "rights": "none"}
    rows = "".join(
        f"<li><span>{escaped(each.member_id)}</span>"
        f"<small>{escaped(each.rights.capitalize())}</small>"
        + button("Remove", "share", style="gp-small", member=each.member_id, **gone)
        + "</li>"
        for each in shares
    )
    listed = f"<ul>{rows}</ul>" if rows else "<p>Nobody else sees this workflow.</p>"
    return (
        f'<section class="gp-share" data-testid="sharing"><h2>Shared with</h2>{listed}'
        f'<form data-action="share" data-id="{identity}"><label>E-mail address of a member'
        '<input class="gp-input" type="email" name="member" required></label>'
        '<label>May<select class="gp-select" name="rights"><option value="viewer">see it</option>'
        '<option value="editor">change it</option></select></label>'
        '<button type="submit" class="gp-button">Share</button>'
        f'<a class="gp-button gp-bare" href="{escaped(address.link(share="", page=address.page))}"'
        " data-go>Close</a></form></section>"
    )
