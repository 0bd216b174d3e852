-- Ends of executions that somebody is to be told of: the owner, or workflows that start with them.
-- A row comes with the end, in its transaction, and goes in the transaction that tells.

ALTER TABLE workflow_executions DROP CONSTRAINT workflow_executions_cause_check,
    ADD CONSTRAINT workflow_executions_cause_check
        CHECK (cause IN (
            'manual', 'webhook', 'schedule', 'workflow', 'failure', 'completion', 'test'
        ));

CREATE TABLE workflow_endings (
    -- The run that ended it: an execution that is tried again ends again.
    run_id     uuid PRIMARY KEY,
    thread_id  uuid NOT NULL REFERENCES threads ON DELETE CASCADE,
    tenant_id  text NOT NULL,
    user_id    text NOT NULL,
    end_status text NOT NULL CHECK (end_status IN ('success', 'error', 'timeout')),
    ended_at   timestamptz NOT NULL DEFAULT now(),
    -- Later than its end after a failure to tell.
    due_at     timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX workflow_endings_due ON workflow_endings (due_at);
CREATE INDEX workflow_endings_of_thread ON workflow_endings (thread_id);

ALTER TABLE workflow_endings ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON workflow_endings TO goldenpath_api USING (
    tenant_id = (SELECT acting_tenant()) AND user_id = (SELECT acting_user())
);

CREATE FUNCTION note_ending() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = goldenpath, pg_temp AS $$
BEGIN
    INSERT INTO workflow_endings (run_id, thread_id, tenant_id, user_id, end_status)
    SELECT NEW.run_id, NEW.thread_id, NEW.tenant_id, NEW.user_id, NEW.end_status
    FROM workflow_executions x
    -- Nobody is told of a trial's end, and nothing starts with it: whoever tries is there.
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

CREATE TRIGGER runs_note_ending AFTER UPDATE ON runs
FOR EACH ROW WHEN (
    NEW.graph_id = 'workflow' AND OLD.status IN ('pending', 'running')
    AND NEW.status NOT IN ('pending', 'running')
    AND NEW.end_status IN ('success', 'error', 'timeout')
)
EXECUTE FUNCTION note_ending();
