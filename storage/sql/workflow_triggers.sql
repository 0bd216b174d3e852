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
