-- What workflows wait for: a moment, or an event until it expires.

CREATE TABLE waits (
    wait_id     uuid PRIMARY KEY,
    tenant_id   text NOT NULL,
    user_id     text NOT NULL,
    root_run_id uuid NOT NULL,
    thread_id   uuid NOT NULL REFERENCES threads ON DELETE CASCADE,
    workflow_id uuid NOT NULL,
    node_id     text NOT NULL,
    path        text NOT NULL,
    -- No event is a wait for the moment alone.
    event       text,
    key         text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    due_at      timestamptz NOT NULL,
    outcome     text CHECK (outcome IN ('due', 'received', 'expired')),
    settled_at  timestamptz CHECK ((outcome IS NULL) = (settled_at IS NULL)),
    -- What the waiting run is told, and since when it has been.
    answer      jsonb,
    resumed_at  timestamptz,
    UNIQUE (root_run_id, path)
);

CREATE INDEX waits_due ON waits (due_at) WHERE outcome IS NULL;
CREATE INDEX waits_for_event ON waits (tenant_id, user_id, event)
    WHERE outcome IS NULL AND event IS NOT NULL;
CREATE INDEX waits_of_thread ON waits (thread_id);
CREATE INDEX waits_ready ON waits (settled_at)
    WHERE settled_at IS NOT NULL AND resumed_at IS NULL;

ALTER TABLE waits ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON waits TO goldenpath_api USING (
    tenant_id = (SELECT acting_tenant()) AND user_id = (SELECT acting_user())
);

CREATE FUNCTION tell_of_wait() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('goldenpath_due', extract(epoch FROM NEW.due_at - now())::text);
    RETURN NULL;
END;
$$;

CREATE TRIGGER waits_tell AFTER INSERT ON waits
FOR EACH ROW EXECUTE FUNCTION tell_of_wait();

-- An answer can be there before its thread waits for it: then it goes on as soon as it does. Whoever
-- settles holds the thread's pen, as does whoever pauses it, so one of them sees the other.
CREATE FUNCTION tell_of_pause() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM approvals WHERE thread_id = NEW.thread_id
            AND settled_at IS NOT NULL AND resumed_at IS NULL
    ) OR EXISTS (
        SELECT 1 FROM waits WHERE thread_id = NEW.thread_id
            AND settled_at IS NOT NULL AND resumed_at IS NULL
    ) THEN
        PERFORM pg_notify('goldenpath_due', '0');
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER threads_tell_of_pause AFTER UPDATE ON threads
FOR EACH ROW WHEN (NEW.status = 'interrupted' AND OLD.status <> 'interrupted')
EXECUTE FUNCTION tell_of_pause();
