-- count --
-- Use up one of each policy for its subject, unless that is more than it has room for; how each
-- stands then. In a fixed order, for two that wait for each other's rows would do so for ever.
WITH asked AS (
    SELECT policy, subject, make_interval(secs => window_s / most) AS step,
        make_interval(secs => window_s / most) * most AS room
    FROM unnest(
        %(policies)s::text[], %(subjects)s::text[], %(most)s::integer[], %(windows)s::float8[]
    ) AS a (policy, subject, most, window_s)
), counted AS (
    INSERT INTO rate_limits AS r (policy, subject, unused_at, step, room)
    SELECT policy, subject, now() + step, step, room FROM asked
    ORDER BY policy, subject
    ON CONFLICT (policy, subject) DO UPDATE SET
        fitted = greatest(r.unused_at, now()) + excluded.step
            <= now() + excluded.room,
        unused_at = CASE
            WHEN greatest(r.unused_at, now()) + excluded.step
                <= now() + excluded.room
            THEN greatest(r.unused_at, now()) + excluded.step
            ELSE r.unused_at
        END,
        step = excluded.step,
        room = excluded.room
    RETURNING *
)
SELECT policy, fitted,
    greatest(0, floor(extract(epoch FROM now() + room - unused_at)
        / extract(epoch FROM step) + 0.001))::integer AS remaining,
    greatest(0, ceil(extract(epoch FROM unused_at - now())))::integer AS full_in_s,
    greatest(1, ceil(extract(epoch FROM unused_at + step - room - now())))::integer
        AS again_in_s,
    -- What was counted may be lost with the server: nobody waits for its disk.
    set_config('synchronous_commit', 'off', true)
FROM counted
ORDER BY policy, subject

-- clear --
-- Some of what nobody uses any more: it says no more than a row that is not there.
DELETE FROM rate_limits WHERE (policy, subject) IN (
    SELECT policy, subject FROM rate_limits WHERE unused_at < now()
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
