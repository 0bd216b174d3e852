-- after --
-- A thread's events behind a number, oldest first.
SELECT seq, run_id, type, body FROM run_events
WHERE thread_id = %(thread_id)s AND seq > %(after)s
ORDER BY seq
LIMIT %(limit)s

-- after_many --
-- The new events of many threads, each behind its own number; a thread that is gone has no number.
SELECT t.thread_id, h.thread_id IS NULL AS gone, e.seq, e.run_id, e.type, e.body
FROM unnest(%(threads)b::uuid[], %(after)b::int8[]) AS t (thread_id, after)
LEFT JOIN event_heads h ON h.thread_id = t.thread_id
LEFT JOIN LATERAL (
    SELECT * FROM run_events r
    WHERE r.thread_id = t.thread_id AND r.seq > t.after
    ORDER BY r.seq
    LIMIT %(limit)s
) AS e ON h.last_seq > t.after
WHERE h.thread_id IS NULL OR h.last_seq > t.after

-- of_run --
-- What people see of one run, oldest first.
SELECT body FROM run_events WHERE run_id = %(run_id)s AND type = ANY(%(types)s) ORDER BY seq

-- first_of_run --
-- The first number of a run.
SELECT seq FROM run_events WHERE run_id = %(run_id)s ORDER BY seq LIMIT 1

-- end_of_run --
-- The end of a run, if it has come: nothing comes behind it.
SELECT * FROM (
    SELECT seq, run_id, type, body FROM run_events WHERE run_id = %(run_id)s
    ORDER BY seq DESC LIMIT 1
) AS last
WHERE type = 'end'

-- missing --
-- Where rows of a thread are gone between two numbers, from the first that is to the last.
SELECT min(before) + 1 AS first, max(seq) - 1 AS last
FROM (
    SELECT seq, lag(seq, 1, %(after)s) OVER (ORDER BY seq) AS before FROM run_events
    WHERE thread_id = %(thread_id)s AND seq > %(after)s AND seq <= %(until)s
) AS kept
WHERE seq > before + 1

-- last_of_run --
-- The newest row of a run that is of one of these types.
SELECT seq, run_id, type, body FROM run_events
WHERE run_id = %(run_id)s AND type = ANY(%(types)s)
ORDER BY seq DESC
LIMIT 1

-- head --
-- The last number given out on a thread.
SELECT last_seq FROM event_heads WHERE thread_id = %(thread_id)s

-- save_artifact --
-- Keep what is too large for an event.
INSERT INTO artifacts (artifact_id, tenant_id, user_id, thread_id, media_type, content)
VALUES (%(artifact_id)s, %(tenant_id)s, %(user_id)s, %(thread_id)s, %(media_type)s, %(content)s)
ON CONFLICT (artifact_id) DO NOTHING

-- artifact --
-- One artifact of this user.
SELECT media_type, content FROM artifacts
WHERE artifact_id = %(artifact_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s

-- artifact_of_thread --
-- One artifact of this user that belongs to a thread.
SELECT media_type, content FROM artifacts
WHERE artifact_id = %(artifact_id)s AND thread_id = %(thread_id)s
    AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
