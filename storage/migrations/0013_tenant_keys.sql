-- Data keys of tenants: what their credentials are encrypted with.

CREATE TABLE tenant_keys (
    tenant_id   text NOT NULL,
    -- The highest is the one that is used; lower ones go when nothing is encrypted with them.
    key_version integer NOT NULL,
    -- Names the service's key that it is wrapped under.
    master_id   text NOT NULL,
    wrapped_key bytea NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, key_version)
);
