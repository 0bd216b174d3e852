-- page --
-- What a user ran, newest first: entries that fit, before one of them or from the newest on. What
-- they cost and how often they were tried is looked up for these alone.
WITH page AS MATERIALIZED (
    SELECT * FROM run_entries
    WHERE tenant_id = %(tenant_id)s AND user_id = %(user_id)s
        AND (%(before)s::bigint IS NULL OR number < %(before)s)
        AND (%(run_id)s::uuid IS NULL OR run_id = coalesce(
            (
                SELECT x.run_id FROM workflow_executions x JOIN runs o USING (thread_id)
                WHERE o.run_id = %(run_id)s
            ),
            %(run_id)s
        ))
        AND (%(kinds)s::text[] IS NULL OR kind = ANY(%(kinds)s))
        AND (%(statuses)s::text[] IS NULL OR status = ANY(%(statuses)s))
        AND (%(workflow_id)s::uuid IS NULL OR workflow_id = %(workflow_id)s)
        AND (%(assistant)s::text IS NULL OR %(assistant)s IN (assistant_id, graph_id))
        AND (%(since)s::timestamptz IS NULL OR created_at >= %(since)s)
        AND (%(until)s::timestamptz IS NULL OR created_at < %(until)s)
        AND (%(title)s::text IS NULL OR coalesce(title, assistant_name, graph_id) ILIKE %(title)s)
    ORDER BY number DESC
    LIMIT %(limit)s
)
SELECT page.*, tries.*, spent.*, page.retry_of AS retry_of
FROM page
CROSS JOIN LATERAL (
    SELECT array_agg(o.run_id ORDER BY o.number) AS runs,
        -- Whoever answers or waits tries nothing again.
        coalesce(
            sum(1 + o.crashes) FILTER (WHERE o.kwargs -> 'command' -> 'resume' IS NULL), 1
        )::integer AS attempts,
        (array_agg(
            CASE
                WHEN page.cause IS NOT NULL THEN page.cause
                WHEN o.kwargs -> 'command' -> 'resume' IS NOT NULL THEN 'answer'
                WHEN jsonb_typeof(o.kwargs -> 'checkpoint') = 'object' THEN 'checkpoint'
                WHEN page.kind = 'background' THEN 'api'
                ELSE 'message'
            END ORDER BY o.number
        ))[1] AS came_by
    FROM runs o
    WHERE o.thread_id = page.thread_id AND (page.cause IS NOT NULL OR o.run_id = page.run_id)
) AS tries
CROSS JOIN LATERAL (
    SELECT sum((said.usage ->> 'cost_usd')::numeric) AS cost_usd,
        sum((said.usage ->> 'input_tokens')::bigint + (said.usage ->> 'output_tokens')::bigint)
            ::bigint AS tokens
    FROM unnest(tries.runs) AS own (run_id)
    CROSS JOIN LATERAL (
        SELECT e.body::jsonb -> 'usage' AS usage FROM run_events e
        WHERE e.run_id = own.run_id AND e.type = 'agent_completed'
            -- The root's, which includes all inside, stands last in the log.
            AND jsonb_array_length(e.body::jsonb -> 'path') = 1
        ORDER BY e.seq DESC LIMIT 1
    ) AS said
) AS spent
ORDER BY page.number DESC

-- events --
-- Some events of these runs behind a number, oldest first.
SELECT seq, run_id, type, body FROM run_events
WHERE run_id = ANY(%(runs)s) AND seq > %(after)s AND type = ANY(%(types)s)
ORDER BY seq
LIMIT %(limit)s

-- events_before --
-- Some events of these runs before a number, newest first.
SELECT seq, run_id, type, body FROM run_events
WHERE run_id = ANY(%(runs)s) AND seq < %(before)s AND type = ANY(%(types)s)
ORDER BY seq DESC
LIMIT %(limit)s

-- event_types --
-- How many events of each type there are.
SELECT type, count(*) AS events FROM run_events
WHERE run_id = ANY(%(runs)s) AND type = ANY(%(types)s)
GROUP BY type
