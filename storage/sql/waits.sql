-- for_event --
-- The user's waits for an event; those with a key only for an event with that key. Locked later, with
-- the pens of their threads.
SELECT wait_id, thread_id FROM waits
WHERE tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND event = %(event)s AND outcome IS NULL AND (key IS NULL OR key = %(key)s::text)
ORDER BY created_at, wait_id
LIMIT %(limit)s

-- receive --
-- The event has come, unless somebody was faster.
UPDATE waits SET outcome = 'received', settled_at = now(),
    answer = jsonb_build_object('outcome', 'received', 'data', %(data)s::jsonb)
WHERE wait_id = %(wait_id)s AND outcome IS NULL
    AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
RETURNING wait_id

-- end --
-- The moment has come, by the database's clock, unless somebody was faster.
UPDATE waits SET
    outcome = CASE WHEN event IS NULL THEN 'due' ELSE 'expired' END, settled_at = now(),
    answer = jsonb_build_object(
        'outcome', CASE WHEN event IS NULL THEN 'due' ELSE 'expired' END, 'data', NULL
    )
WHERE wait_id = %(wait_id)s AND outcome IS NULL AND due_at <= now()
    AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
RETURNING wait_id

-- ready --
-- The answers that a thread's run has not been told yet.
SELECT approval_id AS id, answer FROM approvals
WHERE thread_id = %(thread_id)s AND settled_at IS NOT NULL AND resumed_at IS NULL
    AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
UNION ALL
SELECT wait_id, answer FROM waits
WHERE thread_id = %(thread_id)s AND settled_at IS NOT NULL AND resumed_at IS NULL
    AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s

-- told --
-- These answers have been handed over.
WITH approvals_told AS (
    UPDATE approvals SET resumed_at = now()
    WHERE approval_id = ANY(%(ids)s)
        AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
)
UPDATE waits SET resumed_at = now()
WHERE wait_id = ANY(%(ids)s) AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s

-- claim_thread --
-- The pen of a thread, unless somebody has it just now.
SELECT thread_id FROM event_heads WHERE thread_id = %(thread_id)s FOR UPDATE SKIP LOCKED

-- due --
-- Of all users, what is due: waits, approvals, and threads that wait for an answer that is there.
-- Nothing is locked: whoever holds the thread's pen looks again.
(
    SELECT 'wait' AS kind, wait_id AS id, thread_id, tenant_id, user_id FROM waits
    WHERE outcome IS NULL AND due_at <= now()
    ORDER BY due_at, wait_id
    LIMIT %(limit)s
)
UNION ALL
(
    SELECT 'approval', approval_id, thread_id, tenant_id, user_id FROM approvals
    WHERE status = 'open' AND next_at <= now()
    ORDER BY next_at, approval_id
    LIMIT %(limit)s
)
UNION ALL
(
    -- What nobody waits for any more, since its run was stopped, is not looked at for ever.
    SELECT DISTINCT 'answer', t.thread_id, t.thread_id, t.tenant_id, t.user_id
    FROM (
        SELECT thread_id, approval_id AS id FROM approvals
        WHERE settled_at > now() - interval '31 days' AND resumed_at IS NULL
        UNION ALL
        SELECT thread_id, wait_id FROM waits
        WHERE settled_at > now() - interval '31 days' AND resumed_at IS NULL
    ) AS ready JOIN threads t ON t.thread_id = ready.thread_id
    WHERE t.status = 'interrupted' AND strpos(t.interrupts::text, ready.id::text) > 0
        AND (
            SELECT r.end_status FROM runs r WHERE r.thread_id = t.thread_id
            ORDER BY r.number DESC LIMIT 1
        ) = 'interrupted'
    LIMIT %(limit)s
)

-- next --
-- In how many seconds something is due next.
SELECT extract(epoch FROM least(
    (SELECT min(due_at) FROM waits WHERE outcome IS NULL),
    (SELECT min(next_at) FROM approvals WHERE status = 'open')
) - now())::float8 AS seconds
