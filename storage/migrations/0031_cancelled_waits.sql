-- What a run of a workflow has asked for ends with it: nobody is asked, reminded or waited for any
-- more, in the transaction that ends the run, whoever ends it.

ALTER TABLE approvals DROP CONSTRAINT approvals_status_check,
    ADD CONSTRAINT approvals_status_check
        CHECK (status IN ('open', 'approved', 'rejected', 'expired', 'cancelled'));
ALTER TABLE waits DROP CONSTRAINT waits_outcome_check,
    ADD CONSTRAINT waits_outcome_check
        CHECK (outcome IN ('due', 'received', 'expired', 'cancelled'));

-- As the owner of the tables: the approvers' messages are not those of whoever cancels.
CREATE FUNCTION close_what_waits() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = goldenpath, pg_temp AS $$
BEGIN
    UPDATE approvals SET status = 'cancelled', settled_at = now(), resumed_at = now()
    WHERE thread_id = NEW.thread_id AND status = 'open';
    IF FOUND THEN
        UPDATE notifications n SET mail_due_at = NULL
        FROM approvals p JOIN approvers a USING (approval_id)
        WHERE p.thread_id = NEW.thread_id AND p.status = 'cancelled'
            AND n.approver_id = a.approver_id AND n.mail_due_at IS NOT NULL;
    END IF;
    UPDATE waits SET outcome = 'cancelled', settled_at = now(), resumed_at = now()
    WHERE thread_id = NEW.thread_id AND outcome IS NULL;
    -- One that was cancelled before it brought its answer had given the question back; the answer is
    -- spent, so nothing would ever come.
    IF NEW.end_status = 'cancelled' THEN
        UPDATE threads SET interrupts = '{}',
            status = CASE status WHEN 'interrupted' THEN 'idle' ELSE status END
        WHERE thread_id = NEW.thread_id AND interrupts <> '{}';
    END IF;
    RETURN NULL;
END;
$$;

-- A run that paused has ended as well, as `interrupted`: that one waits.
CREATE TRIGGER runs_close_what_waits AFTER UPDATE ON runs
FOR EACH ROW WHEN (
    NEW.graph_id = 'workflow' AND OLD.status IN ('pending', 'running')
    AND NEW.end_status IN ('success', 'error', 'timeout', 'cancelled')
    AND NEW.status NOT IN ('pending', 'running')
)
EXECUTE FUNCTION close_what_waits();

CREATE INDEX notifications_of_approver ON notifications (approver_id)
    WHERE approver_id IS NOT NULL;
