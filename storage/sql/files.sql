-- save --
-- Keep a file; one with this id is there already when an answer was lost.
INSERT INTO artifacts (artifact_id, tenant_id, user_id, thread_id, media_type, content, name)
VALUES (%(file_id)s, %(tenant_id)s, %(user_id)s, %(thread_id)s, %(media_type)s, %(content)s, %(name)s)
ON CONFLICT (artifact_id) DO NOTHING

-- read --
-- One file of this user.
SELECT name, media_type, content FROM artifacts
WHERE artifact_id = %(file_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND name IS NOT NULL

-- list --
-- The user's files, the newest first.
SELECT artifact_id AS file_id, name, media_type, octet_length(content) AS byte_count, thread_id,
    created_at
FROM artifacts
WHERE tenant_id = %(tenant_id)s AND user_id = %(user_id)s AND name IS NOT NULL
ORDER BY created_at DESC, artifact_id
LIMIT %(limit)s OFFSET %(offset)s

-- delete --
-- A file of this user.
DELETE FROM artifacts
WHERE artifact_id = %(file_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND name IS NOT NULL
RETURNING artifact_id
