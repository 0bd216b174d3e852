-- The queue tells its workers of new jobs only. A job that waited for its thread's lock becomes
-- ready when the one before it ends, and a job handed back becomes ready again: tell them too,
-- or they would find it only at their next poll.

CREATE FUNCTION wake_queue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM procrastinate.procrastinate_jobs
        WHERE lock = OLD.lock AND status = 'todo'
    ) THEN
        PERFORM pg_notify(
            'procrastinate_any_queue_v1',
            json_build_object('type', 'job_inserted', 'job_id', OLD.id)::text
        );
    END IF;
    RETURN NULL;
END;
$$;

CREATE TRIGGER goldenpath_wake_on_end AFTER DELETE ON procrastinate.procrastinate_jobs
FOR EACH ROW WHEN (OLD.status = 'doing' AND OLD.lock IS NOT NULL)
EXECUTE FUNCTION wake_queue();

CREATE TRIGGER goldenpath_wake_on_change AFTER UPDATE OF status ON procrastinate.procrastinate_jobs
FOR EACH ROW WHEN (OLD.status = 'doing' AND OLD.lock IS NOT NULL)
EXECUTE FUNCTION wake_queue();
