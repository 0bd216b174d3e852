-- tell --
-- Something that somebody is told, here and by e-mail if there is any.
INSERT INTO notifications (
    notification_id, tenant_id, user_id, approver_id, kind, title, message, about, mail_due_at
) VALUES (
    %(notification_id)s, %(tenant_id)s, %(receiver_id)s, %(approver_id)s, %(kind)s, %(title)s,
    %(message)s, %(about)s::jsonb, CASE WHEN %(with_mail)s THEN now() END
)

-- list --
-- What this user was told, newest first; only what is unread, or all.
SELECT notification_id, kind, title, message, about, created_at, read_at FROM notifications
WHERE tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND (NOT %(unread)s OR read_at IS NULL)
ORDER BY created_at DESC, notification_id
LIMIT %(limit)s OFFSET %(offset)s

-- mark_read --
-- One is read from now on.
UPDATE notifications SET read_at = coalesce(read_at, now())
WHERE notification_id = %(notification_id)s
    AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s

-- mark_all_read --
-- All that were told until now are read.
UPDATE notifications SET read_at = now()
WHERE tenant_id = %(tenant_id)s AND user_id = %(user_id)s AND read_at IS NULL

-- claim_mails --
-- The next messages that are due, for whoever asks: for others they are due again only when this
-- process must have died over them. Members have their address in their account.
UPDATE notifications n
SET mail_due_at = now() + make_interval(secs => %(lease_s)s), mail_attempts = n.mail_attempts + 1
FROM (
    SELECT d.notification_id, coalesce(a.email, u.email) AS email,
        a.approver_id IS NOT NULL AND a.member_id IS NULL AS needs_token
    FROM notifications d
    LEFT JOIN approvers a ON a.approver_id = d.approver_id
    LEFT JOIN users u ON u.user_id = d.user_id
    WHERE d.mail_due_at <= now()
    ORDER BY d.mail_due_at, d.notification_id
    LIMIT %(limit)s
    FOR UPDATE OF d SKIP LOCKED
) AS due
WHERE n.notification_id = due.notification_id
RETURNING n.notification_id, n.approver_id, n.title, n.message, n.about, n.mail_attempts,
    due.email, due.needs_token

-- keep_token --
-- A token by which somebody without an account is known from now on.
INSERT INTO approval_tokens (token_hash, approver_id) VALUES (%(token_hash)s, %(approver_id)s)

-- mail_sent --
-- It was handed over.
UPDATE notifications SET mail_due_at = NULL, mailed_at = now(), mail_error = NULL
WHERE notification_id = %(notification_id)s

-- mail_failed --
-- It was not; later again, or never when no wait is given.
UPDATE notifications
SET mail_due_at = now() + make_interval(secs => %(again_in_s)s), mail_error = %(error)s
WHERE notification_id = %(notification_id)s

-- next_mail --
-- In how many seconds the next message is due.
SELECT extract(epoch FROM min(mail_due_at) - now())::float8 AS seconds FROM notifications
WHERE mail_due_at IS NOT NULL
