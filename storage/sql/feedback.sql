-- give --
-- An opinion on a run of this user, in place of an earlier one; nothing when there is no such run.
-- Without a word on it the comment stays that was given with the same score: so it does not matter
-- which of two requests, the score's and the comment's, comes first.
INSERT INTO run_feedback (run_id, tenant_id, user_id, score, comment)
SELECT run_id, tenant_id, user_id, %(score)s, NULLIF(%(comment)s::text, '') FROM runs
WHERE run_id = %(run_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
ON CONFLICT (run_id) DO UPDATE
SET score = excluded.score,
    comment = CASE
        WHEN %(comment)s::text IS NULL AND run_feedback.score = excluded.score
            THEN run_feedback.comment
        ELSE excluded.comment
    END,
    updated_at = now()
RETURNING *

-- take_back --
-- No opinion any more.
DELETE FROM run_feedback
WHERE run_id = %(run_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s

-- of_thread --
-- The opinions on a thread's runs.
SELECT f.* FROM run_feedback f JOIN runs r ON r.run_id = f.run_id
WHERE r.thread_id = %(thread_id)s AND f.tenant_id = %(tenant_id)s AND f.user_id = %(user_id)s
ORDER BY r.number
