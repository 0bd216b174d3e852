-- Addresses that providers call, each with the secret that its sender signs with.

CREATE TABLE webhook_endpoints (
    endpoint_id    uuid PRIMARY KEY,
    tenant_id      text NOT NULL,
    user_id        text NOT NULL,
    service        text NOT NULL,
    name           text NOT NULL,
    -- The last part of its address; nobody guesses it.
    token          text NOT NULL UNIQUE,
    -- How its sender signs.
    scheme         jsonb NOT NULL,
    -- What comes in counts as this connection's; null is none in particular.
    connection_id  uuid,
    -- The present secret, and the one before while that still counts.
    secret         bytea NOT NULL,
    key_version    integer NOT NULL,
    secret_set_at  timestamptz NOT NULL DEFAULT now(),
    previous_until timestamptz,
    -- active: it takes deliveries; off: it is as unknown as one that never was.
    status         text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'off')),
    created_at     timestamptz NOT NULL DEFAULT now(),
    -- No key goes while something is encrypted with it.
    FOREIGN KEY (tenant_id, key_version) REFERENCES tenant_keys
);

CREATE INDEX webhook_endpoints_of_owner ON webhook_endpoints (tenant_id, user_id, created_at);
CREATE INDEX webhook_endpoints_keys ON webhook_endpoints (tenant_id, key_version);

ALTER TABLE webhook_endpoints ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON webhook_endpoints TO goldenpath_api USING (
    tenant_id = (SELECT acting_tenant()) AND user_id = (SELECT acting_user()));
