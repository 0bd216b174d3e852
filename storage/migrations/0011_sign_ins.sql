-- How people are signed in. Nothing here is a secret itself: of cookies, tokens and states there are
-- hashes only.

CREATE TABLE sessions (
    session_id   uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id      text NOT NULL REFERENCES users ON DELETE CASCADE,
    -- The tenant it works in at the moment.
    tenant_id    text NOT NULL REFERENCES tenants ON DELETE CASCADE,
    -- `browser` has a cookie, `api` access tokens and a chain of refresh tokens.
    kind         text NOT NULL CHECK (kind IN ('browser', 'api')),
    cookie_hash  bytea UNIQUE CHECK ((kind = 'browser') = (cookie_hash IS NOT NULL)),
    created_at   timestamptz NOT NULL DEFAULT now(),
    -- Exact to a minute: not every request writes.
    last_seen_at timestamptz NOT NULL DEFAULT now(),
    revoked_at   timestamptz,
    address      text,
    user_agent   text NOT NULL DEFAULT ''
);

CREATE INDEX sessions_of_user ON sessions (user_id, last_seen_at DESC, session_id)
    WHERE revoked_at IS NULL;
CREATE INDEX sessions_of_tenant ON sessions (tenant_id, user_id);

-- Each is good once. One that comes again was stolen, by either side: it ends its session.
CREATE TABLE refresh_tokens (
    token_hash bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES sessions ON DELETE CASCADE,
    created_at timestamptz NOT NULL DEFAULT now(),
    used_at    timestamptz
);

CREATE INDEX refresh_tokens_of_session ON refresh_tokens (session_id);

-- Accounts elsewhere: of OIDC providers, and of the issuer of somebody else's tokens.
CREATE TABLE identities (
    identity_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id     text NOT NULL REFERENCES users ON DELETE CASCADE,
    issuer      text NOT NULL,
    subject     text NOT NULL,
    -- How this service calls the provider, and how the provider knows the person.
    provider    text NOT NULL,
    email       text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    UNIQUE (issuer, subject)
);

CREATE INDEX identities_of_user ON identities (user_id, created_at, identity_id);

-- Sign-ins that are under way at a provider: each is taken once, by the browser that began it.
CREATE TABLE provider_sign_ins (
    state_hash   bytea PRIMARY KEY,
    browser_hash bytea NOT NULL,
    provider     text NOT NULL,
    nonce        text NOT NULL,
    verifier     text NOT NULL,
    -- Who links an account; nobody for a plain sign-in.
    user_id      text REFERENCES users ON DELETE CASCADE,
    invitation   text,
    next_path    text NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now()
);
