-- People, tenants, and who is a member of which. Local mode's user and tenant have no rows here.

CREATE TABLE users (
    user_id             text PRIMARY KEY DEFAULT gen_random_uuid()::text,
    -- As domain/accounts/emails.py spells it; none with tokens of somebody else's issuer.
    email               text UNIQUE,
    -- Somebody proved that the address is theirs: a provider said so, or a link sent there was used.
    email_is_verified   boolean NOT NULL DEFAULT false,
    name                text NOT NULL,
    birthday            date,
    -- argon2; none for people who sign in elsewhere only.
    password_hash       text,
    password_changed_at timestamptz,
    created_at          timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE tenants (
    tenant_id  text PRIMARY KEY DEFAULT gen_random_uuid()::text,
    name       text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE memberships (
    tenant_id  text NOT NULL REFERENCES tenants ON DELETE CASCADE,
    user_id    text NOT NULL REFERENCES users ON DELETE CASCADE,
    role       text NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, user_id)
);

CREATE INDEX memberships_of_user ON memberships (user_id, created_at, tenant_id);

-- One-time links. Without a tenant: the link that creates the first account, good while there is none.
CREATE TABLE invitations (
    invitation_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    token_hash    bytea NOT NULL UNIQUE,
    tenant_id     text REFERENCES tenants ON DELETE CASCADE,
    role          text NOT NULL CHECK (role IN ('owner', 'admin', 'member', 'viewer')),
    -- Whom it is for; whoever has the link when it is nobody.
    email         text,
    invited_by    text REFERENCES users ON DELETE CASCADE,
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL,
    accepted_at   timestamptz,
    accepted_by   text REFERENCES users ON DELETE CASCADE
);

CREATE INDEX invitations_of_tenant ON invitations (tenant_id, created_at DESC, invitation_id);
