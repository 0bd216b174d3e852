-- Executions: each start of a workflow is a thread of its own, with the run it began with and those
-- that went on with it. How an execution stands is said by its thread and its runs, and by nothing else.

CREATE TABLE workflow_executions (
    -- No foreign key: it would hold the workflow's row at every start. Workflows are never deleted.
    thread_id    uuid PRIMARY KEY REFERENCES threads ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    -- The run it began with, which names it.
    run_id       uuid NOT NULL UNIQUE,
    -- The order in which they came.
    number       bigint GENERATED ALWAYS AS IDENTITY,
    tenant_id    text NOT NULL,
    -- The workflow's owner, for whom it acts.
    user_id      text NOT NULL,
    workflow_id  uuid NOT NULL,
    version      integer NOT NULL,
    cause        text NOT NULL CHECK (cause IN ('manual', 'webhook', 'schedule', 'workflow', 'failure')),
    -- The node that it began at; null is the only trigger.
    trigger      text,
    started_by   text NOT NULL,
    -- Of which so many may be under way at once; null is as many as one likes.
    slot         text,
    slot_limit   integer CHECK (slot_limit > 0),
    -- The execution that it tries again from the start, at most once.
    retry_of     uuid UNIQUE,
    created_at   timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX workflow_executions_newest ON workflow_executions (workflow_id, number DESC);
CREATE INDEX workflow_executions_of_user
    ON workflow_executions (tenant_id, user_id, created_at DESC, number DESC);

ALTER TABLE workflow_executions ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON workflow_executions TO goldenpath_api USING (
    tenant_id = (SELECT acting_tenant()) AND user_id = (SELECT acting_user())
);

-- How each execution stands, out of its thread and its runs. Status:
--   queued → running → success | error | timeout | cancelled
--   running → waiting (for a person or a moment) → queued → running
CREATE VIEW workflow_runs WITH (security_invoker = true) AS
SELECT x.*, last.run_id AS last_run_id, last.error, first.started_at,
    CASE WHEN NOT last.is_open AND NOT last.is_waiting THEN last.ended_at END AS ended_at,
    CASE
        WHEN last.status = 'running' THEN 'running'
        WHEN last.is_waiting THEN 'waiting'
        WHEN last.is_open THEN 'queued'
        ELSE last.end_status
    END AS status
FROM workflow_executions x
JOIN threads t USING (thread_id)
CROSS JOIN LATERAL (
    SELECT r.run_id, r.status, r.end_status, r.ended_at, r.error,
        r.status IN ('pending', 'running') AS is_open,
        r.status = 'pending' AND r.not_before > now()
            OR r.status NOT IN ('pending', 'running')
                AND t.status = 'interrupted' AND t.interrupts <> '{}' AS is_waiting
    FROM runs r WHERE r.thread_id = x.thread_id
    ORDER BY r.number DESC LIMIT 1
) AS last
CROSS JOIN LATERAL (
    SELECT min(r.started_at) AS started_at FROM runs r WHERE r.thread_id = x.thread_id
) AS first;

-- How the newest execution of a workflow that has ended did; of one that the asker may see.
CREATE FUNCTION last_end_of_workflow(id uuid) RETURNS text LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = goldenpath, pg_temp
RETURN (
    SELECT r.end_status FROM workflow_executions x
    JOIN workflows w ON w.workflow_id = x.workflow_id
    JOIN runs r ON r.thread_id = x.thread_id
    WHERE x.workflow_id = id AND r.end_status IN ('success', 'error', 'timeout', 'cancelled')
        AND w.tenant_id = acting_tenant() AND (
            w.user_id = acting_user() OR EXISTS (
                SELECT 1 FROM workflow_shares s
                WHERE s.workflow_id = w.workflow_id AND s.member_id = acting_user()
            )
        )
    ORDER BY x.number DESC, r.number DESC LIMIT 1
);

-- Whoever watches a workflow is told of its new executions.
CREATE FUNCTION tell_of_execution() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('goldenpath_workflows', NEW.workflow_id::text);
    RETURN NULL;
END;
$$;

CREATE TRIGGER workflow_executions_tell AFTER INSERT ON workflow_executions
FOR EACH ROW EXECUTE FUNCTION tell_of_execution();
