-- The ledger of effects: what workflows did to the world outside, so that nothing is done twice.
-- Status:
--   intended → done | failed (surely did not happen) | in_doubt (nobody knows)
--   failed → intended; in_doubt → done | intended
CREATE TABLE effects (
    tenant_id    text NOT NULL,
    user_id      text NOT NULL,
    effect_key   text PRIMARY KEY,
    root_run_id  uuid NOT NULL,
    thread_id    uuid NOT NULL,
    node_id      text NOT NULL,
    -- Where in loops, as in loop_1[3]/send.
    path         text NOT NULL,
    service      text NOT NULL,
    task         text NOT NULL,
    effect       text NOT NULL,
    request_hash text NOT NULL,
    status       text NOT NULL CHECK (status IN ('intended', 'done', 'failed', 'in_doubt')),
    -- Of a call that is not done: {"again": n}, how often a person had it made again.
    result       jsonb,
    -- The provider's name for it.
    reference    text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX effects_of_thread ON effects (thread_id, created_at);

ALTER TABLE effects ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON effects TO goldenpath_api USING (
    tenant_id = (SELECT acting_tenant()) AND user_id = (SELECT acting_user())
);
