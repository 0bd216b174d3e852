-- recent --
-- A thread's last messages and where its log goes on from them: what has ended is in the values,
-- what an open run has said so far is behind `after`. One statement, so one moment.
SELECT
    t.status,
    t.interrupts,
    coalesce(m.messages, '[]') AS messages,
    coalesce(m.total, 0) AS total,
    CASE WHEN t.status = 'interrupted' THEN (
        SELECT r.run_id FROM runs r
        WHERE r.thread_id = t.thread_id AND r.end_status = 'interrupted'
        ORDER BY r.number DESC
        LIMIT 1
    ) END AS asked_by,
    coalesce(
        (
            SELECT min(e.seq) - 1 FROM runs r
            CROSS JOIN LATERAL (
                SELECT seq FROM run_events WHERE run_id = r.run_id ORDER BY seq LIMIT 1
            ) AS e
            WHERE r.thread_id = t.thread_id AND r.status IN ('pending', 'running')
        ),
        h.last_seq
    ) AS after
FROM threads t
JOIN event_heads h ON h.thread_id = t.thread_id
CROSS JOIN LATERAL (
    SELECT
        jsonb_agg(a.message ORDER BY a.place) FILTER (WHERE a.place > a.total - %(limit)s)
            AS messages,
        max(a.total) AS total
    FROM (
        SELECT message, place, count(*) OVER () AS total
        FROM jsonb_array_elements(
            CASE jsonb_typeof(t."values" -> 'messages')
                WHEN 'array' THEN t."values" -> 'messages' ELSE '[]'
            END
        ) WITH ORDINALITY AS every (message, place)
    ) AS a
) AS m
WHERE t.thread_id = %(thread_id)s AND t.tenant_id = %(tenant_id)s AND t.user_id = %(user_id)s
