"""Roles over HTTP: viewers read, members work, admins and owners look after members."""

import pytest

from tests.server.auth.world import Person, Site


async def test_a_viewer_reads_and_changes_nothing(site: Site) -> None:
    ann = await site.person()
    bob = await site.member(ann, "viewer")
    for path in ("/threads", "/reports", "/usage/summary", "/usage/imports", "/members"):
        assert (await site.api.get(path, headers=bob.bearer)).status_code == 200
    assert (await site.api.post("/threads/search", json={}, headers=bob.bearer)).status_code == 200
    assert (await site.api.post("/threads/count", json={}, headers=bob.bearer)).status_code == 200
    nobody = "00000000-0000-4000-8000-000000000000"
    writes = [
        ("POST", "/threads"),
        ("POST", "/chat"),
        ("POST", "/runs"),
        ("POST", "/runs/stream"),
        ("POST", "/runs/wait"),
        ("POST", f"/threads/{nobody}/runs"),
        ("POST", f"/threads/{nobody}/runs/stream"),
        ("POST", f"/threads/{nobody}/state"),
        ("PATCH", f"/threads/{nobody}"),
        ("DELETE", f"/threads/{nobody}"),
        ("POST", f"/runs/{nobody}/cancel"),
        ("POST", "/assistants"),
        ("POST", "/usage/imports"),
        ("POST", "/usage/imports/sample"),
        ("DELETE", f"/usage/imports/{nobody}"),
    ]
    for method, path in writes:
        body = {"message": "x", "assistant_id": "supervisor", "graph_id": "supervisor"}
        response = await site.api.request(method, path, json=body, headers=bob.bearer)
        assert response.status_code == 403, (path, response.text)


async def test_a_viewer_makes_no_writing_key(site: Site) -> None:
    ann = await site.person()
    bob = await site.member(ann, "viewer")
    body = {"name": "x", "scopes": ["read", "write"]}
    refused = await site.api.post("/account/keys", json=body, headers=bob.bearer)
    assert refused.status_code == 403
    await site.key(bob, "read")


async def test_a_role_counts_from_the_next_request_on(site: Site) -> None:
    ann = await site.person()
    bob = await site.member(ann, "member")
    key = {"X-Api-Key": await site.key(bob)}
    for headers in (bob.bearer, key):
        assert (await site.api.post("/threads", json={}, headers=headers)).status_code == 200
    changed = await site.api.patch(
        f"/members/{bob.user_id}", json={"role": "viewer"}, headers=ann.bearer
    )
    assert changed.status_code == 204
    for headers in (bob.bearer, key):
        assert (await site.api.post("/threads", json={}, headers=headers)).status_code == 403
    removed = await site.api.delete(f"/members/{bob.user_id}", headers=ann.bearer)
    assert removed.status_code == 204
    for headers in (bob.bearer, key):
        assert (await site.api.get("/threads", headers=headers)).status_code == 401


@pytest.mark.parametrize("role", ["member", "viewer"])
async def test_members_manage_nobody(site: Site, role: str) -> None:
    ann = await site.person()
    bob = await site.member(ann, role)
    calls = [
        ("POST", "/invitations", {"role": "viewer"}),
        ("GET", "/invitations", None),
        ("PATCH", f"/members/{ann.user_id}", {"role": "viewer"}),
        ("DELETE", f"/members/{ann.user_id}", None),
        ("PATCH", "/tenant", {"name": "Mine"}),
    ]
    for method, path, body in calls:
        response = await site.api.request(method, path, json=body, headers=bob.bearer)
        assert response.status_code == 403, path


async def test_the_last_owner_stays(site: Site) -> None:
    ann = await site.person()
    for response in (
        await site.api.delete(f"/members/{ann.user_id}", headers=ann.bearer),
        await site.api.patch(f"/members/{ann.user_id}", json={"role": "admin"}, headers=ann.bearer),
    ):
        assert response.status_code == 409
        assert "last owner" in response.json()["detail"]


async def test_another_tenants_members_and_links_are_not_there(site: Site) -> None:
    ann, eve = await site.person(), await site.person("eve")
    await site.invitation(ann)
    (open_link,) = (await site.api.get("/invitations", headers=ann.bearer)).json()
    calls = [
        ("PATCH", f"/members/{ann.user_id}", {"role": "viewer"}),
        ("DELETE", f"/members/{ann.user_id}", None),
        ("DELETE", f"/invitations/{open_link['invitation_id']}", None),
        ("POST", "/account/tenant", {"tenant_id": ann.tenant_id}),
    ]
    for method, path, body in calls:
        response = await site.api.request(method, path, json=body, headers=eve.bearer)
        assert response.status_code == 404, path
    assert (await site.api.get("/invitations", headers=eve.bearer)).json() == []
    members = (await site.api.get("/members", headers=eve.bearer)).json()
    assert [member["user_id"] for member in members] == [eve.user_id]


async def test_who_joins_goes_over_and_back(site: Site) -> None:
    ann, bob = await site.person(), await site.person("bob")
    thread = await site.api.post("/threads", json={}, headers=bob.bearer)
    token = await site.invitation(ann, "member", email=bob.email)
    joined = await site.api.post("/invitations/accept", json={"token": token}, headers=bob.bearer)
    assert joined.json() == {"tenant_id": ann.tenant_id}
    # Joining alone moves nobody.
    path = f"/threads/{thread.json()['thread_id']}"
    assert (await site.api.get(path, headers=bob.bearer)).status_code == 200
    body = {"tenant_id": ann.tenant_id}
    assert (
        await site.api.post("/account/tenant", json=body, headers=bob.bearer)
    ).status_code == 204
    assert (await site.api.get(path, headers=bob.bearer)).status_code == 404
    account = (await site.api.get("/account", headers=bob.bearer)).json()
    assert (account["tenant_id"], account["role"]) == (ann.tenant_id, "member")
    body = {"tenant_id": bob.tenant_id}
    assert (
        await site.api.post("/account/tenant", json=body, headers=bob.bearer)
    ).status_code == 204
    assert (await site.api.get(path, headers=bob.bearer)).status_code == 200


async def test_an_invitation_for_somebody_is_not_for_others(site: Site) -> None:
    ann, eve = await site.person(), await site.person("eve")
    token = await site.invitation(ann, email="bob@example.com")
    tried = await site.api.post("/invitations/accept", json={"token": token}, headers=eve.bearer)
    assert tried.status_code == 410


async def test_a_tenant_sees_what_it_shares_and_no_other_does(site: Site) -> None:
    ann, eve = await site.person(), await site.person("eve")
    bob = await site.member(ann, "member")
    thread = await site.api.post("/threads", json={}, headers=ann.bearer)
    path = f"/threads/{thread.json()['thread_id']}"
    for person in (bob, eve):
        assert (await site.api.get(path, headers=person.bearer)).status_code == 404


async def switch(site: Site, person: Person, tenant_id: str) -> None:
    body = {"tenant_id": tenant_id}
    response = await site.api.post("/account/tenant", json=body, headers=person.bearer)
    assert response.status_code == 204
