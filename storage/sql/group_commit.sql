-- commit_batch --
-- Everything that many runs want durable at once, as one statement and so one transaction.
-- A row counts only if its run still holds the pen of its thread (`event_heads`): what a
-- superseded attempt sends is left out, and it is told so by its absence from `held`, which lists
-- the pens that held by their place (from 1) in the arrays; `bases` has the number that the first
-- event of each comes after.
WITH pens AS (
    UPDATE event_heads AS h
    SET last_seq = h.last_seq + p.events, flush_id = %(flush_id)b
    FROM unnest(
        %(pen_thread)b::uuid[], %(pen_run)b::uuid[], %(pen_attempt)b::int4[],
        %(pen_events)b::int4[]
    ) WITH ORDINALITY AS p (thread_id, run_id, attempt, events, pen)
    WHERE h.thread_id = p.thread_id AND h.run_id = p.run_id AND h.attempt = p.attempt
        -- Else this very flush has happened, and only its answer was lost.
        AND h.flush_id IS DISTINCT FROM %(flush_id)b
    RETURNING p.pen, h.thread_id, h.run_id, h.last_seq - p.events AS base
),
said AS (
    INSERT INTO run_events (thread_id, seq, run_id, type, body)
    SELECT pens.thread_id, pens.base + e.place, pens.run_id, e.type, e.body
    FROM unnest(
        %(event_pen)b::int4[], %(event_place)b::int4[], %(event_type)b::text[],
        %(event_body)b::text[]
    ) AS e (pen, place, type, body)
    JOIN pens ON pens.pen = e.pen
),
blobs AS (
    INSERT INTO checkpoint_blobs (thread_id, checkpoint_ns, channel, version, type, blob)
    SELECT pens.thread_id::text, b.checkpoint_ns, b.channel, b.version, b.type, b.blob
    FROM unnest(
        %(blob_pen)b::int4[], %(blob_ns)b::text[], %(blob_channel)b::text[],
        %(blob_version)b::text[], %(blob_type)b::text[], %(blob_blob)b::bytea[]
    ) AS b (pen, checkpoint_ns, channel, version, type, blob)
    JOIN pens ON pens.pen = b.pen
    ON CONFLICT (thread_id, checkpoint_ns, channel, version) DO NOTHING
),
saved AS (
    INSERT INTO checkpoints (
        thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, checkpoint, metadata
    )
    SELECT
        pens.thread_id::text, c.checkpoint_ns, c.checkpoint_id, c.parent_id,
        c.checkpoint::jsonb, c.metadata::jsonb
    FROM unnest(
        %(cp_pen)b::int4[], %(cp_ns)b::text[], %(cp_id)b::text[], %(cp_parent)b::text[],
        %(cp_checkpoint)b::text[], %(cp_metadata)b::text[]
    ) AS c (pen, checkpoint_ns, checkpoint_id, parent_id, checkpoint, metadata)
    JOIN pens ON pens.pen = c.pen
    ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id) DO UPDATE
    SET checkpoint = excluded.checkpoint, metadata = excluded.metadata
),
wrote AS (
    INSERT INTO checkpoint_writes (
        thread_id, checkpoint_ns, checkpoint_id, task_id, task_path, idx, channel, type, blob
    )
    SELECT
        pens.thread_id::text, w.checkpoint_ns, w.checkpoint_id, w.task_id, w.task_path, w.idx,
        w.channel, w.type, w.blob
    FROM unnest(
        %(write_pen)b::int4[], %(write_ns)b::text[], %(write_checkpoint)b::text[],
        %(write_task)b::text[], %(write_path)b::text[], %(write_idx)b::int4[],
        %(write_channel)b::text[], %(write_type)b::text[], %(write_blob)b::bytea[]
    ) AS w (
        pen, checkpoint_ns, checkpoint_id, task_id, task_path, idx, channel, type, blob
    )
    JOIN pens ON pens.pen = w.pen
    -- LangGraph numbers ordinary writes from 0 and keeps the first; its special ones (errors,
    -- interrupts, resumes) are negative and the last one counts.
    ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id, task_id, idx) DO UPDATE
    SET channel = excluded.channel, type = excluded.type, blob = excluded.blob
    WHERE excluded.idx < 0
),
ended AS (
    UPDATE runs AS r
    SET status = e.status, end_status = e.end_status, error = e.error, worker_id = NULL,
        ended_at = now(), updated_at = now()
    FROM unnest(
        %(end_pen)b::int4[], %(end_status)b::text[], %(end_end_status)b::text[],
        %(end_error)b::text[]
    ) AS e (pen, status, end_status, error)
    JOIN pens ON pens.pen = e.pen
    WHERE r.run_id = pens.run_id
),
handed_back AS (
    -- For another worker to go on with; one that was taken back already is pending.
    UPDATE runs AS r
    SET status = 'pending', worker_id = NULL, job_id = NULL, updated_at = now()
    FROM unnest(%(back_pen)b::int4[]) AS b (pen)
    JOIN pens ON pens.pen = b.pen
    WHERE r.run_id = pens.run_id AND r.status = 'running'
),
rested AS (
    UPDATE threads AS t
    SET open_runs = t.open_runs - 1,
        status = CASE WHEN t.open_runs > 1 THEN 'busy' ELSE e.status END,
        "values" = coalesce(e.vals::jsonb, t."values"),
        interrupts = e.interrupts::jsonb,
        error = e.error,
        updated_at = now(),
        state_updated_at = now(),
        gone_at = CASE WHEN t.goes_with_run THEN now() END
    FROM unnest(
        %(end_pen)b::int4[], %(end_thread_status)b::text[], %(end_values)b::text[],
        %(end_interrupts)b::text[], %(end_error)b::text[]
    ) AS e (pen, status, vals, interrupts, error)
    JOIN pens ON pens.pen = e.pen
    WHERE t.thread_id = pens.thread_id
)
SELECT
    (SELECT array_agg(pen) FROM pens) AS held,
    (SELECT array_agg(base) FROM pens) AS bases,
    (SELECT count(pg_notify('goldenpath_events', n)) FROM unnest(%(notify)b::text[]) AS n) AS told

-- flushed --
-- Whether a flush whose answer was lost did commit: then its mark is on the pens it moved.
SELECT run_id, attempt, last_seq FROM event_heads WHERE flush_id = %s AND thread_id = ANY(%s)
