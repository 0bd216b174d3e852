-- insert --
-- A new key.
INSERT INTO api_keys (key_hash, tenant_id, user_id, name, prefix, scopes, expires_at)
VALUES (%(key_hash)s, %(tenant_id)s, %(user_id)s, %(name)s, %(prefix)s, %(scopes)s,
        now() + make_interval(days => %(days)s))
RETURNING key_id, name, prefix, scopes, created_at, expires_at, last_used_at

-- find --
-- Whose a key is, with their role in its tenant now. Its use is noted at most once a minute.
WITH found AS (
    SELECT k.key_id, k.user_id, k.tenant_id, k.scopes, k.last_used_at, m.role
    FROM api_keys k JOIN memberships m USING (tenant_id, user_id)
    WHERE k.key_hash = %(key_hash)s AND k.revoked_at IS NULL
        AND (k.expires_at IS NULL OR k.expires_at > now())
), used AS (
    UPDATE api_keys k SET last_used_at = now() FROM found
    WHERE k.key_id = found.key_id
        AND (found.last_used_at IS NULL OR found.last_used_at < now() - interval '1 minute')
)
SELECT user_id, tenant_id, role, scopes FROM found

-- list --
-- The user's keys in this tenant, newest first; those that are out of date show that they are.
SELECT key_id, name, prefix, scopes, created_at, expires_at, last_used_at
FROM api_keys
WHERE tenant_id = %(tenant_id)s AND user_id = %(user_id)s AND revoked_at IS NULL
ORDER BY created_at DESC, key_id
LIMIT %(limit)s

-- revoke --
-- A key ends.
UPDATE api_keys SET revoked_at = now()
WHERE key_id = %(key_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND revoked_at IS NULL
RETURNING key_id
