-- Trials of drafts: runs that end at a step, or with what some steps gave back pinned. They are
-- executions like any other, and say nothing about how a workflow does.

ALTER TABLE workflow_executions DROP CONSTRAINT workflow_executions_cause_check;
ALTER TABLE workflow_executions ADD CONSTRAINT workflow_executions_cause_check
    CHECK (
        cause IN ('manual', 'webhook', 'schedule', 'workflow', 'failure', 'completion', 'test')
    );

-- How the newest execution of a workflow that has ended did; of one that the asker may see.
CREATE OR REPLACE FUNCTION last_end_of_workflow(id uuid) RETURNS text LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = goldenpath, pg_temp
RETURN (
    SELECT r.end_status FROM workflow_executions x
    JOIN workflows w ON w.workflow_id = x.workflow_id
    JOIN runs r ON r.thread_id = x.thread_id
    WHERE x.workflow_id = id AND x.cause <> 'test'
        AND r.end_status IN ('success', 'error', 'timeout', 'cancelled')
        AND w.tenant_id = acting_tenant() AND (
            w.user_id = acting_user() OR EXISTS (
                SELECT 1 FROM workflow_shares s
                WHERE s.workflow_id = w.workflow_id AND s.member_id = acting_user()
            )
        )
    ORDER BY x.number DESC, r.number DESC LIMIT 1
);

-- Nobody is told of a trial's end, and nothing starts with it: whoever tries is there.
CREATE OR REPLACE FUNCTION note_ending() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = goldenpath, pg_temp AS $$
BEGIN
    INSERT INTO workflow_endings (run_id, thread_id, tenant_id, user_id, end_status)
    SELECT NEW.run_id, NEW.thread_id, NEW.tenant_id, NEW.user_id, NEW.end_status
    FROM workflow_executions x
    WHERE x.thread_id = NEW.thread_id AND x.cause <> 'test' AND (
        NEW.end_status <> 'success' OR EXISTS (
            SELECT 1 FROM workflow_triggers t
            WHERE t.tenant_id = NEW.tenant_id AND t.user_id = NEW.user_id
                AND t.service = 'goldenpath' AND t.task = 'workflow_completed'
        )
    )
    ON CONFLICT (run_id) DO NOTHING;
    IF FOUND THEN
        PERFORM pg_notify('goldenpath_endings', '');
    END IF;
    RETURN NULL;
END;
$$;
