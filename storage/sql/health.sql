-- engine --
-- Living workers, and the runs whose turn it is that none of them has taken, with how long the
-- oldest has waited since its turn came.
SELECT
    (
        SELECT count(*) FROM workers
        WHERE heartbeat_at > now() - make_interval(secs => %(lease_s)s)
    ) AS workers,
    count(*) AS waiting,
    coalesce(extract(epoch FROM now() - min(turn.came_at)), 0)::float8 AS oldest_s
FROM runs r LEFT JOIN LATERAL (
    SELECT max(e.at) AS came_at FROM procrastinate_events e
    WHERE e.job_id = r.job_id AND e.type = 'deferred'
) AS turn ON true
WHERE r.status = 'pending' AND r.job_id IS NOT NULL
