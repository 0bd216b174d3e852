-- Who did what to which object, from where. Entries are added and never changed.

CREATE TABLE audit_log (
    -- The order of the list; what began together may be numbered either way.
    entry_id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id   text NOT NULL,
    user_id     text NOT NULL,
    -- `thread.deleted`, `run.cancelled`: the object's type and what happened to it.
    action      text NOT NULL,
    object_type text NOT NULL,
    object_id   text NOT NULL,
    -- Where it was asked for; null for what the service did by itself.
    address     text,
    request_id  text,
    details     jsonb NOT NULL DEFAULT '{}',
    created_at  timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE INDEX audit_log_newest ON audit_log (tenant_id, entry_id DESC);
CREATE INDEX audit_log_actions ON audit_log (tenant_id, action, entry_id DESC);
CREATE INDEX audit_log_objects ON audit_log (tenant_id, object_type, object_id, entry_id DESC);
CREATE INDEX audit_log_people ON audit_log (tenant_id, user_id, entry_id DESC);
CREATE INDEX audit_log_times ON audit_log (created_at);

-- The one way to take entries out: old ones, by their age. It runs as its owner, so whoever may
-- only write to the log can be granted this instead of the right to delete.
CREATE FUNCTION clear_audit_log(keep_days integer, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = goldenpath, pg_temp AS $$
DECLARE
    deleted integer;
BEGIN
    IF keep_days < 1 THEN
        RAISE EXCEPTION 'Entries of the audit log are kept for a day at least.';
    END IF;
    DELETE FROM audit_log WHERE entry_id IN (
        SELECT entry_id FROM audit_log
        WHERE created_at < now() - make_interval(days => keep_days)
        ORDER BY created_at
        LIMIT most
    );
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN deleted;
END;
$$;

REVOKE EXECUTE ON FUNCTION clear_audit_log(integer, integer) FROM PUBLIC;

-- Refuses any other change, whoever asks. The bottom of the call stack tells: no setting could be
-- trusted, since anybody can set one, and further up there may be the text of somebody's statement.
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stack text;
BEGIN
    GET DIAGNOSTICS stack = PG_CONTEXT;
    IF TG_OP = 'DELETE'
        AND stack ~ '\nPL/pgSQL function (goldenpath\.)?clear_audit_log\(integer,integer\) line \d+ at SQL statement$'
    THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'The audit log is only added to: % is refused.', TG_OP
        USING ERRCODE = 'insufficient_privilege';
END;
$$;

CREATE TRIGGER audit_log_is_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
