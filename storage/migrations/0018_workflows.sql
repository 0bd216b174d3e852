-- Workflows: what users automate, in versions that never change.

CREATE TABLE workflows (
    workflow_id    uuid PRIMARY KEY,
    tenant_id      text NOT NULL,
    -- Its owner: its runs act for them, with their connections.
    user_id        text NOT NULL,
    -- The name of the draft's blueprint.
    name           text NOT NULL,
    -- The newest version, which is the draft, and the live one. A workflow without a live one is off.
    draft_version  integer NOT NULL,
    active_version integer,
    activated_at   timestamptz,
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    -- It is shown nowhere any more and starts no runs; its history is kept.
    deleted_at     timestamptz
);

CREATE INDEX workflows_newest ON workflows (tenant_id, user_id, updated_at DESC, workflow_id)
    WHERE deleted_at IS NULL;

CREATE TABLE workflow_versions (
    workflow_id uuid NOT NULL REFERENCES workflows,
    version     integer NOT NULL,
    tenant_id   text NOT NULL,
    user_id     text NOT NULL,
    blueprint   jsonb NOT NULL,
    -- Who saved it, and why if they said so.
    saved_by    text NOT NULL,
    note        text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workflow_id, version)
);

-- The triggers of live versions: changed in the transaction that makes a version the live one.
CREATE TABLE workflow_triggers (
    workflow_id   uuid NOT NULL REFERENCES workflows,
    node_id       text NOT NULL,
    tenant_id     text NOT NULL,
    user_id       text NOT NULL,
    version       integer NOT NULL,
    service       text NOT NULL,
    task          text NOT NULL,
    params        jsonb NOT NULL,
    -- Only what comes in by this connection counts; null is any of the owner's.
    connection_id uuid,
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workflow_id, node_id)
);

CREATE INDEX workflow_triggers_by_task ON workflow_triggers (tenant_id, user_id, service, task);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['workflows', 'workflow_versions', 'workflow_triggers'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own ON %I TO goldenpath_api USING ('
            'tenant_id = (SELECT acting_tenant()) AND user_id = (SELECT acting_user()))', name
        );
    END LOOP;
END $$;
