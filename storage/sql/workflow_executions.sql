-- to_start --
-- What a start needs of one version of a workflow, or of the live one when none is named; and how
-- many executions of the user's workflows are queued or run, as far as anybody counts.
SELECT w.name, w.active_version, v.version, v.blueprint -> 'settings' AS settings,
    jsonb_path_query_array(v.blueprint, '$.nodes[*] ? (@.type == "trigger")') AS triggers,
    (
        SELECT count(*) FROM (
            SELECT 1 FROM runs
            WHERE tenant_id = %(tenant_id)s AND user_id = %(user_id)s AND graph_id = %(graph_id)s
                AND status IN ('pending', 'running')
            LIMIT %(limit)s
        ) AS counted
    ) AS open_executions
FROM workflows w
LEFT JOIN workflow_versions v ON v.workflow_id = w.workflow_id
    AND v.version = coalesce(%(version)s::integer, w.active_version)
WHERE w.workflow_id = %(workflow_id)s AND w.tenant_id = %(tenant_id)s AND w.user_id = %(user_id)s
    AND w.deleted_at IS NULL

-- lock_slot --
-- Nobody else starts executions of a slot that may not be waited for, until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended('slot of ' || %(workflow_id)s, 0))

-- open_of_slot --
-- How many executions of one slot of a workflow are queued or run.
SELECT count(*) AS count FROM runs r JOIN workflow_executions x USING (thread_id)
WHERE r.tenant_id = %(tenant_id)s AND r.user_id = %(user_id)s AND r.graph_id = %(graph_id)s
    AND r.status IN ('pending', 'running')
    AND x.workflow_id = %(workflow_id)s AND x.slot = %(slot)s

-- insert --
-- A new execution; its thread and its run come in the same transaction.
INSERT INTO workflow_executions (
    thread_id, run_id, tenant_id, user_id, workflow_id, version, cause, trigger, started_by, slot,
    slot_limit, retry_of
) VALUES (
    %(thread_id)s, %(run_id)s, %(tenant_id)s, %(user_id)s, %(workflow_id)s, %(version)s, %(cause)s,
    %(trigger)s, %(started_by)s, %(slot)s, %(slot_limit)s, %(retry_of)s
)

-- whose --
-- Whose an execution is, by the id of any of its runs.
SELECT run_id, workflow_id, user_id FROM workflow_executions
WHERE tenant_id = %(tenant_id)s AND (
    run_id = %(run_id)s OR thread_id = (SELECT thread_id FROM runs WHERE run_id = %(run_id)s)
)

-- page --
-- Executions of a workflow that fit, newest first; with the total.
SELECT *, count(*) OVER () AS total FROM workflow_runs
WHERE workflow_id = %(workflow_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND (%(run_id)s::uuid IS NULL OR run_id = %(run_id)s)
    AND (%(statuses)s::text[] IS NULL OR status = ANY(%(statuses)s))
    AND (%(since)s::timestamptz IS NULL OR created_at >= %(since)s)
    AND (%(until)s::timestamptz IS NULL OR created_at < %(until)s)
    AND (%(threads)s::uuid[] IS NULL OR thread_id = ANY(%(threads)s))
ORDER BY number DESC
LIMIT %(limit)s OFFSET %(offset)s

-- recent --
-- The newest executions of each of these workflows, newest first.
SELECT r.workflow_id, r.run_id, r.status, r.created_at,
    extract(epoch FROM r.ended_at - r.started_at)::float8 AS duration_s
FROM unnest(%(workflow_ids)s::uuid[]) AS wanted (workflow_id)
CROSS JOIN LATERAL (
    SELECT * FROM workflow_runs
    WHERE workflow_id = wanted.workflow_id AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    ORDER BY number DESC LIMIT %(limit)s
) AS r
ORDER BY r.workflow_id, r.number DESC

-- started_with --
-- The data that an execution was started with.
SELECT kwargs -> 'input' AS input FROM runs
WHERE run_id = %(run_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s

-- to_stop --
-- Runs of a workflow that nobody has begun, or that have paused and wait.
SELECT r.run_id FROM runs r JOIN workflow_executions x USING (thread_id)
WHERE x.workflow_id = %(workflow_id)s AND x.tenant_id = %(tenant_id)s AND x.user_id = %(user_id)s
    AND (r.status = 'pending' OR r.end_status = 'interrupted' AND EXISTS (
        SELECT FROM threads t WHERE t.thread_id = r.thread_id AND t.status = 'interrupted'
    ) AND NOT EXISTS (
        SELECT FROM runs newer WHERE newer.thread_id = r.thread_id AND newer.number > r.number
    ))
ORDER BY r.number
LIMIT %(limit)s

-- retried_by --
-- The execution that tries another one again.
SELECT run_id FROM workflow_executions
WHERE retry_of = %(run_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s

-- is_one --
-- Whether a thread is an execution of the user's.
SELECT EXISTS (
    SELECT 1 FROM workflow_executions
    WHERE thread_id = %(thread_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
) AS is_one

-- has_checkpoint --
-- Whether a thread has a state to go on from. What was called off there nobody answers any more.
SELECT 1 FROM checkpoints c WHERE c.thread_id = %(thread_id)s::text
    AND NOT EXISTS (
        SELECT FROM approvals WHERE thread_id = %(thread_id)s AND status = 'cancelled'
    )
    AND NOT EXISTS (
        SELECT FROM waits WHERE thread_id = %(thread_id)s AND outcome = 'cancelled'
    )
LIMIT 1

-- effects --
-- What an execution did to the world outside, or may have done, in the order in which it began.
SELECT effect_key, node_id, path, service, task, effect, status, reference, updated_at FROM effects
WHERE thread_id = %(thread_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
ORDER BY created_at, effect_key
LIMIT %(limit)s

-- send_again --
-- A person says that these are to be done, whatever became of them.
UPDATE effects SET status = 'failed', updated_at = now()
WHERE effect_key = ANY(%(keys)s) AND thread_id = %(thread_id)s
    AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s AND status IN ('intended', 'in_doubt')

-- tell --
-- Wake whoever watches the workflow.
SELECT pg_notify('goldenpath_workflows', %(workflow_id)s::text)
