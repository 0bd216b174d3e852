-- tenants --
-- Every tenant that has data keys, in a stable order, after one.
SELECT DISTINCT tenant_id FROM tenant_keys
WHERE tenant_id > %(after)s
ORDER BY tenant_id
LIMIT %(limit)s

-- replace_key --
-- From here to the end of the transaction nobody encrypts with the tenant's keys.
SELECT pg_advisory_xact_lock(hashtextextended('tenant key ' || %(tenant_id)s, 0))

-- older_connections --
-- Connections that are encrypted with a lower version than this, locked, with their keys.
SELECT c.connection_id AS owner_id, c.secret, c.key_version, k.master_id, k.wrapped_key
FROM connections c
JOIN tenant_keys k USING (tenant_id, key_version)
WHERE c.tenant_id = %(tenant_id)s AND c.key_version < %(key_version)s
ORDER BY c.connection_id
LIMIT %(limit)s
FOR UPDATE OF c

-- encrypt_connection --
-- A connection's secrets, encrypted anew.
UPDATE connections SET secret = %(secret)s, key_version = %(key_version)s
WHERE connection_id = %(owner_id)s AND tenant_id = %(tenant_id)s

-- older_endpoints --
-- The same of the endpoints of webhooks.
SELECT e.endpoint_id AS owner_id, e.secret, e.key_version, k.master_id, k.wrapped_key
FROM webhook_endpoints e
JOIN tenant_keys k USING (tenant_id, key_version)
WHERE e.tenant_id = %(tenant_id)s AND e.key_version < %(key_version)s
ORDER BY e.endpoint_id
LIMIT %(limit)s
FOR UPDATE OF e

-- encrypt_endpoint --
-- An endpoint's secrets, encrypted anew.
UPDATE webhook_endpoints SET secret = %(secret)s, key_version = %(key_version)s
WHERE endpoint_id = %(owner_id)s AND tenant_id = %(tenant_id)s

-- delete_keys --
-- Keys that nothing is encrypted with any more.
DELETE FROM tenant_keys k
WHERE k.tenant_id = %(tenant_id)s AND k.key_version < %(key_version)s
    AND NOT EXISTS (
        SELECT FROM connections c
        WHERE c.tenant_id = k.tenant_id AND c.key_version = k.key_version
    )
    AND NOT EXISTS (
        SELECT FROM webhook_endpoints e
        WHERE e.tenant_id = k.tenant_id AND e.key_version = k.key_version
    )
