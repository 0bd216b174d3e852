-- Connections: how a user's runs sign in to services outside.

CREATE TABLE connections (
    connection_id  uuid PRIMARY KEY,
    tenant_id      text NOT NULL,
    user_id        text NOT NULL,
    name           text NOT NULL,
    kind           text NOT NULL,
    -- What is no secret.
    settings       jsonb NOT NULL,
    -- All secrets of the connection in one ciphertext, and the names of those that are in it.
    secret         bytea NOT NULL,
    secret_names   text[] NOT NULL,
    secrets_set_at timestamptz NOT NULL DEFAULT now(),
    key_version    integer NOT NULL,
    -- active: it may be used; off: it is kept and refused.
    status         text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'off')),
    created_at     timestamptz NOT NULL DEFAULT now(),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    last_used_at   timestamptz,
    UNIQUE (tenant_id, user_id, name),
    -- No key goes while something is encrypted with it.
    FOREIGN KEY (tenant_id, key_version) REFERENCES tenant_keys
);

CREATE INDEX connections_keys ON connections (tenant_id, key_version);
