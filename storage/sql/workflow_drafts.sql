-- latest --
-- The newest version of a workflow, which is its draft.
SELECT v.blueprint
FROM workflows w
JOIN workflow_versions v ON v.workflow_id = w.workflow_id AND v.version = w.draft_version
WHERE w.workflow_id = %(workflow_id)s AND w.tenant_id = %(tenant_id)s
    AND w.user_id = %(user_id)s AND w.deleted_at IS NULL
