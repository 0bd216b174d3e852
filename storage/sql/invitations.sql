-- insert --
-- A new link.
INSERT INTO invitations (token_hash, tenant_id, role, email, invited_by, expires_at)
VALUES (%(token_hash)s, %(tenant_id)s, %(role)s, %(email)s, %(user_id)s,
        now() + make_interval(secs => %(good_s)s))
RETURNING invitation_id, role, email, created_at, expires_at

-- insert_first --
-- The link that makes the first account, while there is none.
INSERT INTO invitations (token_hash, role, expires_at)
SELECT %(token_hash)s, 'owner', now() + make_interval(secs => %(good_s)s)
WHERE NOT EXISTS (SELECT FROM users)
RETURNING invitation_id

-- find --
-- What a link is good for, if it still is.
SELECT i.invitation_id, i.tenant_id, i.role, i.email, t.name AS tenant_name
FROM invitations i LEFT JOIN tenants t USING (tenant_id)
WHERE i.token_hash = %(token_hash)s AND i.accepted_at IS NULL AND i.expires_at > now()
    AND (i.tenant_id IS NOT NULL OR NOT EXISTS (SELECT FROM users))

-- lock --
-- The same, and nobody else can use it meanwhile.
SELECT i.invitation_id, i.tenant_id, i.role, i.email
FROM invitations i
WHERE i.token_hash = %(token_hash)s AND i.accepted_at IS NULL AND i.expires_at > now()
    AND (i.tenant_id IS NOT NULL OR NOT EXISTS (SELECT FROM users))
FOR UPDATE

-- accept --
-- The link is used.
UPDATE invitations SET accepted_at = now(), accepted_by = %(user_id)s
WHERE invitation_id = %(invitation_id)s

-- list --
-- The tenant's open links, newest first.
SELECT i.invitation_id, i.role, i.email, coalesce(u.email, u.name, '') AS invited_by,
    i.created_at, i.expires_at
FROM invitations i LEFT JOIN users u ON u.user_id = i.invited_by
WHERE i.tenant_id = %(tenant_id)s AND i.accepted_at IS NULL AND i.expires_at > now()
ORDER BY i.created_at DESC, i.invitation_id
LIMIT %(limit)s

-- take_back --
-- A link is good no more.
DELETE FROM invitations
WHERE invitation_id = %(invitation_id)s AND tenant_id = %(tenant_id)s AND accepted_at IS NULL
RETURNING role
