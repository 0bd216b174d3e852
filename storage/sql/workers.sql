-- claim --
-- Take a waiting run for an attempt of this worker, and the pen of its thread with it. Nothing when
-- it has ended or is taken, when its turn has not come, or when others hold this worker for lost.
-- Rows are locked pen first, as every writer does.
WITH head AS (
    SELECT h.thread_id FROM event_heads h JOIN runs r USING (thread_id)
    WHERE r.run_id = %(run_id)s
    FOR UPDATE OF h
), claimed AS (
    UPDATE runs AS r
    SET status = 'running', attempt = r.attempt + 1, worker_id = %(worker_id)s,
        started_at = coalesce(r.started_at, now()), updated_at = now()
    FROM head
    WHERE r.run_id = %(run_id)s AND r.thread_id = head.thread_id AND r.status = 'pending'
        AND r.job_id IS NOT NULL
        AND EXISTS (SELECT 1 FROM workers w WHERE w.worker_id = %(worker_id)s)
    RETURNING r.*
), pen AS (
    UPDATE event_heads AS h SET run_id = claimed.run_id, attempt = claimed.attempt
    FROM claimed WHERE h.thread_id = claimed.thread_id
)
SELECT claimed.*, t.state_updated_at IS NULL AND claimed.attempt = 1 AS thread_is_new
FROM claimed JOIN threads t ON t.thread_id = claimed.thread_id

-- decline --
-- A run that a worker was to begin without a job gets one.
UPDATE runs SET job_id = NULL, worker_id = NULL, updated_at = now()
WHERE run_id = %(run_id)s AND worker_id = %(worker_id)s AND status = 'pending' AND job_id = 0

-- register_worker --
-- A process that executes runs says which machine and process it is.
INSERT INTO workers (worker_id, machine, process_id, process_started_at)
VALUES (%(worker_id)s, %(machine)s, %(process_id)s, %(process_started_at)s)
ON CONFLICT (worker_id) DO UPDATE SET heartbeat_at = now()

-- beat --
-- The worker is alive; nothing when others hold it for lost. If nobody has although its lease ran
-- out, then nobody could: it says when it came back.
UPDATE workers SET heartbeat_at = now(), returned_at = CASE
    WHEN heartbeat_at < now() - make_interval(secs => %(lease_s)s) THEN now() ELSE returned_at END
WHERE worker_id = %(worker_id)s
RETURNING worker_id

-- runs_of_worker --
-- The runs that this worker executes, and which of them someone wants stopped.
SELECT run_id, cancel_requested_at IS NOT NULL AS cancel_requested, cancel_action
FROM runs WHERE worker_id = %(worker_id)s AND status = 'running'

-- keep_moving --
-- Forget lost workers, take back their runs, put lost jobs again, admit what is due.
SELECT keep_runs_moving(%(lease_s)s) AS next_due_s

-- take_back --
-- Runs that their worker does not know how to end: they count as crashed.
UPDATE runs SET status = 'pending', worker_id = NULL, job_id = NULL, crashes = crashes + 1,
    updated_at = now()
WHERE run_id = ANY(%(run_ids)s) AND worker_id = %(worker_id)s AND status = 'running'

-- drop_jobs --
-- Jobs that the queue holds for taken and nobody executes: their runs get new ones.
DELETE FROM procrastinate_jobs WHERE id = ANY(%(job_ids)s) AND status = 'doing'

-- jobs_of_queue_worker --
-- Jobs that the queue holds for taken by one of its workers.
SELECT id FROM procrastinate_jobs WHERE worker_id = %(queue_worker_id)s AND status = 'doing'

-- forget_workers --
-- Workers that have stopped, or whose processes are gone.
DELETE FROM workers WHERE worker_id = ANY(%(workers)s)

-- other_workers --
-- Every worker but this one.
SELECT worker_id, machine, process_id, process_started_at
FROM workers WHERE worker_id <> %(worker_id)s

-- workers_alive --
-- How many workers have beaten within the lease.
SELECT count(*) AS alive FROM workers
WHERE heartbeat_at > now() - make_interval(secs => %(lease_s)s)
