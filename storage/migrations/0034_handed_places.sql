-- A worker that has ended a run has a place for the next one. Of what may run then, the first goes to
-- it without a job (`job_id` is 0, as for an offer): a notification with the commit tells it to begin.
-- One that is lost on its way is like a lost job: `keep_runs_moving` puts one.
-- And where nothing is near its limit and no slots are counted, starts do not wait for each other;
-- where they do, then only at their commit: nobody waits for what else a client does in between.
DROP FUNCTION admit_runs(text, text, uuid);

CREATE FUNCTION admit_runs(
    of_tenant text, of_user text, offered uuid DEFAULT NULL, has_place uuid DEFAULT NULL
)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    most constant integer := coalesce(nullif(current_setting('goldenpath.runs_per_user', true), ''), '20');
    most_workflows constant integer := coalesce(
        nullif(current_setting('goldenpath.workflow_runs_per_user', true), ''), '10');
    admitted integer;
    in_background integer;
    of_workflows integer;
    has_slots boolean;
    is_locked boolean := false;
    was_skipped boolean;
    waiting record;
    new_job bigint;
BEGIN
    -- Near the limits, or where slots are counted, two transactions that do not see each other yet
    -- could both leave a run waiting for the other's end, or both take the last place: one after the
    -- other.
    LOOP
        SELECT count(r.job_id), count(r.job_id) FILTER (WHERE r.priority < 0),
            count(r.job_id) FILTER (WHERE r.graph_id = 'workflow'),
            coalesce(bool_or(x.slot_limit IS NOT NULL), false)
        INTO admitted, in_background, of_workflows, has_slots
        FROM runs r
        LEFT JOIN workflow_executions x ON r.graph_id = 'workflow' AND x.thread_id = r.thread_id
        WHERE r.tenant_id = of_tenant AND r.user_id = of_user AND r.status IN ('pending', 'running');
        EXIT WHEN is_locked OR admitted * 2 < most AND of_workflows * 2 < most_workflows
            AND in_background * 2 < greatest(most / 2, 1) AND NOT has_slots;
        PERFORM pg_advisory_xact_lock(hashtextextended(of_tenant || '/' || of_user, 0));
        is_locked := true;
    END LOOP;
    LOOP
        was_skipped := false;
        FOR waiting IN
            -- What is full now is counted once, for all that wait.
            WITH taken AS MATERIALIZED (
                SELECT y.workflow_id, y.slot, count(*) AS executions
                FROM runs o JOIN workflow_executions y ON y.thread_id = o.thread_id
                WHERE has_slots AND o.tenant_id = of_tenant AND o.user_id = of_user
                    AND o.status IN ('pending', 'running') AND o.job_id IS NOT NULL
                    AND o.graph_id = 'workflow' AND y.slot_limit IS NOT NULL
                GROUP BY y.workflow_id, y.slot
            )
            SELECT r.run_id, r.priority, r.thread_id, r.graph_id = 'workflow' AS is_workflow,
                x.slot_limit IS NOT NULL AS has_slot
            FROM runs r
            LEFT JOIN workflow_executions x
                ON r.graph_id = 'workflow' AND x.thread_id = r.thread_id
            LEFT JOIN taken ON taken.workflow_id = x.workflow_id AND taken.slot = x.slot
            WHERE r.tenant_id = of_tenant AND r.user_id = of_user
                AND r.status = 'pending' AND r.job_id IS NULL
                AND (r.not_before IS NULL OR r.not_before <= clock_timestamp())
                -- Nobody looks at a long queue that cannot move.
                AND (r.priority >= 0 OR in_background < greatest(most / 2, 1))
                AND (r.graph_id <> 'workflow' OR of_workflows < most_workflows)
                AND (x.slot_limit IS NULL OR coalesce(taken.executions, 0) < x.slot_limit)
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
            IF waiting.is_workflow AND of_workflows >= most_workflows
                OR waiting.has_slot AND NOT slot_is_free(waiting.thread_id)
            THEN
                -- Others of these took the place; what stands behind it may have its turn.
                was_skipped := true;
                CONTINUE;
            END IF;
            IF waiting.priority < 0 THEN
                EXIT WHEN in_background >= greatest(most / 2, 1);
                in_background := in_background + 1;
            END IF;
            admitted := admitted + 1;
            of_workflows := of_workflows + waiting.is_workflow::integer;
            IF waiting.run_id = offered THEN
                UPDATE runs SET job_id = 0 WHERE run_id = waiting.run_id;
                CONTINUE;
            END IF;
            IF has_place IS NOT NULL THEN
                UPDATE runs SET job_id = 0, worker_id = has_place, updated_at = now()
                WHERE run_id = waiting.run_id;
                PERFORM pg_notify('goldenpath_place', has_place::text || ',' || waiting.run_id::text);
                has_place := NULL;
                CONTINUE;
            END IF;
            -- Whoever has little in the queue goes before whoever has much.
            SELECT j.ids[1] INTO new_job FROM procrastinate.procrastinate_defer_jobs_v1(ARRAY[ROW(
                'runs', 'execute_run', waiting.priority * 100 - least(admitted - 1, 50), NULL, NULL,
                jsonb_build_object('run_id', waiting.run_id), NULL
            )::procrastinate.procrastinate_job_to_defer_v1]) AS j (ids);
            UPDATE runs SET job_id = new_job WHERE run_id = waiting.run_id;
        END LOOP;
        EXIT WHEN NOT was_skipped OR admitted >= most;
    END LOOP;
END;
$$;

CREATE OR REPLACE FUNCTION admit_after_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM admit_runs(OLD.tenant_id, OLD.user_id);
    ELSIF TG_OP = 'INSERT' AND NEW.worker_id IS NOT NULL THEN
        PERFORM admit_runs(NEW.tenant_id, NEW.user_id, NEW.run_id);
    ELSIF TG_OP = 'UPDATE' AND OLD.status = 'running' AND NEW.ended_at IS NOT NULL THEN
        PERFORM admit_runs(NEW.tenant_id, NEW.user_id, NULL, OLD.worker_id);
    ELSE
        PERFORM admit_runs(NEW.tenant_id, NEW.user_id);
    END IF;
    RETURN NULL;
END;
$$;

DROP TRIGGER runs_admit_new ON runs;

CREATE CONSTRAINT TRIGGER runs_admit_new AFTER INSERT ON runs
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION admit_after_change();
