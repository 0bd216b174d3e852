-- doomed --
-- Checkpoints of a thread that nothing needs any more, those of sub-graphs' calls first.
-- Wanted are the newest of each namespace and all from a certain one on. A call of a sub-graph, whose
-- namespace names its task behind a ":", goes with the root's checkpoint that it began at. What a
-- channel is rebuilt from that is saved as changes is needed too: the way back to its last snapshot.
-- Sets are subtracted, not joined: a thread with very many checkpoints is planned like any other.
WITH RECURSIVE saved AS (
    SELECT checkpoint_ns, checkpoint_id,
        checkpoint_id >= %(before)s
            OR checkpoint_id = max(checkpoint_id) OVER (PARTITION BY checkpoint_ns) AS is_wanted,
        checkpoint_ns LIKE '%%:%%' AS is_call,
        metadata -> 'parents' ->> '' AS root_id
    FROM checkpoints WHERE thread_id = %(thread_id)s
), newest_root AS (
    SELECT max(checkpoint_id) AS checkpoint_id FROM saved WHERE checkpoint_ns = ''
), kept AS (
    SELECT s.checkpoint_ns, s.checkpoint_id FROM saved s, newest_root
    WHERE s.is_wanted AND (
        NOT s.is_call
        OR coalesce(s.root_id >= %(before)s OR s.root_id = newest_root.checkpoint_id, true)
    )
), saved_as_changes AS (
    SELECT DISTINCT c.checkpoint_ns, channels.channel
    FROM checkpoints c
    CROSS JOIN LATERAL jsonb_object_keys(c.metadata -> 'counters_since_delta_snapshot')
        AS channels (channel)
    WHERE c.thread_id = %(thread_id)s
), way_back (checkpoint_ns, channel, checkpoint_id) AS (
    SELECT kept.checkpoint_ns, s.channel, kept.checkpoint_id
    FROM kept JOIN saved_as_changes s ON s.checkpoint_ns = kept.checkpoint_ns
    UNION
    SELECT w.checkpoint_ns, w.channel, c.parent_checkpoint_id
    FROM way_back w
    JOIN checkpoints c ON c.thread_id = %(thread_id)s
        AND c.checkpoint_ns = w.checkpoint_ns AND c.checkpoint_id = w.checkpoint_id
    WHERE c.parent_checkpoint_id IS NOT NULL
        AND c.checkpoint -> 'channel_versions' ? w.channel
        AND coalesce(c.checkpoint -> 'channel_values' -> w.channel, 'null') = 'null'
        AND NOT EXISTS (
            SELECT 1 FROM checkpoint_blobs b
            WHERE b.thread_id = c.thread_id AND b.checkpoint_ns = c.checkpoint_ns
                AND b.channel = w.channel
                AND b.version = c.checkpoint -> 'channel_versions' ->> w.channel
                AND b.type <> 'empty'
        )
)
SELECT checkpoint_ns, checkpoint_id FROM (
    SELECT checkpoint_ns, checkpoint_id FROM saved
    EXCEPT
    (SELECT * FROM kept UNION ALL SELECT checkpoint_ns, checkpoint_id FROM way_back)
) AS doomed
ORDER BY checkpoint_ns LIKE '%%:%%' DESC, checkpoint_id
LIMIT %(limit)s

-- delete_writes --
-- What tasks wrote at these checkpoints.
DELETE FROM checkpoint_writes w
USING unnest(%(namespaces)s::text[], %(ids)s::text[]) AS d (checkpoint_ns, checkpoint_id)
WHERE w.thread_id = %(thread_id)s
    AND w.checkpoint_ns = d.checkpoint_ns AND w.checkpoint_id = d.checkpoint_id

-- delete_checkpoints --
-- These checkpoints.
DELETE FROM checkpoints c
USING unnest(%(namespaces)s::text[], %(ids)s::text[]) AS d (checkpoint_ns, checkpoint_id)
WHERE c.thread_id = %(thread_id)s
    AND c.checkpoint_ns = d.checkpoint_ns AND c.checkpoint_id = d.checkpoint_id

-- forget_parents --
-- What came after them begins the history now.
UPDATE checkpoints SET parent_checkpoint_id = NULL
WHERE thread_id = %(thread_id)s AND parent_checkpoint_id = ANY(%(ids)s)

-- delete_values --
-- Some of the saved values that no checkpoint of the thread has.
WITH unused AS (
    SELECT checkpoint_ns, channel, version FROM checkpoint_blobs WHERE thread_id = %(thread_id)s
    EXCEPT
    SELECT c.checkpoint_ns, v.key, v.value
    FROM checkpoints c
    CROSS JOIN LATERAL jsonb_each_text(c.checkpoint -> 'channel_versions') AS v
    WHERE c.thread_id = %(thread_id)s
    LIMIT %(limit)s
)
DELETE FROM checkpoint_blobs b USING unused u
WHERE b.thread_id = %(thread_id)s
    AND b.checkpoint_ns = u.checkpoint_ns AND b.channel = u.channel AND b.version = u.version
