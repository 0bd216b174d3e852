"""What people do to accounts is in the audit log of their workspace."""

from tests.server.auth.world import Site


async def test_what_people_do_to_accounts_is_noted(site: Site) -> None:
    ann = await site.person("ann")
    key = await site.key(ann, "read")
    bob = await site.member(ann, "member")
    change = {"role": "viewer"}
    path = f"/members/{bob.user_id}"
    assert (await site.api.patch(path, json=change, headers=ann.bearer)).status_code == 204
    entries = (await site.api.get("/audit?limit=100", headers=ann.bearer)).json()["entries"]
    said = {(entry["action"], entry["user_id"]) for entry in entries}
    assert said >= {
        ("session.opened", ann.user_id),
        ("key.created", ann.user_id),
        ("invitation.created", ann.user_id),
        ("session.opened", bob.user_id),
        ("member.role_changed", ann.user_id),
    }
    # No key is in any of it, and nobody but those who look after the workspace reads it.
    assert key not in str(entries)
    assert (await site.api.get("/audit", headers=bob.bearer)).status_code == 403
