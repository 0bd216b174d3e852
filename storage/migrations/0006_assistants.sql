-- Assistants: graphs with settings of their users, in versions. The default assistant of each graph
-- is no row: it comes from the graphs that are served.

-- The newest content stands here and not only in its version, so that one statement changes it
-- against whatever another has just written, and a search reads one table.
CREATE TABLE assistants (
    assistant_id uuid PRIMARY KEY,
    tenant_id    text NOT NULL,
    user_id      text NOT NULL,
    graph_id     text NOT NULL,
    name         text NOT NULL,
    description  text,
    config       jsonb NOT NULL DEFAULT '{}',
    context      jsonb NOT NULL DEFAULT '{}',
    metadata     jsonb NOT NULL DEFAULT '{}',
    -- The version that is in use, and the highest ever given out.
    version      integer NOT NULL DEFAULT 1,
    last_version integer NOT NULL DEFAULT 1,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX assistants_newest ON assistants (tenant_id, user_id, created_at DESC, assistant_id);

-- Every version that an assistant ever had; none is changed.
CREATE TABLE assistant_versions (
    assistant_id uuid NOT NULL REFERENCES assistants ON DELETE CASCADE,
    version      integer NOT NULL,
    tenant_id    text NOT NULL,
    user_id      text NOT NULL,
    graph_id     text NOT NULL,
    name         text NOT NULL,
    description  text,
    config       jsonb NOT NULL,
    context      jsonb NOT NULL,
    metadata     jsonb NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (assistant_id, version)
);
