-- When the schedules of live workflows start them next.

CREATE TABLE schedules (
    workflow_id  uuid NOT NULL,
    node_id      text NOT NULL,
    tenant_id    text NOT NULL,
    user_id      text NOT NULL,
    -- What it was computed from: cron, time_zone, missed, overlap.
    params       jsonb NOT NULL,
    -- The next moment that it is due for, and when to look: later while the run before goes on.
    -- Null is never again.
    planned_at   timestamptz,
    next_at      timestamptz,
    -- The newest moment that it was started for, and that run.
    last_for     timestamptz,
    last_run_id  uuid,
    -- Why the newest moment started nothing, if it did not.
    last_problem text,
    PRIMARY KEY (workflow_id, node_id),
    -- Gone with the trigger.
    FOREIGN KEY (workflow_id, node_id) REFERENCES workflow_triggers ON DELETE CASCADE
);

CREATE INDEX schedules_due ON schedules (next_at) WHERE next_at IS NOT NULL;

-- Every moment that was started for, so that no replica does it again.
CREATE TABLE schedule_fires (
    workflow_id   uuid NOT NULL,
    node_id       text NOT NULL,
    scheduled_for timestamptz NOT NULL,
    tenant_id     text NOT NULL,
    user_id       text NOT NULL,
    run_id        uuid,
    PRIMARY KEY (workflow_id, node_id, scheduled_for)
);

CREATE INDEX schedule_fires_oldest ON schedule_fires (scheduled_for);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['schedules', 'schedule_fires'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own ON %I TO goldenpath_api USING ('
            'tenant_id = (SELECT acting_tenant()) AND user_id = (SELECT acting_user()))', name
        );
    END LOOP;
END $$;

-- Whoever waits for the next one looks again.
CREATE FUNCTION tell_of_schedule() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('goldenpath_schedules', '');
    RETURN NULL;
END $$;
CREATE TRIGGER schedules_changed AFTER INSERT OR UPDATE OF next_at ON schedules
    FOR EACH STATEMENT EXECUTE FUNCTION tell_of_schedule();
