-- Personal keys for programs: they act as their owner in one tenant, as far as their scopes go.

CREATE TABLE api_keys (
    key_id       uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    key_hash     bytea NOT NULL UNIQUE,
    tenant_id    text NOT NULL REFERENCES tenants ON DELETE CASCADE,
    user_id      text NOT NULL REFERENCES users ON DELETE CASCADE,
    name         text NOT NULL,
    prefix       text NOT NULL,
    scopes       text[] NOT NULL CHECK (scopes <@ ARRAY['read', 'write'] AND scopes <> '{}'),
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz,
    last_used_at timestamptz,
    revoked_at   timestamptz
);

CREATE INDEX api_keys_of_user ON api_keys (tenant_id, user_id, created_at DESC, key_id)
    WHERE revoked_at IS NULL;
