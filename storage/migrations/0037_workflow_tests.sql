-- Trials of drafts: runs that end at a step, or with what some steps gave back pinned. They are
-- executions like any other, and say nothing about how a workflow does.

-- How the newest execution of a workflow that has ended did; of one that the asker may see.
CREATE OR REPLACE FUNCTION last_end_of_workflow(id uuid) RETURNS text LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = goldenpath, pg_temp
RETURN (
    SELECT r.end_status FROM workflow_executions x
    JOIN workflows w ON w.workflow_id = x.workflow_id
    JOIN runs r ON r.thread_id = x.thread_id
    WHERE x.workflow_id = id AND x.cause <> 'test'
        AND r.end_status IN ('success', 'error', 'timeout', 'cancelled')
        AND w.tenant_id = acting_tenant() AND (
            w.user_id = acting_user() OR EXISTS (
                SELECT 1 FROM workflow_shares s
                WHERE s.workflow_id = w.workflow_id AND s.member_id = acting_user()
            )
        )
    ORDER BY x.number DESC, r.number DESC LIMIT 1
);
