-- insert --
-- A new thread and the pen of its log; nothing when the id is taken.
WITH thread AS (
    INSERT INTO threads (thread_id, tenant_id, user_id, metadata)
    VALUES (%(thread_id)s, %(tenant_id)s, %(user_id)s, %(metadata)s::jsonb)
    ON CONFLICT (thread_id) DO NOTHING
    RETURNING *
), head AS (
    INSERT INTO event_heads (thread_id) SELECT thread_id FROM thread
)
SELECT * FROM thread

-- get --
-- One thread of this user.
SELECT * FROM threads
WHERE thread_id = %(thread_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND gone_at IS NULL

-- search --
-- This user's threads, filtered and in the wanted order; with the total. Those that were made for
-- one stateless run are shown nowhere. The values may be large: they are read only when wanted.
WITH found AS (
    SELECT thread_id, created_at, updated_at, state_updated_at, metadata, config, status,
        CASE WHEN %(with_values)s THEN "values" END AS "values", interrupts, error,
        CASE %(sort_by)s
            WHEN 'thread_id' THEN thread_id::text
            WHEN 'status' THEN status
        END COLLATE "C" AS by_text,
        CASE %(sort_by)s
            WHEN 'created_at' THEN created_at
            WHEN 'updated_at' THEN updated_at
            WHEN 'state_updated_at' THEN state_updated_at
        END AS by_time
    FROM threads
    WHERE tenant_id = %(tenant_id)s AND user_id = %(user_id)s
        AND NOT is_temporary AND gone_at IS NULL
        AND (%(ids)s::uuid[] IS NULL OR thread_id = ANY(%(ids)s))
        AND (%(status)s::text IS NULL OR status = %(status)s)
        AND (
            %(kind)s::text IS NULL
            OR (%(kind)s = 'workflow') = EXISTS (
                SELECT FROM workflow_executions x WHERE x.thread_id = threads.thread_id
            )
        )
        AND (%(metadata)s::jsonb IS NULL OR metadata @> %(metadata)s::jsonb)
        AND (%(values)s::jsonb IS NULL OR "values" @> %(values)s::jsonb)
        AND (
            %(title)s::text IS NULL
            OR metadata ->> 'title' ILIKE '%%' || %(title)s || '%%' ESCAPE '\'
        )
)
SELECT *, count(*) OVER () AS total FROM found
ORDER BY
    CASE WHEN %(descending)s THEN by_text END DESC,
    CASE WHEN NOT %(descending)s THEN by_text END,
    CASE WHEN %(descending)s THEN by_time END DESC NULLS LAST,
    CASE WHEN NOT %(descending)s THEN by_time END,
    thread_id
LIMIT %(limit)s OFFSET %(offset)s

-- merge_metadata --
-- Lay new metadata over the old.
UPDATE threads SET metadata = metadata || %(metadata)s::jsonb, updated_at = now()
WHERE thread_id = %(thread_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND gone_at IS NULL
RETURNING *

-- lock --
-- One thread of this user, so that nothing changes it until the transaction ends.
SELECT * FROM threads
WHERE thread_id = %(thread_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND gone_at IS NULL
FOR UPDATE

-- set_state --
-- What a thread has reached, after somebody changed its state: no run did, so none has failed.
UPDATE threads
SET status = %(status)s, "values" = %(values)s::jsonb, interrupts = %(interrupts)s::jsonb,
    error = NULL, updated_at = now(), state_updated_at = now()
WHERE thread_id = %(thread_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
RETURNING *

-- copy --
-- A thread of its own with what another has reached, and with all of its history: the log and the
-- runs stay with the other. One statement, so it sees one moment of a thread that is running.
WITH source AS (
    SELECT * FROM threads
    WHERE thread_id = %(thread_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
        AND gone_at IS NULL
), thread AS (
    INSERT INTO threads (
        thread_id, tenant_id, user_id, status, metadata, config, "values", interrupts, error,
        state_updated_at
    )
    SELECT
        %(copy_id)s, tenant_id, user_id, CASE status WHEN 'busy' THEN 'idle' ELSE status END,
        metadata, config, "values", interrupts, error, state_updated_at
    FROM source
    RETURNING *
), head AS (
    INSERT INTO event_heads (thread_id) SELECT thread_id FROM thread
), saved AS (
    INSERT INTO checkpoints (
        thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata
    )
    SELECT
        thread.thread_id::text, c.checkpoint_ns, c.checkpoint_id, c.parent_checkpoint_id, c.type,
        c.checkpoint, c.metadata
    FROM thread, checkpoints c WHERE c.thread_id = %(thread_id)s::text
), blobs AS (
    INSERT INTO checkpoint_blobs (thread_id, checkpoint_ns, channel, version, type, blob)
    SELECT thread.thread_id::text, b.checkpoint_ns, b.channel, b.version, b.type, b.blob
    FROM thread, checkpoint_blobs b WHERE b.thread_id = %(thread_id)s::text
), writes AS (
    INSERT INTO checkpoint_writes (
        thread_id, checkpoint_ns, checkpoint_id, task_id, task_path, idx, channel, type, blob
    )
    SELECT
        thread.thread_id::text, w.checkpoint_ns, w.checkpoint_id, w.task_id, w.task_path, w.idx,
        w.channel, w.type, w.blob
    FROM thread, checkpoint_writes w WHERE w.thread_id = %(thread_id)s::text
)
SELECT thread.*, source.status = 'busy' AS was_busy FROM thread, source

-- has_checkpoint --
-- Whether a thread has (still) saved this checkpoint.
SELECT 1 FROM checkpoints
WHERE thread_id = %(thread_id)s::text
    AND checkpoint_ns = %(checkpoint_ns)s AND checkpoint_id = %(checkpoint_id)s

-- take_pen --
-- Wait for the flush that is writing to the thread, and let no other begin. A statement of its
-- own: what that flush has written is seen only by the next one.
SELECT thread_id FROM event_heads WHERE thread_id = %(thread_id)s FOR UPDATE

-- delete --
-- A thread with all it owned: log, pen, runs and artifacts, checkpoints.
WITH thread AS (
    DELETE FROM threads
    WHERE thread_id = %(thread_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
        AND gone_at IS NULL
    RETURNING thread_id
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
