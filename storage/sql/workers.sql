-- claim --
-- Take a run for an attempt of this worker, and the pen of its thread with it. Nothing when it has
-- ended (or was cancelled) meanwhile. Rows are locked pen first, as every writer does.
WITH head AS (
    SELECT h.thread_id FROM event_heads h JOIN runs r USING (thread_id)
    WHERE r.run_id = %(run_id)s
    FOR UPDATE OF h
), claimed AS (
    UPDATE runs AS r
    SET status = 'running', attempt = r.attempt + 1, worker_id = %(worker_id)s,
        started_at = coalesce(r.started_at, now()), updated_at = now()
    FROM head
    WHERE r.run_id = %(run_id)s AND r.thread_id = head.thread_id
        AND r.status IN ('pending', 'running')
    RETURNING r.*
), pen AS (
    UPDATE event_heads AS h SET run_id = claimed.run_id, attempt = claimed.attempt
    FROM claimed WHERE h.thread_id = claimed.thread_id
)
SELECT claimed.*, t.state_updated_at IS NULL AND claimed.attempt = 1 AS thread_is_new
FROM claimed JOIN threads t ON t.thread_id = claimed.thread_id

-- cancelled_of_worker --
-- Runs of this worker that someone wants stopped.
SELECT run_id FROM runs WHERE worker_id = %(worker_id)s AND cancel_requested_at IS NOT NULL

-- register_worker --
-- A process that executes runs says which machine and process it is.
INSERT INTO workers (worker_id, machine, process_id, process_started_at)
VALUES (%(worker_id)s, %(machine)s, %(process_id)s, %(process_started_at)s)

-- beat --
-- The worker is alive.
UPDATE workers SET heartbeat_at = now() WHERE worker_id = %(worker_id)s

-- forget_worker --
-- The worker has stopped.
DELETE FROM workers WHERE worker_id = %(worker_id)s

-- other_workers --
-- Every worker but this one, and for how long it has been silent.
SELECT worker_id, machine, process_id, process_started_at,
    extract(epoch FROM now() - heartbeat_at)::float8 AS silent_s
FROM workers WHERE worker_id <> %(worker_id)s

-- orphans --
-- Running runs whose worker is among the lost or is not known at all.
SELECT r.run_id, r.job_id, r.worker_id FROM runs r
WHERE r.status = 'running'
    AND (r.worker_id = ANY(%(lost)s) OR NOT EXISTS (
        SELECT 1 FROM workers w WHERE w.worker_id = r.worker_id
    ))
ORDER BY r.created_at, r.run_id

-- forget_workers --
-- The lost workers' runs have been handed on.
DELETE FROM workers WHERE worker_id = ANY(%(lost)s)

-- workers_alive --
-- How many workers have beaten within the lease.
SELECT count(*) AS alive FROM workers
WHERE heartbeat_at > now() - make_interval(secs => %(lease_s)s)
