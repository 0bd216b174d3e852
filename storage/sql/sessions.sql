-- insert --
-- A new sign-in, in the tenant that the person used last, or the wanted one; nothing for a person
-- without any.
WITH tenant AS (
    SELECT m.tenant_id
    FROM memberships m
    LEFT JOIN LATERAL (
        SELECT max(s.last_seen_at) AS used_at FROM sessions s
        WHERE s.user_id = m.user_id AND s.tenant_id = m.tenant_id
    ) last ON true
    WHERE m.user_id = %(user_id)s
    ORDER BY m.tenant_id IS NOT DISTINCT FROM %(tenant_id)s DESC, last.used_at DESC NULLS LAST,
        m.created_at, m.tenant_id
    LIMIT 1
)
INSERT INTO sessions (user_id, tenant_id, kind, cookie_hash, address, user_agent)
SELECT %(user_id)s, tenant_id, %(kind)s, %(cookie_hash)s, %(address)s, %(user_agent)s FROM tenant
RETURNING session_id, tenant_id, created_at

-- by_cookie --
-- Whose a cookie is, with their role in its tenant now. Seen at most once a minute.
WITH found AS (
    SELECT s.session_id, s.user_id, s.tenant_id, m.role, s.last_seen_at
    FROM sessions s JOIN memberships m USING (tenant_id, user_id)
    WHERE s.cookie_hash = %(cookie_hash)s AND s.revoked_at IS NULL
        AND s.last_seen_at > now() - make_interval(secs => %(idle_s)s)
        AND s.created_at > now() - make_interval(secs => %(longest_s)s)
), seen AS (
    UPDATE sessions s SET last_seen_at = now() FROM found
    WHERE s.session_id = found.session_id AND found.last_seen_at < now() - interval '1 minute'
)
SELECT session_id, user_id, tenant_id, role FROM found

-- by_id --
-- Whose an access token is, with their role in its sign-in's tenant now.
SELECT s.session_id, s.user_id, s.tenant_id, m.role
FROM sessions s JOIN memberships m USING (tenant_id, user_id)
WHERE s.session_id = %(session_id)s AND s.user_id = %(user_id)s AND s.kind = 'api'
    AND s.revoked_at IS NULL
    AND s.last_seen_at > now() - make_interval(secs => %(idle_s)s)
    AND s.created_at > now() - make_interval(secs => %(longest_s)s)

-- add_refresh_token --
-- The next refresh token of a sign-in.
INSERT INTO refresh_tokens (token_hash, session_id) VALUES (%(token_hash)s, %(session_id)s)

-- lock_refresh_token --
-- A refresh token with its sign-in, so that only one can use it.
SELECT r.used_at, s.session_id, s.user_id,
    s.revoked_at IS NULL
        AND s.last_seen_at > now() - make_interval(secs => %(idle_s)s)
        AND s.created_at > now() - make_interval(secs => %(longest_s)s) AS is_good,
    EXISTS (SELECT FROM memberships m
            WHERE m.tenant_id = s.tenant_id AND m.user_id = s.user_id) AS is_member,
    clock_timestamp() AS now
FROM refresh_tokens r JOIN sessions s USING (session_id)
WHERE r.token_hash = %(token_hash)s
FOR UPDATE

-- use_refresh_token --
-- It is good no more, and its sign-in was seen.
WITH used AS (
    UPDATE refresh_tokens SET used_at = now() WHERE token_hash = %(token_hash)s
    RETURNING session_id
)
UPDATE sessions s SET last_seen_at = now() FROM used WHERE s.session_id = used.session_id

-- list --
-- The user's sign-ins that are still good, the last used first.
SELECT session_id, kind, created_at, last_seen_at, address, user_agent
FROM sessions
WHERE user_id = %(user_id)s AND revoked_at IS NULL
    AND last_seen_at > now() - make_interval(secs => %(idle_s)s)
    AND created_at > now() - make_interval(secs => %(longest_s)s)
ORDER BY last_seen_at DESC, session_id
LIMIT %(limit)s

-- revoke --
-- One of the user's sign-ins ends.
UPDATE sessions SET revoked_at = now()
WHERE session_id = %(session_id)s AND user_id = %(user_id)s AND revoked_at IS NULL
RETURNING session_id

-- revoke_family --
-- A sign-in ends whose refresh token came twice.
UPDATE sessions SET revoked_at = coalesce(revoked_at, now()) WHERE session_id = %(session_id)s

-- revoke_others --
-- All of the user's sign-ins end, but the one that is named.
UPDATE sessions SET revoked_at = now()
WHERE user_id = %(user_id)s AND revoked_at IS NULL AND session_id IS DISTINCT FROM %(session_id)s

-- revoke_by_cookie --
-- The sign-in of a cookie ends.
UPDATE sessions SET revoked_at = now() WHERE cookie_hash = %(token_hash)s AND revoked_at IS NULL

-- revoke_by_refresh_token --
-- The sign-in of a refresh token ends, be it used or not.
UPDATE sessions s SET revoked_at = now() FROM refresh_tokens r
WHERE r.token_hash = %(token_hash)s AND s.session_id = r.session_id AND s.revoked_at IS NULL

-- switch_tenant --
-- A sign-in goes over to another of its user's tenants.
UPDATE sessions s SET tenant_id = %(tenant_id)s
WHERE s.session_id = %(session_id)s AND s.user_id = %(user_id)s AND s.revoked_at IS NULL
    AND EXISTS (SELECT FROM memberships m
                WHERE m.tenant_id = %(tenant_id)s AND m.user_id = s.user_id)
RETURNING s.session_id
