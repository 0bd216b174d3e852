-- people --
-- Which members of the tenant these names, roles and addresses mean. Viewers change nothing, so they
-- are asked nothing.
SELECT m.user_id AS member_id, u.name, u.email, m.role
FROM memberships m JOIN users u USING (user_id)
WHERE m.tenant_id = %(tenant_id)s AND m.role <> 'viewer'
    AND (m.user_id = ANY(%(names)s) OR m.role = ANY(%(names)s) OR u.email = ANY(%(emails)s))
ORDER BY m.created_at, m.user_id

-- insert_approval --
-- A new approval; nothing when this place of the run has one.
INSERT INTO approvals (
    approval_id, tenant_id, user_id, root_run_id, thread_id, workflow_id, workflow_name, node_id,
    path, title, message, quorum, veto, editable, on_expiry, reminder_at, escalate_at, expires_at
) VALUES (
    %(approval_id)s, %(tenant_id)s, %(user_id)s, %(root_run_id)s, %(thread_id)s, %(workflow_id)s,
    coalesce((SELECT name FROM workflows WHERE workflow_id = %(workflow_id)s), ''),
    %(node_id)s, %(path)s, %(title)s, %(message)s, %(quorum)s, %(veto)s, %(editable)s::jsonb,
    %(on_expiry)s, now() + make_interval(secs => %(reminder_after)s),
    now() + make_interval(secs => %(escalate_after)s),
    now() + make_interval(secs => %(expires_after)s)
)
ON CONFLICT (root_run_id, path) DO NOTHING
RETURNING approval_id

-- asked_approval --
-- The approval that this place of the run has.
SELECT approval_id FROM approvals
WHERE root_run_id = %(root_run_id)s AND path = %(path)s
    AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s

-- insert_approver --
-- Somebody who may vote, at once or after the escalation.
INSERT INTO approvers (
    approver_id, approval_id, tenant_id, user_id, member_id, email, name, is_active
) VALUES (
    %(approver_id)s, %(approval_id)s, %(tenant_id)s, %(user_id)s, %(member_id)s, %(email)s,
    %(name)s, %(is_active)s
)

-- owns_thread --
-- Whether the thread is this user's.
SELECT FROM threads
WHERE thread_id = %(thread_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s

-- seconds_until --
-- How far off a moment is, by the database's clock.
SELECT extract(epoch FROM %(moment)s::timestamptz - now())::float8 AS seconds

-- insert_wait --
-- A new wait; nothing when this place of the run has one.
INSERT INTO waits (
    wait_id, tenant_id, user_id, root_run_id, thread_id, workflow_id, node_id, path, event, key,
    due_at
) VALUES (
    %(wait_id)s, %(tenant_id)s, %(user_id)s, %(root_run_id)s, %(thread_id)s, %(workflow_id)s,
    %(node_id)s, %(path)s, %(event)s, %(key)s,
    coalesce(%(moment)s::timestamptz, now() + make_interval(secs => %(seconds)s))
)
ON CONFLICT (root_run_id, path) DO NOTHING
RETURNING wait_id

-- asked_wait --
-- The wait that this place of the run has.
SELECT wait_id FROM waits
WHERE root_run_id = %(root_run_id)s AND path = %(path)s
    AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
