-- totals --
-- How the executions of a user's workflows did that began in a period, by workflow.
SELECT x.workflow_id, w.name, count(*) AS executions,
    count(*) FILTER (WHERE x.status = 'success') AS succeeded,
    count(*) FILTER (WHERE x.status IN ('error', 'timeout')) AS failed,
    count(*) FILTER (WHERE x.status = 'cancelled') AS cancelled,
    count(*) FILTER (WHERE x.status = 'waiting') AS waiting,
    count(*) FILTER (WHERE x.status IN ('queued', 'running')) AS under_way,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM x.ended_at - x.started_at))
        FILTER (WHERE x.status IN ('success', 'error', 'timeout')) AS p50_s,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM x.ended_at - x.started_at))
        FILTER (WHERE x.status IN ('success', 'error', 'timeout')) AS p95_s,
    max(x.created_at) AS last_at
FROM workflow_runs x JOIN workflows w USING (workflow_id)
WHERE x.tenant_id = %(tenant_id)s AND x.user_id = %(user_id)s
    AND x.created_at >= %(since)s AND x.created_at < %(until)s
    AND (%(workflow_id)s::uuid IS NULL OR x.workflow_id = %(workflow_id)s)
GROUP BY x.workflow_id, w.name
ORDER BY executions DESC, x.workflow_id
LIMIT %(limit)s

-- whole --
-- The same of all of them together.
SELECT count(*) AS executions,
    count(*) FILTER (WHERE x.status = 'success') AS succeeded,
    count(*) FILTER (WHERE x.status IN ('error', 'timeout')) AS failed,
    count(*) FILTER (WHERE x.status = 'cancelled') AS cancelled,
    count(*) FILTER (WHERE x.status = 'waiting') AS waiting,
    count(*) FILTER (WHERE x.status IN ('queued', 'running')) AS under_way,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM x.ended_at - x.started_at))
        FILTER (WHERE x.status IN ('success', 'error', 'timeout')) AS p50_s,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM x.ended_at - x.started_at))
        FILTER (WHERE x.status IN ('success', 'error', 'timeout')) AS p95_s,
    max(x.created_at) AS last_at
FROM workflow_runs x
WHERE x.tenant_id = %(tenant_id)s AND x.user_id = %(user_id)s
    AND x.created_at >= %(since)s AND x.created_at < %(until)s
    AND (%(workflow_id)s::uuid IS NULL OR x.workflow_id = %(workflow_id)s)

-- series --
-- How many there were each day or hour, how they did, and how long they took.
SELECT date_trunc(%(step)s, x.created_at, 'UTC') AS at, count(*) AS executions,
    count(*) FILTER (WHERE x.status = 'success') AS succeeded,
    count(*) FILTER (WHERE x.status IN ('error', 'timeout')) AS failed,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM x.ended_at - x.started_at))
        FILTER (WHERE x.status IN ('success', 'error', 'timeout')) AS p50_s,
    percentile_cont(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM x.ended_at - x.started_at))
        FILTER (WHERE x.status IN ('success', 'error', 'timeout')) AS p95_s
FROM workflow_runs x
WHERE x.tenant_id = %(tenant_id)s AND x.user_id = %(user_id)s
    AND x.created_at >= %(since)s AND x.created_at < %(until)s
    AND (%(workflow_id)s::uuid IS NULL OR x.workflow_id = %(workflow_id)s)
GROUP BY 1
ORDER BY 1
LIMIT %(limit)s

-- costs --
-- What the models that the newest executions asked took: the root of each run says it for all of
-- its agents. A call that could not be priced is counted apart.
WITH newest AS (
    SELECT x.thread_id, x.created_at FROM workflow_executions x
    WHERE x.tenant_id = %(tenant_id)s AND x.user_id = %(user_id)s
        AND x.created_at >= %(since)s AND x.created_at < %(until)s
        AND (%(workflow_id)s::uuid IS NULL OR x.workflow_id = %(workflow_id)s)
    ORDER BY x.number DESC
    LIMIT %(most)s
)
SELECT date_trunc(%(step)s, n.created_at, 'UTC') AS at,
    sum((said.usage ->> 'cost_usd')::numeric) AS cost_usd,
    count(*) FILTER (WHERE said.usage ->> 'cost_usd' IS NULL) AS unpriced_runs,
    sum((said.usage ->> 'input_tokens')::bigint) AS input_tokens,
    sum((said.usage ->> 'output_tokens')::bigint) AS output_tokens
FROM newest n
JOIN runs r ON r.thread_id = n.thread_id
CROSS JOIN LATERAL (
    SELECT e.body::jsonb -> 'usage' AS usage FROM run_events e
    WHERE e.run_id = r.run_id AND e.type = 'agent_completed'
    ORDER BY e.seq DESC LIMIT 1
) AS said
WHERE jsonb_typeof(said.usage) = 'object'
GROUP BY 1
ORDER BY 1
LIMIT %(limit)s

-- failures --
-- Where executions failed and with which code: the last call that failed before their end, or the
-- end itself where none did.
WITH failed AS (
    SELECT x.workflow_id, x.thread_id, x.last_run_id, x.status FROM workflow_runs x
    WHERE x.tenant_id = %(tenant_id)s AND x.user_id = %(user_id)s
        AND x.created_at >= %(since)s AND x.created_at < %(until)s
        AND x.status IN ('error', 'timeout')
        AND (%(workflow_id)s::uuid IS NULL OR x.workflow_id = %(workflow_id)s)
    ORDER BY x.number DESC
    LIMIT %(most)s
)
SELECT f.workflow_id, node.id AS node_id, coalesce(said.code, f.status) AS code,
    count(*) AS executions
FROM failed f
LEFT JOIN LATERAL (
    SELECT e.body::jsonb ->> 'node_id' AS id FROM run_events e
    WHERE e.run_id = f.last_run_id AND e.type = 'tool_completed'
        AND e.body::jsonb ->> 'status' = 'error'
    ORDER BY e.seq DESC LIMIT 1
) AS node ON true
LEFT JOIN LATERAL (
    SELECT e.body::jsonb ->> 'error' AS code FROM run_events e
    WHERE e.run_id = f.last_run_id AND e.type = 'error'
    ORDER BY e.seq DESC LIMIT 1
) AS said ON true
GROUP BY 1, 2, 3
ORDER BY executions DESC, 1, 2, 3
LIMIT %(limit)s

-- effects --
-- What they did to the world outside, by service, task and how that stands.
SELECT e.service, e.task, e.status, count(*) AS effects
FROM effects e JOIN workflow_executions x USING (thread_id)
WHERE x.tenant_id = %(tenant_id)s AND x.user_id = %(user_id)s
    AND e.tenant_id = x.tenant_id AND e.user_id = x.user_id
    AND x.created_at >= %(since)s AND x.created_at < %(until)s
    AND (%(workflow_id)s::uuid IS NULL OR x.workflow_id = %(workflow_id)s)
GROUP BY e.service, e.task, e.status
ORDER BY effects DESC, e.service, e.task, e.status
LIMIT %(limit)s
