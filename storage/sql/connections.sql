-- keep_key --
-- From here to the end of the transaction no rotation gives the tenant another key.
SELECT pg_advisory_xact_lock_shared(hashtextextended('tenant key ' || %(tenant_id)s, 0))

-- newest_key --
-- The data key that a tenant's secrets are encrypted with.
SELECT tenant_id, key_version, master_id, wrapped_key FROM tenant_keys
WHERE tenant_id = %(tenant_id)s
ORDER BY key_version DESC
LIMIT 1

-- insert_key --
-- A tenant's new data key, unless another process has just made it.
INSERT INTO tenant_keys (tenant_id, key_version, master_id, wrapped_key)
VALUES (%(tenant_id)s, %(key_version)s, %(master_id)s, %(wrapped_key)s)
ON CONFLICT (tenant_id, key_version) DO NOTHING

-- insert --
-- A new connection; nothing when the user has one of that name.
INSERT INTO connections (
    connection_id, tenant_id, user_id, name, kind, settings, secret, secret_names, key_version
) VALUES (
    %(connection_id)s, %(tenant_id)s, %(user_id)s, %(name)s, %(kind)s, %(settings)s::jsonb,
    %(secret)s, %(secret_names)s, %(key_version)s
)
ON CONFLICT (tenant_id, user_id, name) DO NOTHING
RETURNING *

-- list --
-- A user's connections by name.
SELECT * FROM connections
WHERE tenant_id = %(tenant_id)s AND user_id = %(user_id)s
ORDER BY name, connection_id
LIMIT %(limit)s OFFSET %(offset)s

-- get --
-- One connection of this user.
SELECT * FROM connections
WHERE connection_id = %(connection_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s

-- change --
-- Another name, other settings, another status, other secrets: what is given.
UPDATE connections SET
    name = coalesce(%(name)s::text, name),
    settings = coalesce(%(settings)s::jsonb, settings),
    status = coalesce(%(status)s::text, status),
    secret = coalesce(%(secret)s::bytea, secret),
    secret_names = coalesce(%(secret_names)s::text[], secret_names),
    key_version = coalesce(%(key_version)s::integer, key_version),
    secrets_set_at = CASE WHEN %(secret)s::bytea IS NULL THEN secrets_set_at ELSE now() END,
    updated_at = now()
WHERE connection_id = %(connection_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
RETURNING *

-- delete --
-- A connection with its secrets.
DELETE FROM connections
WHERE connection_id = %(connection_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
RETURNING connection_id

-- use --
-- A connection with its encrypted secrets, noted as used; its key stays as it is until then.
UPDATE connections SET last_used_at = now()
WHERE connection_id = %(connection_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
RETURNING *

-- key --
-- One data key of a tenant.
SELECT tenant_id, key_version, master_id, wrapped_key FROM tenant_keys
WHERE tenant_id = %(tenant_id)s AND key_version = %(key_version)s
