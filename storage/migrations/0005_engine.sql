-- The runs are their own truth, the queue only carries them to workers. A run is *admitted* when it
-- has a job. Of each thread only the oldest open run is admitted, so runs of a thread follow each
-- other; of each user only so many at once, so that nobody's queue keeps others waiting.

ALTER TABLE threads
    -- Made for one stateless run and shown in no list.
    ADD COLUMN is_temporary boolean NOT NULL DEFAULT false,
    -- A temporary thread that is to go with its run's end: gone for everyone from then on.
    -- Readers of the run may still come back to its log until it is cleared away.
    ADD COLUMN goes_with_run boolean NOT NULL DEFAULT false,
    ADD COLUMN gone_at timestamptz;

-- When a worker came back after the database was away for longer than its lease: the others are about
-- to come back as well.
ALTER TABLE workers ADD COLUMN returned_at timestamptz;

-- Status:
--   pending → running → success | error | timeout | interrupted
--   running → pending (handed back by a stopping worker, or its worker is lost)
--   pending → interrupted (cancelled before it started, or while nobody executed it)
ALTER TABLE runs
    -- The order of creation, within a thread and within a user.
    ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY,
    -- Interactive runs have 0, those that nobody waits for less: higher ones go first.
    ADD COLUMN priority integer NOT NULL DEFAULT 0,
    -- A delayed run is admitted no earlier than this, and stands in nobody's way until then.
    ADD COLUMN not_before timestamptz,
    -- Attempts that ended with their worker; `attempt` also counts those handed back in good order.
    ADD COLUMN crashes integer NOT NULL DEFAULT 0,
    -- What its cancellation wants: keep what it reached, or undo it.
    ADD COLUMN cancel_action text CHECK (cancel_action IN ('interrupt', 'rollback')),
    -- What its thread waited for and it answers: given back when it is cancelled before it began.
    ADD COLUMN answered jsonb NOT NULL DEFAULT '{}';

DROP INDEX runs_active;
CREATE INDEX runs_open_of_user ON runs (tenant_id, user_id, number)
    WHERE status IN ('pending', 'running');
CREATE INDEX runs_open_of_thread ON runs (thread_id, number)
    WHERE status IN ('pending', 'running');

