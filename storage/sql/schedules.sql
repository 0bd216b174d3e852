-- wanted --
-- The schedules of a workflow's live version.
SELECT node_id, params FROM workflow_triggers
WHERE workflow_id = %(workflow_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND service = 'timer' AND task = 'schedule'

-- put --
-- When a schedule comes next.
INSERT INTO schedules (workflow_id, node_id, tenant_id, user_id, params, planned_at, next_at)
VALUES (
    %(workflow_id)s, %(node_id)s, %(tenant_id)s, %(user_id)s, %(params)s::jsonb, %(next_at)s,
    %(next_at)s
)
ON CONFLICT (workflow_id, node_id) DO UPDATE SET
    params = excluded.params, planned_at = excluded.planned_at, next_at = excluded.next_at,
    last_problem = NULL

-- claim --
-- One schedule that is due, for whoever takes it first.
SELECT s.* FROM schedules s
WHERE s.next_at <= now()
ORDER BY s.next_at, s.workflow_id, s.node_id
LIMIT 1
FOR UPDATE OF s SKIP LOCKED

-- fire --
-- A moment that nobody has started for yet.
INSERT INTO schedule_fires (workflow_id, node_id, scheduled_for, tenant_id, user_id)
VALUES (%(workflow_id)s, %(node_id)s, %(scheduled_for)s, %(tenant_id)s, %(user_id)s)
ON CONFLICT DO NOTHING
RETURNING scheduled_for

-- fired --
-- Which run it was.
UPDATE schedule_fires SET run_id = %(run_id)s
WHERE workflow_id = %(workflow_id)s AND node_id = %(node_id)s AND scheduled_for = %(scheduled_for)s

-- move --
-- What a schedule has come to, and when it comes next.
UPDATE schedules SET planned_at = %(next_at)s, next_at = %(next_at)s, last_for = coalesce(%(last_for)s, last_for),
    last_run_id = coalesce(%(last_run_id)s, last_run_id), last_problem = %(last_problem)s
WHERE workflow_id = %(workflow_id)s AND node_id = %(node_id)s

-- postpone --
-- Look again in a second: the run before has not ended.
UPDATE schedules SET next_at = now() + interval '1 second'
WHERE workflow_id = %(workflow_id)s AND node_id = %(node_id)s

-- open_run --
-- The run of a schedule's newest moment, while its thread has runs that have not ended.
SELECT r.run_id FROM schedules s
    JOIN runs first ON first.run_id = s.last_run_id
    JOIN runs r ON r.thread_id = first.thread_id AND r.status IN ('pending', 'running')
WHERE s.workflow_id = %(workflow_id)s AND s.node_id = %(node_id)s
ORDER BY r.number DESC
LIMIT 1

-- next --
-- In how many seconds the next one is due, by the database's clock.
SELECT extract(epoch FROM min(next_at) - now())::float8 AS in_s FROM schedules
WHERE next_at IS NOT NULL

-- now --
-- The database's time.
SELECT now() AS now

-- list --
-- The schedules of workflows.
SELECT workflow_id, node_id, params, planned_at, last_for, last_run_id, last_problem,
    next_at < now() - interval '1 minute' AS is_late
FROM schedules
WHERE workflow_id = ANY(%(workflow_ids)s) AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
ORDER BY workflow_id, node_id

-- clear --
-- Some of the moments that are longer ago than so many days.
DELETE FROM schedule_fires WHERE (workflow_id, node_id, scheduled_for) IN (
    SELECT workflow_id, node_id, scheduled_for FROM schedule_fires
    WHERE scheduled_for < now() - make_interval(days => %(days)s)
    ORDER BY scheduled_for LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
