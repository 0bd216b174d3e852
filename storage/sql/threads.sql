-- insert --
-- A new thread and the pen of its log; nothing when the id is taken.
WITH thread AS (
    INSERT INTO threads (thread_id, tenant_id, user_id, metadata)
    VALUES (%(thread_id)s, %(tenant_id)s, %(user_id)s, %(metadata)s)
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

-- search --
-- This user's threads, newest first, filtered by a text in the title; with the total.
SELECT *, count(*) OVER () AS total FROM threads
WHERE tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND (%(text)s::text IS NULL OR metadata ->> 'title' ILIKE '%%' || %(text)s || '%%' ESCAPE '\')
ORDER BY updated_at DESC, thread_id
LIMIT %(limit)s OFFSET %(offset)s

-- merge_metadata --
-- Lay new metadata over the old.
UPDATE threads SET metadata = metadata || %(metadata)s, updated_at = now()
WHERE thread_id = %(thread_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
RETURNING *

-- lock --
-- One thread of this user, so that nothing changes it until the transaction ends.
SELECT * FROM threads
WHERE thread_id = %(thread_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
FOR UPDATE

-- take_pen --
-- Wait for the flush that is writing to the thread, and let no other begin. A statement of its
-- own: what that flush has written is seen only by the next one.
SELECT thread_id FROM event_heads WHERE thread_id = %(thread_id)s FOR UPDATE

-- delete --
-- A thread with all it owned: log, pen, runs and artifacts, checkpoints.
WITH thread AS (
    DELETE FROM threads
    WHERE thread_id = %(thread_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
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