-- Admit what may run of a user. `goldenpath.runs_per_user` (a setting of every connection of ours)
-- says how many at once; runs that nobody waits for get at most half of that.
CREATE FUNCTION admit_runs(of_tenant text, of_user text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    most constant integer := coalesce(nullif(current_setting('goldenpath.runs_per_user', true), ''), '20');
    admitted integer;
    in_background integer;
    waiting record;
    new_job bigint;
BEGIN
    SELECT count(*), count(*) FILTER (WHERE priority < 0) INTO admitted, in_background
    FROM runs
    WHERE tenant_id = of_tenant AND user_id = of_user
        AND status IN ('pending', 'running') AND job_id IS NOT NULL;
    IF admitted * 2 >= most THEN
        -- Near the limit two transactions that do not see each other yet could both leave a run
        -- waiting for the other's end, or both take the last place: one after the other.
        PERFORM pg_advisory_xact_lock(hashtextextended(of_tenant || '/' || of_user, 0));
        SELECT count(*), count(*) FILTER (WHERE priority < 0) INTO admitted, in_background
        FROM runs
        WHERE tenant_id = of_tenant AND user_id = of_user
            AND status IN ('pending', 'running') AND job_id IS NOT NULL;
    END IF;
    FOR waiting IN
        SELECT r.run_id, r.priority FROM runs r
        WHERE r.tenant_id = of_tenant AND r.user_id = of_user
            AND r.status = 'pending' AND r.job_id IS NULL
            AND (r.not_before IS NULL OR r.not_before <= clock_timestamp())
            AND NOT EXISTS (
                SELECT 1 FROM runs o
                WHERE o.thread_id = r.thread_id AND o.status IN ('pending', 'running')
                    AND o.run_id <> r.run_id
                    AND (o.job_id IS NOT NULL OR (
                        o.number < r.number
                        AND (o.not_before IS NULL OR o.not_before <= clock_timestamp())
                    ))
            )
        ORDER BY r.priority DESC, r.number
        LIMIT greatest(most - admitted, 0)
        -- A row that somebody is changing is looked at again when that is done, or by the sweep.
        FOR UPDATE OF r SKIP LOCKED
    LOOP
        IF waiting.priority < 0 THEN
            EXIT WHEN in_background >= greatest(most / 2, 1);
            in_background := in_background + 1;
        END IF;
        -- Whoever has little in the queue goes before whoever has much.
        SELECT j.ids[1] INTO new_job FROM procrastinate.procrastinate_defer_jobs_v1(ARRAY[ROW(
            'runs', 'execute_run', waiting.priority * 100 - least(admitted, 50), NULL, NULL,
            jsonb_build_object('run_id', waiting.run_id), NULL
        )::procrastinate.procrastinate_job_to_defer_v1]) AS j (ids);
        UPDATE runs SET job_id = new_job WHERE run_id = waiting.run_id;
        admitted := admitted + 1;
    END LOOP;
END;
$$;

CREATE FUNCTION admit_after_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM admit_runs(OLD.tenant_id, OLD.user_id);
    ELSE
        PERFORM admit_runs(NEW.tenant_id, NEW.user_id);
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER runs_admit_new AFTER INSERT ON runs
FOR EACH ROW EXECUTE FUNCTION admit_after_change();

-- It ended, or nobody executes it any more and it needs another job.
CREATE TRIGGER runs_admit_next AFTER UPDATE ON runs
FOR EACH ROW WHEN (
    OLD.status IN ('pending', 'running') AND NEW.status NOT IN ('pending', 'running')
    OR OLD.job_id IS NOT NULL AND NEW.job_id IS NULL AND NEW.status = 'pending'
)
EXECUTE FUNCTION admit_after_change();

CREATE TRIGGER runs_admit_rest AFTER DELETE ON runs
FOR EACH ROW WHEN (OLD.status IN ('pending', 'running'))
EXECUTE FUNCTION admit_after_change();

-- A run that was rolled back is gone with its end: the log keeps what was seen of it.
CREATE FUNCTION forget_rolled_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM runs WHERE run_id = NEW.run_id;
    RETURN NULL;
END;
$$;

CREATE TRIGGER runs_forget_rolled_back AFTER UPDATE ON runs
FOR EACH ROW WHEN (
    OLD.end_status IS NULL AND NEW.end_status = 'cancelled' AND NEW.cancel_action = 'rollback'
)
EXECUTE FUNCTION forget_rolled_back();

-- What every worker does at its heartbeat, one of them at a time: forget workers that fell silent,
-- take back their runs, put lost jobs again, and admit what has become due. Returns for how long
-- nothing more becomes due: no delayed run, and no lease that runs out. Null while another is at it.
CREATE FUNCTION keep_runs_moving(lease_s double precision) RETURNS double precision
LANGUAGE plpgsql AS $$
DECLARE
    lease constant interval := make_interval(secs => lease_s);
    owner record;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('goldenpath.keep_runs_moving', 0)) THEN
        RETURN NULL;
    END IF;
    -- While the server was away nobody could beat. Whoever comes back first must not hold all others
    -- for lost: they have a lease from then on.
    IF pg_postmaster_start_time() < now() - lease
        AND NOT EXISTS (SELECT 1 FROM workers WHERE returned_at > now() - lease)
    THEN
        DELETE FROM workers WHERE heartbeat_at < now() - lease;
    END IF;
    UPDATE runs SET status = 'pending', worker_id = NULL, job_id = NULL, crashes = crashes + 1,
        updated_at = now()
    WHERE run_id IN (
        SELECT r.run_id FROM runs r
        WHERE r.status = 'running'
            AND NOT EXISTS (SELECT 1 FROM workers w WHERE w.worker_id = r.worker_id)
        FOR UPDATE SKIP LOCKED
    );
    DELETE FROM procrastinate.procrastinate_jobs j
    WHERE j.status = 'doing' AND j.queue_name = 'runs' AND NOT EXISTS (
        SELECT 1 FROM procrastinate.procrastinate_workers w
        WHERE w.id = j.worker_id AND w.last_heartbeat > now() - lease
    );
    UPDATE runs SET job_id = NULL
    WHERE run_id IN (
        SELECT r.run_id FROM runs r
        WHERE r.status = 'pending' AND r.job_id IS NOT NULL AND NOT EXISTS (
            SELECT 1 FROM procrastinate.procrastinate_jobs j WHERE j.id = r.job_id
        )
        FOR UPDATE SKIP LOCKED
    );
    FOR owner IN
        SELECT DISTINCT tenant_id, user_id FROM runs
        WHERE status = 'pending' AND job_id IS NULL
            AND (not_before IS NULL OR not_before <= now())
    LOOP
        PERFORM admit_runs(owner.tenant_id, owner.user_id);
    END LOOP;
    RETURN extract(epoch FROM least(
        (SELECT min(not_before) FROM runs
         WHERE status = 'pending' AND job_id IS NULL AND not_before > now()),
        (SELECT min(heartbeat_at) + lease FROM workers WHERE heartbeat_at > now() - lease)
    ) - clock_timestamp());
END;
$$;

-- Without a lock between jobs only a job that comes back is new to the workers.
DROP TRIGGER goldenpath_wake_on_end ON procrastinate.procrastinate_jobs;
DROP TRIGGER goldenpath_wake_on_change ON procrastinate.procrastinate_jobs;
DROP FUNCTION wake_queue();

CREATE FUNCTION wake_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify(
        'procrastinate_any_queue_v1',
        json_build_object('type', 'job_inserted', 'job_id', NEW.id)::text
    );
    RETURN NULL;
END;
$$;

CREATE TRIGGER goldenpath_wake_on_return AFTER UPDATE OF status ON procrastinate.procrastinate_jobs
FOR EACH ROW WHEN (OLD.status = 'doing' AND NEW.status = 'todo')
EXECUTE FUNCTION wake_queue();
