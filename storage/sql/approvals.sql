-- get --
-- One approval that this user asks for or may vote on, with everybody's vote.
SELECT a.*, (
    SELECT jsonb_agg(jsonb_build_object(
        'name', p.name, 'decision', v.decision, 'comment', v.comment, 'voted_at', v.voted_at
    ) ORDER BY p.name, p.approver_id)
    FROM approvers p LEFT JOIN votes v ON v.approver_id = p.approver_id
    WHERE p.approval_id = a.approval_id AND p.is_active
) AS people, me.approver_id AS my_approver_id
FROM approvals a LEFT JOIN approvers me
    ON me.approval_id = a.approval_id AND me.member_id = %(user_id)s AND me.is_active
WHERE a.approval_id = %(approval_id)s AND a.tenant_id = %(tenant_id)s
    AND (a.user_id = %(user_id)s OR me.approver_id IS NOT NULL)

-- to_vote_on --
-- The approvals that this user may vote on, open or settled, newest first.
SELECT a.*, (
    SELECT jsonb_agg(jsonb_build_object(
        'name', p.name, 'decision', v.decision, 'comment', v.comment, 'voted_at', v.voted_at
    ) ORDER BY p.name, p.approver_id)
    FROM approvers p LEFT JOIN votes v ON v.approver_id = p.approver_id
    WHERE p.approval_id = a.approval_id AND p.is_active
) AS people, me.approver_id AS my_approver_id
FROM approvers me JOIN approvals a ON a.approval_id = me.approval_id
WHERE me.tenant_id = %(tenant_id)s AND me.member_id = %(user_id)s AND me.is_active
    AND (a.status = 'open') = %(is_open)s
ORDER BY a.created_at DESC, a.approval_id
LIMIT %(limit)s OFFSET %(offset)s

-- of_owner --
-- The approvals that this user's workflows ask for, open or settled, newest first.
SELECT a.*, (
    SELECT jsonb_agg(jsonb_build_object(
        'name', p.name, 'decision', v.decision, 'comment', v.comment, 'voted_at', v.voted_at
    ) ORDER BY p.name, p.approver_id)
    FROM approvers p LEFT JOIN votes v ON v.approver_id = p.approver_id
    WHERE p.approval_id = a.approval_id AND p.is_active
) AS people, me.approver_id AS my_approver_id
FROM approvals a LEFT JOIN approvers me
    ON me.approval_id = a.approval_id AND me.member_id = %(user_id)s AND me.is_active
WHERE a.tenant_id = %(tenant_id)s AND a.user_id = %(user_id)s
    AND (a.status = 'open') = %(is_open)s
ORDER BY a.created_at DESC, a.approval_id
LIMIT %(limit)s OFFSET %(offset)s

-- by_token --
-- Which approver a token stands for, and whose approval it is about.
SELECT p.approver_id, p.approval_id, p.name, a.tenant_id, a.user_id, a.thread_id, v.decision
FROM approval_tokens t JOIN approvers p ON p.approver_id = t.approver_id
JOIN approvals a ON a.approval_id = p.approval_id
LEFT JOIN votes v ON v.approver_id = p.approver_id
WHERE t.token_hash = %(token_hash)s AND p.is_active

-- lock --
-- An approval that nobody votes on or settles until the transaction ends.
SELECT * FROM approvals
WHERE approval_id = %(approval_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
FOR UPDATE

-- put_vote --
-- A vote; who has voted has changed their mind.
INSERT INTO votes (
    approval_id, approver_id, tenant_id, user_id, decision, comment, edits, voted_at
) VALUES (
    %(approval_id)s, %(approver_id)s, %(tenant_id)s, %(user_id)s, %(decision)s, %(comment)s,
    %(edits)s::jsonb, clock_timestamp()
)
ON CONFLICT (approval_id, approver_id) DO UPDATE
SET decision = excluded.decision, comment = excluded.comment, edits = excluded.edits,
    voted_at = excluded.voted_at

-- votes --
-- How was voted, in the order in which it was.
SELECT p.name, v.decision, v.comment, v.edits, v.voted_at
FROM votes v JOIN approvers p ON p.approver_id = v.approver_id
WHERE v.approval_id = %(approval_id)s
    AND v.tenant_id = %(tenant_id)s AND v.user_id = %(user_id)s
ORDER BY v.voted_at, v.approver_id

-- voters --
-- How many may vote at the moment.
SELECT count(*) AS voters FROM approvers
WHERE approval_id = %(approval_id)s AND is_active
    AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s

-- settle --
-- An approval is settled, with what its run is told.
UPDATE approvals SET status = %(status)s, settled_at = now(), answer = %(answer)s::jsonb
WHERE approval_id = %(approval_id)s AND status = 'open'
    AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s

-- what_is_due --
-- An open approval that something is due of, by the database's clock.
SELECT *, reminder_at <= now() AS reminds, escalate_at <= now() AS escalates,
    expires_at <= now() AS expires
FROM approvals
WHERE approval_id = %(approval_id)s AND status = 'open' AND next_at <= now()
    AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
FOR UPDATE

-- reminded --
-- Nobody is reminded again.
UPDATE approvals SET reminder_at = NULL
WHERE approval_id = %(approval_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s

-- escalated --
-- It is not escalated again: those who may vote from now on.
WITH done AS (
    UPDATE approvals SET escalate_at = NULL
    WHERE approval_id = %(approval_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
)
UPDATE approvers SET is_active = true
WHERE approval_id = %(approval_id)s AND NOT is_active
    AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
RETURNING member_id, approver_id

-- silent --
-- Who may vote and has not.
SELECT p.member_id, p.approver_id
FROM approvers p LEFT JOIN votes v ON v.approver_id = p.approver_id
WHERE p.approval_id = %(approval_id)s AND p.is_active AND v.approver_id IS NULL
    AND p.tenant_id = %(tenant_id)s AND p.user_id = %(user_id)s
ORDER BY p.approver_id
