-- try_lock --
-- Become the one process that clears away, if nobody is; released when the session ends.
SELECT pg_try_advisory_lock(hashtextextended('goldenpath.tidying', 0)) AS taken

-- now --
-- The database's clock counts, not that of a process.
SELECT now() AS now

-- due --
-- Whether nobody has tidied up since the hour last came, and in how many seconds it comes again.
SELECT
    NOT EXISTS (SELECT 1 FROM last_tidying WHERE finished_at >= last_due) AS is_due,
    extract(epoch FROM last_due + interval '1 day' - now())::float8 AS next_s
FROM (
    SELECT date_trunc('day', now() - make_interval(hours => %(hour)s))
        + make_interval(hours => %(hour)s) AS last_due
) AS hour

-- finish --
-- Note that everything was looked through.
INSERT INTO last_tidying (finished_at, cleared) VALUES (now(), %(cleared)s::jsonb)
ON CONFLICT (only_one) DO UPDATE SET finished_at = excluded.finished_at, cleared = excluded.cleared

-- runs_with_parts --
-- The next runs that have stream parts, whatever their state, each found by one step in the index;
-- and whether their time is up. A run without a row was deleted or rolled back.
WITH RECURSIVE found (run_id) AS (
    (
        SELECT run_id FROM run_events
        WHERE run_id > %(after)s AND type NOT IN (
            'agent_started', 'agent_thinking', 'tool_executing', 'tool_completed',
            'agent_completed', 'interrupt', 'error', 'end', 'resumed'
        )
        ORDER BY run_id LIMIT 1
    )
    UNION ALL
    SELECT (
        SELECT e.run_id FROM run_events e
        WHERE e.run_id > found.run_id AND e.type NOT IN (
            'agent_started', 'agent_thinking', 'tool_executing', 'tool_completed',
            'agent_completed', 'interrupt', 'error', 'end', 'resumed'
        )
        ORDER BY e.run_id LIMIT 1
    )
    FROM found WHERE found.run_id IS NOT NULL
), page AS (
    SELECT run_id FROM found LIMIT %(limit)s
)
SELECT page.run_id,
    r.run_id IS NULL OR r.ended_at < now() - make_interval(secs => %(keep_s)s) AS is_due
FROM page LEFT JOIN runs r ON r.run_id = page.run_id
WHERE page.run_id IS NOT NULL
ORDER BY page.run_id

-- delete_parts --
-- Some of the stream parts of these runs.
DELETE FROM run_events WHERE (thread_id, seq) IN (
    SELECT thread_id, seq FROM run_events
    WHERE run_id = ANY(%(runs)s) AND type NOT IN (
        'agent_started', 'agent_thinking', 'tool_executing', 'tool_completed', 'agent_completed',
        'interrupt', 'error', 'end', 'resumed'
    )
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)

-- delete_runs --
-- The next runs that ended long ago, but for each thread's newest, and those of threads that run or
-- wait for an answer. Says where it stopped looking.
WITH page AS (
    SELECT run_id, thread_id, number, ended_at FROM runs
    WHERE ended_at < now() - make_interval(days => %(days)s)
        AND (ended_at, run_id) > (%(ended_at)s::timestamptz, %(run_id)s::uuid)
    ORDER BY ended_at, run_id
    LIMIT %(limit)s
), old AS (
    SELECT r.run_id
    FROM page JOIN runs r ON r.run_id = page.run_id JOIN threads t ON t.thread_id = page.thread_id
    WHERE t.open_runs = 0 AND t.status <> 'interrupted' AND EXISTS (
        SELECT 1 FROM runs newer
        WHERE newer.thread_id = page.thread_id AND newer.number > page.number
    )
    FOR UPDATE OF r SKIP LOCKED
), deleted AS (
    DELETE FROM runs USING old WHERE runs.run_id = old.run_id RETURNING runs.run_id
)
SELECT ended_at, run_id, (SELECT count(*) FROM deleted) AS deleted
FROM page ORDER BY ended_at DESC, run_id DESC LIMIT 1

-- gone_threads --
-- Threads that went with their run some time ago.
SELECT gone_at, thread_id FROM threads
WHERE gone_at < now() - make_interval(secs => %(keep_s)s) AND open_runs = 0
    AND (gone_at, thread_id) > (%(gone_at)s::timestamptz, %(thread_id)s::uuid)
ORDER BY gone_at, thread_id
LIMIT %(limit)s

