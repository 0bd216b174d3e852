-- What came in at the endpoints, and what became of it.

CREATE TABLE deliveries (
    delivery_id uuid PRIMARY KEY,
    endpoint_id uuid NOT NULL REFERENCES webhook_endpoints ON DELETE CASCADE,
    tenant_id   text NOT NULL,
    user_id     text NOT NULL,
    service     text NOT NULL,
    -- ok: signed and new, so the runs are started; duplicate: it came before; conflict: another body
    -- with the id of one that came before; invalid: signed, but not what the service sends;
    -- quarantined: nobody vouches for it.
    verdict     text NOT NULL
        CHECK (verdict IN ('ok', 'duplicate', 'conflict', 'invalid', 'quarantined')),
    -- Why, where it is not ok; and why nothing was started, where that has a reason.
    reason      text,
    -- The provider's name for the event, and the trigger's.
    event       text,
    task        text,
    -- Who wrote to which number, where people write.
    sender      text,
    receiver    text,
    headers     jsonb NOT NULL,
    -- The address as it was called.
    url         text NOT NULL,
    -- As it came; null where it was too large to be kept with a bad signature.
    body        bytea,
    dedup_key   text,
    fingerprint text,
    -- The runs that it started, and the workflows that could not: [{workflow_id, run_id, problem}].
    starts      jsonb NOT NULL DEFAULT '[]',
    -- The delivery that this one repeats by hand.
    replay_of   uuid,
    received_at timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX deliveries_once ON deliveries (endpoint_id, dedup_key) WHERE verdict = 'ok';
CREATE INDEX deliveries_newest ON deliveries (tenant_id, user_id, received_at DESC, delivery_id);
CREATE INDEX deliveries_of_endpoint ON deliveries (endpoint_id, verdict, received_at DESC);
CREATE INDEX deliveries_of_task ON deliveries (tenant_id, user_id, service, task, received_at DESC)
    WHERE verdict = 'ok';
CREATE INDEX deliveries_oldest ON deliveries (received_at);

ALTER TABLE deliveries ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON deliveries TO goldenpath_api USING (
    tenant_id = (SELECT acting_tenant()) AND user_id = (SELECT acting_user()));
