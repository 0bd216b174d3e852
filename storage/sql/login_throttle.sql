-- remember --
-- A row for each subject that has none.
INSERT INTO login_failures (subject)
SELECT subject FROM unnest(%(subjects)s::text[]) AS s (subject) ORDER BY subject
ON CONFLICT (subject) DO NOTHING

-- lock --
-- How the subjects stand, for as long as the transaction lasts: in how many seconds each may try
-- again, and how often it failed. What is long past is forgotten.
SELECT subject,
    CASE WHEN failed_at < now() - make_interval(secs => %(memory_s)s) THEN 0 ELSE failures END
        AS failures,
    greatest(0, ceil(extract(epoch FROM
        CASE WHEN isfinite(may_again_at) THEN may_again_at - clock_timestamp() END)))::integer
        AS wait_s
FROM login_failures WHERE subject = ANY(%(subjects)s)
ORDER BY subject
FOR UPDATE

-- count --
-- One more attempt of a subject, and how long it waits before the next.
UPDATE login_failures SET failures = %(failures)s, failed_at = clock_timestamp(),
    may_again_at = clock_timestamp() + make_interval(secs => %(delay_s)s)
WHERE subject = %(subject)s

-- forget --
-- An account's owner came in.
DELETE FROM login_failures WHERE subject = %(subject)s

-- give_back --
-- An attempt of an address that was none of a guesser's.
UPDATE login_failures SET failures = greatest(0, failures - 1), may_again_at = '-infinity'
WHERE subject = %(subject)s

-- clear --
-- Some of what is long past.
DELETE FROM login_failures WHERE subject IN (
    SELECT subject FROM login_failures WHERE failed_at < now() - make_interval(secs => %(memory_s)s)
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