-- delete_ledger --
-- What is known of the effects of an execution that is gone.
DELETE FROM effects WHERE thread_id = %(thread_id)s

-- workflows --
-- The next workflows that have executions; how many days theirs are kept if they say so, and the
-- newest of those that are more than are kept.
SELECT w.workflow_id,
    (v.blueprint #>> '{settings,retention_days}')::integer AS days,
    coalesce((
        SELECT x.number FROM workflow_executions x WHERE x.workflow_id = w.workflow_id
        ORDER BY x.number DESC OFFSET %(most)s LIMIT 1
    ), 0) AS surplus
FROM workflows w
LEFT JOIN workflow_versions v ON v.workflow_id = w.workflow_id
    AND v.version = coalesce(w.active_version, w.draft_version)
WHERE w.workflow_id > %(after)s
ORDER BY w.workflow_id
LIMIT %(limit)s

-- old_executions --
-- The next executions of a workflow that are too many or ended too long ago; none that is under way,
-- waits, or whose end is still to be told.
SELECT x.number, x.thread_id
FROM workflow_executions x JOIN threads t USING (thread_id)
WHERE x.workflow_id = %(workflow_id)s AND x.number > %(number)s
    AND t.open_runs = 0 AND t.status <> 'interrupted'
    AND (x.number <= %(surplus)s OR %(days)s > 0 AND coalesce(
        (SELECT max(r.ended_at) FROM runs r WHERE r.thread_id = x.thread_id), t.updated_at
    ) < now() - make_interval(days => %(days)s))
    AND NOT EXISTS (SELECT FROM workflow_endings e WHERE e.thread_id = x.thread_id)
ORDER BY x.number
LIMIT %(limit)s

-- take_pen --
-- Let nobody write to a thread until the transaction ends, unless somebody does just now or a run
-- waits on it.
SELECT t.thread_id FROM event_heads h JOIN threads t ON t.thread_id = h.thread_id
WHERE h.thread_id = %(thread_id)s AND t.open_runs = 0
FOR NO KEY UPDATE OF h, t SKIP LOCKED

-- delete_thread --
-- A thread with all it owned: log, pen, runs and artifacts, checkpoints.
WITH thread AS (
    DELETE FROM threads WHERE thread_id = %(thread_id)s RETURNING thread_id
), head AS (
    DELETE FROM event_heads USING thread WHERE event_heads.thread_id = thread.thread_id
), log AS (
    DELETE FROM run_events USING thread WHERE run_events.thread_id = thread.thread_id
), saved AS (
    DELETE FROM checkpoints USING thread WHERE checkpoints.thread_id = thread.thread_id::text
), blobs AS (
    DELETE FROM checkpoint_blobs USING thread
    WHERE checkpoint_blobs.thread_id = thread.thread_id::text
), writes AS (
    DELETE FROM checkpoint_writes USING thread
    WHERE checkpoint_writes.thread_id = thread.thread_id::text
)
SELECT thread_id, pg_notify('goldenpath_events', 'deletion,' || thread_id) FROM thread

-- threads_with_checkpoints --
-- The next threads, and whether they have old checkpoints that are not the newest of their kind.
SELECT t.thread_id, EXISTS (
    SELECT 1 FROM checkpoints c
    WHERE c.thread_id = t.thread_id::text AND c.checkpoint_id < %(before)s AND EXISTS (
        SELECT 1 FROM checkpoints newer
        WHERE newer.thread_id = c.thread_id AND newer.checkpoint_ns = c.checkpoint_ns
            AND newer.checkpoint_id > c.checkpoint_id
    )
) AS is_due
FROM (
    SELECT thread_id FROM threads WHERE thread_id > %(after)s ORDER BY thread_id LIMIT %(limit)s
) AS t
ORDER BY t.thread_id

-- clear_sign_ins --
-- Sign-ins that ended long ago, those at providers that nobody finished, links that nobody used.
WITH under_way AS (
    DELETE FROM provider_sign_ins WHERE created_at < now() - interval '1 day'
), links AS (
    DELETE FROM invitations
    WHERE accepted_at IS NULL AND expires_at < now() - make_interval(secs => %(keep_s)s)
)
DELETE FROM sessions
WHERE revoked_at < now() - make_interval(secs => %(keep_s)s)
    OR created_at < now() - make_interval(secs => %(good_s)s) - make_interval(secs => %(keep_s)s)
