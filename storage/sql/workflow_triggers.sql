-- clear --
-- A workflow without triggers.
DELETE FROM workflow_triggers
WHERE workflow_id = %(workflow_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s

-- insert --
-- One trigger of a live version.
INSERT INTO workflow_triggers (
    workflow_id, node_id, tenant_id, user_id, version, service, task, params, connection_id
) VALUES (
    %(workflow_id)s, %(node_id)s, %(tenant_id)s, %(user_id)s, %(version)s, %(service)s, %(task)s,
    %(params)s, %(connection_id)s
)

-- live_triggers --
-- The triggers of workflows; one row without a node when one has none, no row without a workflow.
SELECT w.workflow_id, t.node_id, t.service, t.task, t.params, t.connection_id
FROM workflows w LEFT JOIN workflow_triggers t USING (workflow_id, tenant_id, user_id)
WHERE w.workflow_id = ANY(%(workflow_ids)s) AND w.tenant_id = %(tenant_id)s
    AND w.user_id = %(user_id)s AND w.deleted_at IS NULL
ORDER BY w.workflow_id, t.node_id
