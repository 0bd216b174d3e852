-- insert --
-- Keep a report; the first under an id is the one.
INSERT INTO reports (report_id, tenant_id, user_id, thread_id, title, content, markdown)
VALUES (%(report_id)s, %(tenant_id)s, %(user_id)s, %(thread_id)s, %(title)s,
        %(content)s::jsonb, %(markdown)s)
ON CONFLICT (report_id) DO NOTHING

-- get --
-- One report of the tenant, whole.
SELECT report_id, thread_id, title, created_at, content, markdown
FROM reports
WHERE tenant_id = %(tenant_id)s AND report_id = %(report_id)s

-- list --
-- The tenant's reports without their contents, newest first.
SELECT report_id, thread_id, title, created_at
FROM reports
WHERE tenant_id = %(tenant_id)s
ORDER BY created_at DESC, report_id
LIMIT %(limit)s OFFSET %(offset)s
