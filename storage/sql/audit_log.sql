-- insert --
-- One more entry.
INSERT INTO audit_log (
    tenant_id, user_id, action, object_type, object_id, address, request_id, details
) VALUES (
    %(tenant_id)s, %(user_id)s, %(action)s, %(object_type)s, %(object_id)s, %(address)s,
    %(request_id)s, %(details)s::jsonb
)

-- page --
-- A tenant's entries that fit, newest first, behind the one that a reader saw last.
SELECT entry_id, user_id, action, object_type, object_id, address, request_id, details, created_at
FROM audit_log
WHERE tenant_id = %(tenant_id)s
    AND (%(before)s::bigint IS NULL OR entry_id < %(before)s)
    AND (%(action)s::text IS NULL OR action = %(action)s)
    AND (%(object_type)s::text IS NULL OR object_type = %(object_type)s)
    AND (%(object_id)s::text IS NULL OR object_id = %(object_id)s)
    AND (%(user_id)s::text IS NULL OR user_id = %(user_id)s)
    AND (%(since)s::timestamptz IS NULL OR created_at >= %(since)s)
    AND (%(until)s::timestamptz IS NULL OR created_at < %(until)s)
ORDER BY entry_id DESC
LIMIT %(limit)s

-- clear --
-- Some entries that are too old.
SELECT clear_audit_log(%(days)s, %(limit)s) AS deleted
