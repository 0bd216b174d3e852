-- insert --
-- A pending run; its thread is busy from now on, and knows which graph it belongs to. It is admitted
-- by the database as soon as its turn comes, at once for the worker that offers itself if that is now.
WITH before AS (
    SELECT interrupts FROM threads WHERE thread_id = %(thread_id)s
), thread AS (
    UPDATE threads
    SET status = 'busy', open_runs = open_runs + 1, updated_at = now(),
        metadata = %(thread_metadata)s::jsonb || metadata
            || jsonb_build_object('graph_id', %(graph_id)s::text, 'assistant_id', %(assistant_id)s::text),
        interrupts = CASE WHEN %(answers)s THEN '{}' ELSE interrupts END
    WHERE thread_id = %(thread_id)s
)
INSERT INTO runs (
    run_id, thread_id, tenant_id, user_id, assistant_id, graph_id, kwargs, metadata,
    multitask_strategy, priority, worker_id, not_before, answered
)
SELECT
    %(run_id)s, %(thread_id)s, %(tenant_id)s, %(user_id)s, %(assistant_id)s, %(graph_id)s,
    %(kwargs)s, %(metadata)s, %(multitask_strategy)s, %(priority)s, %(offered_by)s,
    CASE WHEN %(after_s)s > 0 THEN now() + make_interval(secs => %(after_s)s) END,
    CASE WHEN %(answers)s THEN before.interrupts ELSE '{}' END
FROM before
RETURNING *

-- insert_with_thread --
-- The same on a thread of its own, new with it: one statement, for most conversations begin so.
WITH thread AS (
    INSERT INTO threads (
        thread_id, tenant_id, user_id, status, open_runs, metadata, is_temporary, goes_with_run
    ) VALUES (
        %(thread_id)s, %(tenant_id)s, %(user_id)s, 'busy', 1,
        %(thread_metadata)s::jsonb || jsonb_build_object(
            'graph_id', %(graph_id)s::text, 'assistant_id', %(assistant_id)s::text),
        %(is_temporary)s, %(goes_with_run)s
    )
), head AS (
    INSERT INTO event_heads (thread_id) VALUES (%(thread_id)s)
)
INSERT INTO runs (
    run_id, thread_id, tenant_id, user_id, assistant_id, graph_id, kwargs, metadata,
    multitask_strategy, priority, worker_id, not_before
) VALUES (
    %(run_id)s, %(thread_id)s, %(tenant_id)s, %(user_id)s, %(assistant_id)s, %(graph_id)s,
    %(kwargs)s, %(metadata)s, %(multitask_strategy)s, %(priority)s, %(offered_by)s,
    CASE WHEN %(after_s)s > 0 THEN now() + make_interval(secs => %(after_s)s) END
)
RETURNING *

-- get --
-- One run of this user.
SELECT * FROM runs
WHERE run_id = %(run_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s

-- of_thread --
-- A thread's runs of one status or of all, newest first.
SELECT * FROM runs
WHERE thread_id = %(thread_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND (%(status)s::text IS NULL OR status = %(status)s)
ORDER BY number DESC
LIMIT %(limit)s OFFSET %(offset)s

-- lock --
-- The pen of a run's thread and then the run: nobody can claim, end or cancel it meanwhile.
WITH head AS (
    SELECT h.thread_id FROM event_heads h JOIN runs r USING (thread_id)
    WHERE r.run_id = %(run_id)s AND r.tenant_id = %(tenant_id)s AND r.user_id = %(user_id)s
    FOR UPDATE OF h
)
SELECT r.* FROM runs r JOIN head USING (thread_id) WHERE r.run_id = %(run_id)s FOR UPDATE OF r

-- open_of_thread --
-- A thread's runs that have not ended, oldest first.
SELECT * FROM runs
WHERE thread_id = %(thread_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND status IN ('pending', 'running')
ORDER BY number

-- selected --
-- The runs that have not ended among the named ones, or of a status, of a thread or of all. A
-- workflow's run that has paused has not ended for whoever names it.
SELECT run_id FROM runs
WHERE tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND (
        status IN ('pending', 'running')
        OR run_id = ANY(%(run_ids)s::uuid[]) AND graph_id = 'workflow'
            AND end_status = 'interrupted'
    )
    AND (%(thread_id)s::uuid IS NULL OR thread_id = %(thread_id)s)
    AND (%(run_ids)s::uuid[] IS NULL OR run_id = ANY(%(run_ids)s))
    AND (%(status)s::text IS NULL OR status = %(status)s)
ORDER BY number

-- request_cancel --
-- Ask whoever executes the run to stop it, now and durably. The first to ask says what becomes of it.
UPDATE runs SET cancel_requested_at = coalesce(cancel_requested_at, now()), updated_at = now(),
    cancel_action = coalesce(cancel_action, %(action)s)
WHERE run_id = %(run_id)s
RETURNING pg_notify('goldenpath_cancel', run_id::text || ',' || cancel_action)

-- tell_of_return --
-- Tell every process that somebody reads a run again.
SELECT pg_notify(%(channel)s, %(run_id)s::text)

-- delete --
-- A run that has ended; what the log tells of it stays with its thread.
DELETE FROM runs
WHERE run_id = %(run_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND status NOT IN ('pending', 'running')

-- end_pending --
-- End a run that nobody executes, in the log and in its status at once. Bodies are the events that
-- close it. Its pen is taken away: an attempt that was held for lost can write nothing more.
WITH head AS (
    UPDATE event_heads AS h
    SET last_seq = last_seq + cardinality(%(types)s::text[]),
        run_id = nullif(h.run_id, r.run_id),
        attempt = CASE WHEN h.run_id <> r.run_id THEN h.attempt END
    FROM runs r WHERE r.run_id = %(run_id)s AND h.thread_id = r.thread_id
    RETURNING h.thread_id, h.last_seq - cardinality(%(types)s::text[]) AS base,
        CASE WHEN r.attempt = 0 THEN r.answered ELSE '{}' END AS unanswered
), events AS (
    INSERT INTO run_events (thread_id, seq, run_id, type, body)
    SELECT head.thread_id, head.base + e.place, %(run_id)s, e.type, e.body
    FROM head, unnest(%(types)s::text[], %(bodies)s::text[])
        WITH ORDINALITY AS e (type, body, place)
), run AS (
    UPDATE runs SET status = 'interrupted', end_status = 'cancelled', ended_at = now(),
        updated_at = now(), cancel_requested_at = coalesce(cancel_requested_at, now()),
        cancel_action = coalesce(cancel_action, %(action)s)
    WHERE run_id = %(run_id)s
), job AS (
    DELETE FROM procrastinate_jobs WHERE id = %(job_id)s AND status = 'todo'
), thread AS (
    UPDATE threads AS t
    SET open_runs = open_runs - 1, updated_at = now(),
        interrupts = t.interrupts || head.unanswered,
        status = CASE
            WHEN t.open_runs > 1 THEN 'busy'
            WHEN t.interrupts || head.unanswered <> '{}' THEN 'interrupted'
            WHEN t.error IS NOT NULL THEN 'error'
            ELSE 'idle'
        END,
        gone_at = CASE WHEN t.goes_with_run THEN now() END
    FROM head WHERE t.thread_id = head.thread_id
)
SELECT pg_notify('goldenpath_events', 'cancel,' || head.thread_id::text) FROM head
