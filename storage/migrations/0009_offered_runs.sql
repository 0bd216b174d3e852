-- A run need not travel through the queue to the process that accepted it: a worker with a free place
-- offers itself when it writes the run (`worker_id` of a pending run), and if the run's turn is now,
-- it is admitted without a job (`job_id` is 0) for that worker to claim. Should it die before, the
-- run is one whose job was lost, and gets one.
DROP FUNCTION admit_runs(text, text);

CREATE FUNCTION admit_runs(of_tenant text, of_user text, offered uuid DEFAULT NULL)
RETURNS void LANGUAGE plpgsql AS $$
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
        IF waiting.run_id = offered THEN
            UPDATE runs SET job_id = 0 WHERE run_id = waiting.run_id;
            admitted := admitted + 1;
            CONTINUE;
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

CREATE OR REPLACE FUNCTION admit_after_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM admit_runs(OLD.tenant_id, OLD.user_id);
    ELSIF TG_OP = 'INSERT' AND NEW.worker_id IS NOT NULL THEN
        PERFORM admit_runs(NEW.tenant_id, NEW.user_id, NEW.run_id);
    ELSE
        PERFORM admit_runs(NEW.tenant_id, NEW.user_id);
    END IF;
    RETURN NULL;
END;
$$;

-- What every worker does at its heartbeat, one of them at a time: forget workers that fell silent,
-- take back their runs, put lost jobs again, and admit what has become due. Returns for how long
-- nothing more becomes due: no delayed run, and no lease that runs out. Null while another is at it.
CREATE OR REPLACE FUNCTION keep_runs_moving(lease_s double precision) RETURNS double precision
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
        -- Whoever offered itself is about to claim it, unless it is gone.
        AND NOT (r.job_id = 0 AND r.updated_at > now() - lease AND EXISTS (
            SELECT 1 FROM workers w WHERE w.worker_id = r.worker_id
        ))
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
