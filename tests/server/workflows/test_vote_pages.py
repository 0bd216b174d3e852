"""Votes by the link of an e-mail, on a plain page."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import pytest

from domain.identity import UserContext
from tests.server.auth.world import Site, open_site
from tests.server.workflows.test_approval_routes import ask, token_of

OUTSIDE = "dee@elsewhere.example"


@pytest.fixture
async def site(database_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(database_url, tmp_path) as opened:
        yield opened


async def asked(site: Site) -> tuple[UserContext, UUID, str]:
    ann = await site.person("ann")
    approval_id = await ask(
        site, ann, OUTSIDE, message="<b>Now</b>", editable={"amount": 5, "is_urgent": True}
    )
    path = f"/vote/{await token_of(site, approval_id)}"
    return UserContext(ann.user_id, ann.tenant_id), approval_id, path


async def test_a_link_shows_what_is_asked_and_takes_the_answer(site: Site) -> None:
    owner, approval_id, path = await asked(site)
    shown = await site.api.get(path)
    assert (shown.status_code, shown.headers["cache-control"]) == (200, "no-store")
    assert "May it?" in shown.text
    assert "&lt;b&gt;Now&lt;/b&gt;" in shown.text
    sent = {"decision": "approved", "comment": "fine", "field:amount": "6"}
    voted = await site.api.post(path, data=sent)
    assert (voted.status_code, "It was approved." in voted.text) == (200, True)
    answer = (await site.services.approvals.get(owner, approval_id)).approval.answer
    assert answer
    assert answer["edits"] == {"amount": 6, "is_urgent": False}
    again = await site.api.post(path, data=sent)
    assert again.status_code == 409


async def test_what_cannot_be_used_is_said_and_what_was_entered_stays(site: Site) -> None:
    _, _, path = await asked(site)
    sent = {"decision": "approved", "comment": "My reason", "field:amount": "six"}
    refused = await site.api.post(path, data=sent)
    assert refused.status_code == 422
    assert "amount must be a number" in refused.text
    assert 'value="six"' in refused.text
    assert "My reason" in refused.text
    assert "is_urgent" in refused.text
    nothing = await site.api.post(path, data={"comment": "hm"})
    assert (nothing.status_code, "Press Approve or Reject." in nothing.text) == (422, True)


async def test_a_rejection_needs_no_edits(site: Site) -> None:
    _, _, path = await asked(site)
    voted = await site.api.post(path, data={"decision": "rejected", "field:amount": ""})
    assert (voted.status_code, "It was rejected." in voted.text) == (200, True)


async def test_a_guessed_link_leads_nowhere(site: Site) -> None:
    shown = await site.api.get("/vote/guessed")
    assert (shown.status_code, "That did not work" in shown.text) == (404, True)
    assert (await site.api.post("/vote/guessed", data={"decision": "approved"})).status_code == 404
