-- accept --
-- A signed and new delivery with the owner's triggers that it may start; nothing when it came before.
WITH put AS (
    INSERT INTO deliveries (
        delivery_id, endpoint_id, tenant_id, user_id, service, verdict, event, task, sender, receiver,
        headers, url, body, dedup_key, fingerprint, replay_of, received_at
    ) VALUES (
        %(delivery_id)s, %(endpoint_id)s, %(tenant_id)s, %(user_id)s, %(service)s, 'ok', %(event)s,
        %(task)s, %(sender)s, %(receiver)s, %(headers)s::jsonb, %(url)s, %(body)s, %(dedup_key)s,
        %(fingerprint)s, %(replay_of)s, %(received_at)s
    )
    ON CONFLICT (endpoint_id, dedup_key) WHERE verdict = 'ok' DO NOTHING
    RETURNING delivery_id
)
SELECT t.workflow_id, t.node_id, t.params
FROM put LEFT JOIN workflow_triggers t
    ON t.tenant_id = %(tenant_id)s AND t.user_id = %(user_id)s AND t.service = %(service)s
    AND t.task = %(task)s
    AND (t.connection_id IS NULL OR t.connection_id = %(connection_id)s)
ORDER BY t.workflow_id, t.node_id

-- before --
-- The delivery that came before with this key.
SELECT * FROM deliveries
WHERE endpoint_id = %(endpoint_id)s AND dedup_key = %(dedup_key)s AND verdict = 'ok'
    AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s

-- keep --
-- A delivery that starts nothing.
INSERT INTO deliveries (
    delivery_id, endpoint_id, tenant_id, user_id, service, verdict, reason, event, headers, url, body,
    dedup_key, fingerprint, received_at
) VALUES (
    %(delivery_id)s, %(endpoint_id)s, %(tenant_id)s, %(user_id)s, %(service)s, %(verdict)s,
    %(reason)s, %(event)s, %(headers)s::jsonb, %(url)s, %(body)s, %(dedup_key)s, %(fingerprint)s,
    %(received_at)s
)

-- cap --
-- Of what an endpoint keeps that nobody vouches for, the oldest beyond so many go.
DELETE FROM deliveries WHERE delivery_id IN (
    SELECT delivery_id FROM deliveries
    WHERE endpoint_id = %(endpoint_id)s AND verdict = 'quarantined'
        AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    ORDER BY received_at DESC, delivery_id OFFSET %(most)s
)

-- started --
-- What a delivery has started.
UPDATE deliveries SET starts = %(starts)s::jsonb, reason = %(reason)s
WHERE delivery_id = %(delivery_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s

-- list --
-- A user's deliveries, newest first, without their bodies.
SELECT delivery_id, endpoint_id, service, verdict, reason, event, task, sender, headers, url, starts,
    replay_of, received_at, NULL::bytea AS body, dedup_key, fingerprint
FROM deliveries
WHERE tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND (%(endpoint_id)s::uuid IS NULL OR endpoint_id = %(endpoint_id)s)
    AND (%(verdict)s::text IS NULL OR verdict = %(verdict)s)
    AND (%(since)s::timestamptz IS NULL OR received_at >= %(since)s)
    AND (%(until)s::timestamptz IS NULL OR received_at < %(until)s)
ORDER BY received_at DESC, delivery_id
LIMIT %(limit)s OFFSET %(offset)s

-- newest --
-- The newest delivery at each of a user's endpoints, without its body.
SELECT d.delivery_id, d.endpoint_id, d.service, d.verdict, d.reason, d.event, d.task, d.sender, d.headers,
    d.url, d.starts, d.replay_of, d.received_at, NULL::bytea AS body, d.dedup_key, d.fingerprint
FROM unnest(%(endpoint_ids)s::uuid[]) AS wanted (endpoint_id)
CROSS JOIN LATERAL (
    SELECT * FROM deliveries
    WHERE endpoint_id = wanted.endpoint_id AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    ORDER BY received_at DESC, delivery_id LIMIT 1
) AS d

-- get --
-- One delivery of this user.
SELECT * FROM deliveries
WHERE delivery_id = %(delivery_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s

-- samples --
-- The newest deliveries of a trigger.
SELECT * FROM deliveries
WHERE tenant_id = %(tenant_id)s AND user_id = %(user_id)s AND service = %(service)s
    AND task = %(task)s AND verdict = 'ok' AND replay_of IS NULL
    AND (%(since)s::timestamptz IS NULL OR received_at >= %(since)s)
ORDER BY received_at DESC, delivery_id
LIMIT %(limit)s

-- last_inbound --
-- When somebody last wrote to a number of the user's.
SELECT max(received_at) AS at FROM deliveries
WHERE tenant_id = %(tenant_id)s AND user_id = %(user_id)s AND service = %(service)s
    AND task = 'message_received' AND verdict = 'ok' AND sender = %(sender)s
    AND receiver = %(receiver)s

-- clear --
-- Some of the deliveries that are older than so many days.
DELETE FROM deliveries WHERE delivery_id IN (
    SELECT delivery_id FROM deliveries WHERE received_at < now() - make_interval(days => %(days)s)
    ORDER BY received_at LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)

-- sample_of_workflow --
-- The newest delivery for a trigger of a workflow's draft.
SELECT d.* FROM workflows w
JOIN workflow_versions v ON v.workflow_id = w.workflow_id AND v.version = w.draft_version
CROSS JOIN LATERAL jsonb_array_elements(v.blueprint -> 'nodes') AS n (node)
CROSS JOIN LATERAL (
    SELECT * FROM deliveries d
    WHERE d.tenant_id = w.tenant_id AND d.user_id = w.user_id
        AND d.service = n.node #>> '{data,service}' AND d.task = n.node #>> '{data,task}'
        AND d.verdict = 'ok' AND d.replay_of IS NULL
    ORDER BY d.received_at DESC, d.delivery_id
    LIMIT 1
) AS d
WHERE w.workflow_id = %(workflow_id)s AND w.tenant_id = %(tenant_id)s AND w.user_id = %(user_id)s
    AND n.node ->> 'type' = 'trigger'
ORDER BY d.received_at DESC
LIMIT 1
