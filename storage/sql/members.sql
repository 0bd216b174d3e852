-- tenants --
-- The user's tenants with their role in each, in the order in which they joined.
SELECT t.tenant_id, t.name, m.role
FROM memberships m JOIN tenants t USING (tenant_id)
WHERE m.user_id = %(user_id)s
ORDER BY m.created_at, t.tenant_id
LIMIT %(limit)s

-- rename_tenant --
-- Another name for the tenant.
UPDATE tenants SET name = %(name)s WHERE tenant_id = %(tenant_id)s

-- list --
-- The tenant's members, in the order in which they joined.
SELECT u.user_id, u.email, u.name, m.role, m.created_at AS joined_at
FROM memberships m JOIN users u USING (user_id)
WHERE m.tenant_id = %(tenant_id)s
ORDER BY m.created_at, u.user_id
LIMIT %(limit)s OFFSET %(offset)s

-- lock --
-- All memberships of the tenant, so that two owners cannot remove each other at once.
SELECT user_id, role FROM memberships
WHERE tenant_id = %(tenant_id)s AND (role = 'owner' OR user_id = %(member_id)s)
ORDER BY user_id
FOR UPDATE

-- change_role --
-- Another role for a member.
UPDATE memberships SET role = %(role)s
WHERE tenant_id = %(tenant_id)s AND user_id = %(member_id)s

-- remove --
-- A member goes, with the keys for this tenant; sign-ins go over to another tenant of theirs, or end.
WITH gone AS (
    DELETE FROM memberships WHERE tenant_id = %(tenant_id)s AND user_id = %(member_id)s
    RETURNING user_id, tenant_id
), other AS (
    SELECT m.tenant_id FROM memberships m JOIN gone USING (user_id)
    WHERE m.tenant_id <> gone.tenant_id
    ORDER BY m.created_at, m.tenant_id LIMIT 1
), keys AS (
    UPDATE api_keys k SET revoked_at = now() FROM gone
    WHERE k.tenant_id = gone.tenant_id AND k.user_id = gone.user_id AND k.revoked_at IS NULL
)
UPDATE sessions s
SET tenant_id = coalesce((SELECT tenant_id FROM other), s.tenant_id),
    revoked_at = CASE WHEN EXISTS (SELECT FROM other) THEN s.revoked_at ELSE now() END
FROM gone
WHERE s.tenant_id = gone.tenant_id AND s.user_id = gone.user_id AND s.revoked_at IS NULL

-- join --
-- A person becomes a member; who is one already keeps the role.
INSERT INTO memberships (tenant_id, user_id, role)
VALUES (%(tenant_id)s, %(user_id)s, %(role)s)
ON CONFLICT (tenant_id, user_id) DO NOTHING

-- find --
-- One member by id or by e-mail address.
SELECT u.user_id, u.email, u.name, m.role, m.created_at AS joined_at
FROM memberships m JOIN users u USING (user_id)
WHERE m.tenant_id = %(tenant_id)s AND (u.user_id = %(text)s OR u.email = lower(%(text)s))
ORDER BY u.user_id = %(text)s DESC
LIMIT 1
