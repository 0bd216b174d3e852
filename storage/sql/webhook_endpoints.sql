-- insert --
-- A new endpoint.
INSERT INTO webhook_endpoints (
    endpoint_id, tenant_id, user_id, service, name, token, scheme, connection_id, secret, key_version
) VALUES (
    %(endpoint_id)s, %(tenant_id)s, %(user_id)s, %(service)s, %(name)s, %(token)s, %(scheme)s::jsonb,
    %(connection_id)s, %(secret)s, %(key_version)s
)
RETURNING *

-- list --
-- A user's endpoints, oldest first.
SELECT * FROM webhook_endpoints
WHERE tenant_id = %(tenant_id)s AND user_id = %(user_id)s
ORDER BY created_at, endpoint_id
LIMIT %(limit)s OFFSET %(offset)s

-- get --
-- One endpoint of this user.
SELECT * FROM webhook_endpoints
WHERE endpoint_id = %(endpoint_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s

-- lock --
-- The same with its key, and nobody changes it until the transaction ends.
SELECT e.*, k.master_id, k.wrapped_key
FROM webhook_endpoints e JOIN tenant_keys k USING (tenant_id, key_version)
WHERE e.endpoint_id = %(endpoint_id)s AND e.tenant_id = %(tenant_id)s AND e.user_id = %(user_id)s
FOR UPDATE OF e

-- rotate --
-- Another secret; the one before counts for a while.
UPDATE webhook_endpoints SET secret = %(secret)s, key_version = %(key_version)s,
    secret_set_at = now(), previous_until = now() + make_interval(secs => %(grace_s)s)
WHERE endpoint_id = %(endpoint_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
RETURNING *

-- set_status --
-- Switch an endpoint off or on.
UPDATE webhook_endpoints SET status = %(status)s
WHERE endpoint_id = %(endpoint_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
RETURNING *

-- delete --
-- An endpoint with its deliveries.
DELETE FROM webhook_endpoints
WHERE endpoint_id = %(endpoint_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
RETURNING endpoint_id

-- open --
-- The active endpoint that an address names, with its key, whoever's it is; and one delivery counted
-- against its rate, in one statement. An unknown address counts nothing.
WITH found AS (
    SELECT e.*, k.master_id, k.wrapped_key, e.previous_until > now() AS previous_counts
    FROM webhook_endpoints e JOIN tenant_keys k USING (tenant_id, key_version)
    WHERE e.token = %(token)s AND e.service = %(service)s AND e.status = 'active'
), counted AS (
    INSERT INTO rate_limits AS r (policy, subject, unused_at, step, room)
    SELECT 'deliveries', endpoint_id::text, now() + make_interval(secs => 1.0 / %(per_s)s),
        make_interval(secs => 1.0 / %(per_s)s), interval '1 second'
    FROM found
    ON CONFLICT (policy, subject) DO UPDATE SET
        fitted = greatest(r.unused_at, now()) + excluded.step <= now() + excluded.room,
        unused_at = CASE
            WHEN greatest(r.unused_at, now()) + excluded.step <= now() + excluded.room
            THEN greatest(r.unused_at, now()) + excluded.step
            ELSE r.unused_at
        END,
        step = excluded.step,
        room = excluded.room
    RETURNING fitted
)
-- What was counted may be lost with the server.
SELECT found.*, counted.fitted, now() AS now, set_config('synchronous_commit', 'off', true)
FROM found, counted
