-- claim --
-- One end of an execution that nobody else is telling of, with what there is to tell: where it
-- failed last and with which code, and what it was started with.
SELECT e.run_id AS ended_by, e.thread_id, e.tenant_id, e.user_id, e.end_status, e.ended_at,
    x.run_id, x.workflow_id, x.version, w.name,
    coalesce((v.blueprint #>> '{settings,notify_on_failure}')::boolean, true) AS notifies,
    coalesce(
        (SELECT min(r.started_at) FROM runs r WHERE r.thread_id = e.thread_id), x.created_at
    ) AS started_at,
    began.kwargs #> '{input,trigger_data}' AS trigger_data,
    coalesce((began.kwargs #>> '{input,depth}')::integer, 0) AS depth,
    last.error, failed.node_id, said.code,
    (
        SELECT n ->> 'title' FROM jsonb_array_elements(v.blueprint -> 'nodes') AS n
        WHERE n ->> 'id' = failed.node_id LIMIT 1
    ) AS node_title
FROM workflow_endings e
JOIN workflow_executions x USING (thread_id)
JOIN workflows w ON w.workflow_id = x.workflow_id
LEFT JOIN workflow_versions v ON v.workflow_id = x.workflow_id AND v.version = x.version
LEFT JOIN runs began ON began.run_id = x.run_id
LEFT JOIN runs last ON last.run_id = e.run_id
LEFT JOIN LATERAL (
    SELECT b.body::jsonb ->> 'node_id' AS node_id FROM run_events b
    WHERE b.run_id = e.run_id AND b.type = 'tool_completed'
        AND b.body::jsonb ->> 'status' = 'error'
    ORDER BY b.seq DESC LIMIT 1
) AS failed ON e.end_status <> 'success'
LEFT JOIN LATERAL (
    SELECT b.body::jsonb ->> 'error' AS code FROM run_events b
    WHERE b.run_id = e.run_id AND b.type = 'error'
    ORDER BY b.seq DESC LIMIT 1
) AS said ON e.end_status <> 'success'
WHERE e.due_at <= now()
ORDER BY e.due_at, e.run_id
LIMIT 1
FOR UPDATE OF e SKIP LOCKED

-- listeners --
-- The owner's live workflows that start with such an end. None starts with its own, unless it names
-- itself.
SELECT workflow_id, node_id FROM workflow_triggers
WHERE tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND service = 'goldenpath' AND task = %(task)s
    AND CASE
        WHEN coalesce(params ->> 'workflow_id', '') = ''
            THEN workflow_id IS DISTINCT FROM %(workflow_id)s::uuid
        ELSE lower(params ->> 'workflow_id') = %(workflow_id)s::uuid::text
    END
ORDER BY workflow_id, node_id
LIMIT %(limit)s

-- told --
-- Everybody has been told.
DELETE FROM workflow_endings WHERE run_id = %(ended_by)s

-- postpone --
-- It could not be told: later again.
UPDATE workflow_endings SET due_at = now() + make_interval(secs => %(seconds)s)
WHERE run_id = (
    SELECT run_id FROM workflow_endings WHERE due_at <= now() ORDER BY due_at, run_id LIMIT 1
    FOR UPDATE SKIP LOCKED
)

-- next --
-- In how many seconds the next is to be told.
SELECT extract(epoch FROM min(due_at) - now())::float8 AS seconds FROM workflow_endings
