-- hold_pen --
-- Keep everybody from writing to a thread, if this attempt still may.
SELECT thread_id FROM event_heads
WHERE thread_id = %(thread_id)s AND run_id = %(run_id)s AND attempt = %(attempt)s
FOR UPDATE

-- delete_checkpoints --
-- What a run has saved, with its tasks' writes.
WITH gone AS (
    DELETE FROM checkpoints
    WHERE thread_id = %(thread_id)s::text AND metadata ->> 'run_id' = %(run_id)s::text
    RETURNING checkpoint_ns, checkpoint_id
)
DELETE FROM checkpoint_writes w USING gone
WHERE w.thread_id = %(thread_id)s::text
    AND w.checkpoint_ns = gone.checkpoint_ns AND w.checkpoint_id = gone.checkpoint_id

-- ask_again --
-- What the newest checkpoints that are left have of answers, and of what the tasks did that asked:
-- without them they ask again.
WITH newest AS (
    SELECT checkpoint_ns, max(checkpoint_id) AS checkpoint_id FROM checkpoints
    WHERE thread_id = %(thread_id)s::text
    GROUP BY checkpoint_ns
)
DELETE FROM checkpoint_writes w USING newest
WHERE w.thread_id = %(thread_id)s::text
    AND w.checkpoint_ns = newest.checkpoint_ns AND w.checkpoint_id = newest.checkpoint_id
    AND (w.channel = '__resume__' OR w.channel <> '__interrupt__' AND EXISTS (
        SELECT 1 FROM checkpoint_writes a
        WHERE a.thread_id = w.thread_id AND a.checkpoint_ns = w.checkpoint_ns
            AND a.checkpoint_id = w.checkpoint_id AND a.task_id = w.task_id
            AND a.channel = '__interrupt__'
    ))
