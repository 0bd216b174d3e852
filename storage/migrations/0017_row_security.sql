-- The second wall between users: what their requests read and write is also checked by Postgres, row
-- by row. The first wall is the condition in every statement; this one holds when one is forgotten.
--
-- Requests act as the role `goldenpath_api`, which cannot bypass it, for the user that the connection
-- says (`goldenpath.tenant` and `goldenpath.user`; without them nothing is seen). The engine serves
-- all users and acts as the owner of the tables.

DO $$ BEGIN
    IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'goldenpath_api') THEN
        BEGIN
            CREATE ROLE goldenpath_api NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE;
        EXCEPTION
            -- Roles belong to the server: another database of it made it this very moment.
            WHEN duplicate_object OR unique_violation THEN NULL;
            WHEN insufficient_privilege THEN
                RAISE EXCEPTION 'the database user % may not create the role goldenpath_api',
                    current_user
                USING HINT = format(
                    'Let an administrator run: CREATE ROLE goldenpath_api NOLOGIN; '
                    'GRANT goldenpath_api TO %I;', current_user
                );
        END;
    END IF;
    IF NOT pg_has_role(current_user, 'goldenpath_api', 'MEMBER') THEN
        EXECUTE format('GRANT goldenpath_api TO %I', current_user);
    END IF;
END $$;

GRANT USAGE ON SCHEMA goldenpath, langgraph, procrastinate TO goldenpath_api;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA goldenpath, langgraph, procrastinate
    TO goldenpath_api;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA goldenpath, langgraph, procrastinate TO goldenpath_api;
ALTER DEFAULT PRIVILEGES IN SCHEMA goldenpath, langgraph, procrastinate
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO goldenpath_api;
ALTER DEFAULT PRIVILEGES IN SCHEMA goldenpath, langgraph, procrastinate
    GRANT USAGE ON SEQUENCES TO goldenpath_api;
-- No request has any business there.
REVOKE ALL ON schema_migrations, last_tidying FROM goldenpath_api;
REVOKE INSERT, UPDATE, DELETE ON workers FROM goldenpath_api;
-- Who somebody is, and how often they came, is asked before there is a user to act for: the door
-- alone reads and writes that.
REVOKE ALL ON users, tenants, memberships, invitations, sessions, refresh_tokens, identities,
    provider_sign_ins, api_keys, rate_limits, login_failures FROM goldenpath_api;
-- What was done stays said.
REVOKE UPDATE, DELETE ON audit_log FROM goldenpath_api;

-- Written as sub-queries, so that each is looked up once a statement and not once a row.
CREATE FUNCTION acting_tenant() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN current_setting('goldenpath.tenant', true);
CREATE FUNCTION acting_user() RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN current_setting('goldenpath.user', true);

-- Of one user.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['threads', 'runs', 'artifacts', 'assistants', 'assistant_versions']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own ON %I TO goldenpath_api USING ('
            'tenant_id = (SELECT acting_tenant()) AND user_id = (SELECT acting_user()))', name
        );
    END LOOP;
    -- Of a tenant, whose users share them.
    FOREACH name IN ARRAY ARRAY[
        'usage_imports', 'usage_rejects', 'usage_records', 'reports', 'connections', 'tenant_keys',
        'audit_log'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY of_tenant ON %I TO goldenpath_api USING ('
            'tenant_id = (SELECT acting_tenant()))', name
        );
    END LOOP;
END $$;

-- What belongs to a thread is whose the thread is. A thread can come in one statement with what
-- belongs to it, which does not see it yet: so what is written may be of no thread, but never of
-- somebody else's.
CREATE FUNCTION is_anothers(id uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
SECURITY DEFINER SET search_path = goldenpath, pg_temp
RETURN EXISTS (
    SELECT 1 FROM threads t
    WHERE t.thread_id = id AND (t.tenant_id, t.user_id)
        IS DISTINCT FROM (acting_tenant(), acting_user())
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY[
        'event_heads', 'run_events', 'checkpoints', 'checkpoint_blobs', 'checkpoint_writes'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY of_own_thread ON %1$I TO goldenpath_api '
            'USING (EXISTS (SELECT 1 FROM threads t WHERE t.thread_id = %1$I.thread_id::uuid)) '
            'WITH CHECK (NOT is_anothers(thread_id::uuid))', name
        );
    END LOOP;
END $$;
