-- The list of what ran: a conversation's runs one by one, a workflow's executions as one each, with
-- all runs that went on with it. How an entry stands is read out of its thread and its runs.

CREATE INDEX runs_newest_of_user ON runs (tenant_id, user_id, number DESC);

-- Status as in `workflow_runs`; `kind` says who started it: a person who talks, a workflow's start, or
-- a client that wants no thread.
CREATE VIEW run_entries WITH (security_invoker = true) AS
SELECT r.run_id, r.number, r.thread_id, r.tenant_id, r.user_id, r.graph_id, r.assistant_id,
    CASE
        WHEN r.graph_id = 'workflow' THEN 'workflow'
        WHEN t.is_temporary OR r.priority < 0 THEN 'background'
        ELSE 'chat'
    END AS kind,
    coalesce(w.name, t.metadata ->> 'title') AS title,
    a.name AS assistant_name,
    x.workflow_id, x.version, x.cause, x.trigger, x.started_by, x.retry_of,
    coalesce(last.run_id, r.run_id) AS last_run_id,
    CASE WHEN x.run_id IS NULL THEN r.error ELSE last.error END AS error,
    r.created_at, r.started_at, ended.ended_at, stands.status
FROM runs r
JOIN threads t ON t.thread_id = r.thread_id
LEFT JOIN workflow_executions x ON x.thread_id = r.thread_id
LEFT JOIN workflows w ON w.workflow_id = x.workflow_id
LEFT JOIN assistants a ON a.assistant_id::text = r.assistant_id
LEFT JOIN LATERAL (
    SELECT o.run_id, o.status, o.end_status, o.ended_at, o.error, o.not_before FROM runs o
    WHERE o.thread_id = x.thread_id
    ORDER BY o.number DESC LIMIT 1
) AS last ON true
CROSS JOIN LATERAL (
    SELECT CASE coalesce(last.status, r.status)
        WHEN 'running' THEN 'running'
        WHEN 'pending' THEN
            CASE WHEN coalesce(last.not_before, r.not_before) > now() THEN 'waiting' ELSE 'queued' END
        ELSE CASE
            WHEN t.status = 'interrupted' AND t.interrupts <> '{}'
                AND coalesce(last.end_status, r.end_status) = 'interrupted'
                AND NOT EXISTS (
                    SELECT 1 FROM runs o WHERE o.thread_id = r.thread_id
                        AND x.run_id IS NULL AND o.number > r.number
                )
                THEN 'waiting'
            -- It paused, and another run went on with it.
            WHEN coalesce(last.end_status, r.end_status) = 'interrupted' THEN 'success'
            ELSE coalesce(last.end_status, r.end_status, 'cancelled')
        END
    END AS status
) AS stands
CROSS JOIN LATERAL (
    SELECT CASE WHEN stands.status NOT IN ('queued', 'running', 'waiting')
        THEN coalesce(last.ended_at, r.ended_at) END AS ended_at
) AS ended
WHERE t.gone_at IS NULL AND (x.run_id IS NULL OR x.run_id = r.run_id);
