-- insert --
-- A pending run; its thread is busy from now on, and knows which graph it belongs to.
WITH thread AS (
    UPDATE threads
    SET status = 'busy', open_runs = open_runs + 1, updated_at = now(),
        metadata = %(thread_metadata)s::jsonb || metadata
            || jsonb_build_object('graph_id', %(graph_id)s::text, 'assistant_id', %(assistant_id)s::text),
        interrupts = CASE WHEN %(answers)s THEN '{}' ELSE interrupts END
    WHERE thread_id = %(thread_id)s
)
INSERT INTO runs (
    run_id, thread_id, tenant_id, user_id, assistant_id, graph_id, kwargs, metadata,
    multitask_strategy, job_id
) VALUES (
    %(run_id)s, %(thread_id)s, %(tenant_id)s, %(user_id)s, %(assistant_id)s, %(graph_id)s,
    %(kwargs)s, %(metadata)s, %(multitask_strategy)s, %(job_id)s
)
RETURNING *

-- get --
-- One run of this user.
SELECT * FROM runs
WHERE run_id = %(run_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s

-- of_thread --
-- A thread's runs, newest first.
SELECT * FROM runs
WHERE thread_id = %(thread_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
ORDER BY created_at DESC, run_id
LIMIT %(limit)s OFFSET %(offset)s

-- lock --
-- The pen of a run's thread and then the run: nobody can claim, end or cancel it meanwhile.
WITH head AS (
    SELECT h.thread_id FROM event_heads h JOIN runs r USING (thread_id)
    WHERE r.run_id = %(run_id)s AND r.tenant_id = %(tenant_id)s AND r.user_id = %(user_id)s
    FOR UPDATE OF h
)
SELECT r.* FROM runs r JOIN head USING (thread_id) WHERE r.run_id = %(run_id)s FOR UPDATE OF r

-- request_cancel --
-- Ask whoever executes the run to stop it, now and durably.
UPDATE runs SET cancel_requested_at = coalesce(cancel_requested_at, now()), updated_at = now()
WHERE run_id = %(run_id)s
RETURNING pg_notify('goldenpath_cancel', run_id::text)

-- cancel_all_of_thread --
-- Ask whoever executes runs of this thread to stop them.
SELECT pg_notify('goldenpath_cancel', run_id::text) FROM runs
WHERE thread_id = %(thread_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND status = 'running'

-- end_pending --
-- End a run that never started, in the log and in its status at once. Bodies are the events that
-- open and close it.
WITH head AS (
    UPDATE event_heads AS h SET last_seq = last_seq + cardinality(%(types)s::text[])
    FROM runs r WHERE r.run_id = %(run_id)s AND h.thread_id = r.thread_id
    RETURNING h.thread_id, h.last_seq - cardinality(%(types)s::text[]) AS base
), events AS (
    INSERT INTO run_events (thread_id, seq, run_id, type, body)
    SELECT head.thread_id, head.base + e.place, %(run_id)s, e.type, e.body
    FROM head, unnest(%(types)s::text[], %(bodies)s::text[])
        WITH ORDINALITY AS e (type, body, place)
), run AS (
    UPDATE runs SET status = 'interrupted', end_status = 'cancelled', ended_at = now(),
        updated_at = now(), cancel_requested_at = coalesce(cancel_requested_at, now())
    WHERE run_id = %(run_id)s
), thread AS (
    UPDATE threads AS t
    SET open_runs = open_runs - 1, updated_at = now(),
        status = CASE
            WHEN t.open_runs > 1 THEN 'busy'
            WHEN t.interrupts <> '{}' THEN 'interrupted'
            WHEN t.error IS NOT NULL THEN 'error'
            ELSE 'idle'
        END
    FROM head WHERE t.thread_id = head.thread_id
)
SELECT pg_notify('goldenpath_events', 'cancel,' || head.thread_id::text) FROM head
