-- Approvals that workflows ask for, who may vote, how they voted, and what people are told.

CREATE TABLE approvals (
    approval_id uuid PRIMARY KEY,
    tenant_id   text NOT NULL,
    -- Whose workflow asks.
    user_id     text NOT NULL,
    root_run_id uuid NOT NULL,
    thread_id   uuid NOT NULL REFERENCES threads ON DELETE CASCADE,
    workflow_id uuid NOT NULL,
    node_id     text NOT NULL,
    path        text NOT NULL,
    title       text NOT NULL,
    message     text NOT NULL,
    quorum      integer NOT NULL,
    veto        boolean NOT NULL,
    editable    jsonb NOT NULL,
    on_expiry   text NOT NULL CHECK (on_expiry IN ('branch', 'reject')),
    status      text NOT NULL DEFAULT 'open'
        CHECK (status IN ('open', 'approved', 'rejected', 'expired')),
    created_at  timestamptz NOT NULL DEFAULT now(),
    -- Each is emptied when it has been done.
    reminder_at timestamptz,
    escalate_at timestamptz,
    expires_at  timestamptz NOT NULL,
    next_at     timestamptz GENERATED ALWAYS AS (least(reminder_at, escalate_at, expires_at)) STORED,
    settled_at  timestamptz CHECK ((status = 'open') = (settled_at IS NULL)),
    -- What the waiting run is told, and since when it has been.
    answer      jsonb,
    resumed_at  timestamptz,
    UNIQUE (root_run_id, path)
);

CREATE INDEX approvals_newest ON approvals (tenant_id, user_id, created_at DESC, approval_id);
CREATE INDEX approvals_next ON approvals (next_at) WHERE status = 'open';
CREATE INDEX approvals_of_thread ON approvals (thread_id);
CREATE INDEX approvals_ready ON approvals (settled_at)
    WHERE settled_at IS NOT NULL AND resumed_at IS NULL;

CREATE TABLE approvers (
    approver_id uuid PRIMARY KEY,
    approval_id uuid NOT NULL REFERENCES approvals ON DELETE CASCADE,
    tenant_id   text NOT NULL,
    user_id     text NOT NULL,
    -- A member of the workspace, or an address outside of it.
    member_id   text,
    email       text,
    name        text NOT NULL,
    -- Those to whom it is escalated may vote from then on.
    is_active   boolean NOT NULL,
    CHECK ((member_id IS NULL) <> (email IS NULL)),
    UNIQUE (approval_id, member_id),
    UNIQUE (approval_id, email)
);

CREATE INDEX approvers_of_member ON approvers (tenant_id, member_id, approval_id);

CREATE TABLE votes (
    approval_id uuid NOT NULL REFERENCES approvals ON DELETE CASCADE,
    approver_id uuid NOT NULL REFERENCES approvers ON DELETE CASCADE,
    tenant_id   text NOT NULL,
    user_id     text NOT NULL,
    decision    text NOT NULL CHECK (decision IN ('approved', 'rejected')),
    comment     text,
    edits       jsonb NOT NULL,
    voted_at    timestamptz NOT NULL,
    PRIMARY KEY (approval_id, approver_id)
);

-- What people without an account are known by: one token in each of their messages.
CREATE TABLE approval_tokens (
    token_hash  bytea PRIMARY KEY,
    approver_id uuid NOT NULL REFERENCES approvers ON DELETE CASCADE,
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX approval_tokens_of_approver ON approval_tokens (approver_id);

-- What people are told: here, and by e-mail where the service can send some.
CREATE TABLE notifications (
    notification_id uuid PRIMARY KEY,
    tenant_id     text NOT NULL,
    -- Nobody here for an address outside.
    user_id       text,
    approver_id   uuid REFERENCES approvers ON DELETE CASCADE,
    kind          text NOT NULL,
    title         text NOT NULL,
    message       text NOT NULL,
    about         jsonb NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    read_at       timestamptz,
    -- Empty when there is nothing to send (any more).
    mail_due_at   timestamptz,
    mail_attempts integer NOT NULL DEFAULT 0,
    mailed_at     timestamptz,
    mail_error    text
);

CREATE INDEX notifications_newest
    ON notifications (tenant_id, user_id, created_at DESC, notification_id);
CREATE INDEX notifications_to_mail ON notifications (mail_due_at) WHERE mail_due_at IS NOT NULL;

REVOKE ALL ON approval_tokens FROM goldenpath_api;

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['approvals', 'approvers', 'votes', 'notifications'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own ON %I TO goldenpath_api USING ('
            'tenant_id = (SELECT acting_tenant()) AND user_id = (SELECT acting_user()))', name
        );
    END LOOP;
END $$;

-- Approvers see what they are asked, and who else is; only the owner's hand changes it.
CREATE FUNCTION may_vote(id uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE
SECURITY DEFINER SET search_path = goldenpath, pg_temp
RETURN EXISTS (
    SELECT 1 FROM approvers a
    WHERE a.approval_id = id AND a.is_active
        AND a.tenant_id = acting_tenant() AND a.member_id = acting_user()
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['approvals', 'approvers', 'votes'] LOOP
        EXECUTE format(
            'CREATE POLICY of_approvers ON %I FOR SELECT TO goldenpath_api USING ('
            'tenant_id = (SELECT acting_tenant()) AND may_vote(approval_id))', name
        );
    END LOOP;
END $$;

-- Whoever has something to say to a colleague may, and cannot read it again.
CREATE POLICY told ON notifications FOR INSERT TO goldenpath_api
    WITH CHECK (tenant_id = (SELECT acting_tenant()));

-- The processes that look after what is due hear when there is something new: in how many seconds.
CREATE FUNCTION tell_of_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('goldenpath_due', extract(epoch FROM NEW.next_at - now())::text);
    RETURN NULL;
END;
$$;

CREATE TRIGGER approvals_tell AFTER INSERT ON approvals
FOR EACH ROW EXECUTE FUNCTION tell_of_approval();

CREATE FUNCTION tell_of_mail() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('goldenpath_mail', '');
    RETURN NULL;
END;
$$;

CREATE TRIGGER notifications_tell AFTER INSERT ON notifications
FOR EACH ROW WHEN (NEW.mail_due_at IS NOT NULL) EXECUTE FUNCTION tell_of_mail();
