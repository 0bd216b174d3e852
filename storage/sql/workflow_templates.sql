-- publish --
-- The template of a workflow, private again when there is one already.
INSERT INTO workflow_templates AS t (
    template_id, tenant_id, user_id, workflow_id, version, title, description, category, services,
    blueprint, removed
) VALUES (
    %(template_id)s, %(tenant_id)s, %(user_id)s, %(workflow_id)s, %(version)s, %(title)s,
    %(description)s, %(category)s, %(services)s, %(blueprint)s, %(removed)s
)
ON CONFLICT (workflow_id) DO UPDATE SET
    version = excluded.version, title = excluded.title, description = excluded.description,
    category = excluded.category, services = excluded.services, blueprint = excluded.blueprint,
    removed = excluded.removed, status = 'private', reason = NULL, reviewed_by = NULL,
    updated_at = now()
RETURNING template_id

-- set_status --
-- Hand one's own template in for review, or take it back.
UPDATE workflow_templates SET status = %(status)s, reason = NULL, reviewed_by = NULL,
    updated_at = now()
WHERE template_id = %(template_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND status = ANY(%(before)s)
RETURNING template_id

-- review --
-- Decide on a template that was handed in.
UPDATE workflow_templates SET status = %(status)s, reason = %(reason)s, reviewed_by = %(user_id)s,
    updated_at = now()
WHERE template_id = %(template_id)s AND tenant_id = %(tenant_id)s AND status = 'in_review'
RETURNING template_id

-- delete --
-- One's own template goes; what was made from it stays.
DELETE FROM workflow_templates
WHERE template_id = %(template_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
RETURNING template_id

-- page --
-- Templates that fit, shipped ones among them, in the wanted order; with the total. One by its id is
-- the page that holds it. Of others only public ones, and for reviewers those in review.
WITH everyone AS (
    SELECT template_id::text, title, description, category, services, status, reason,
        user_id AS author, workflow_id, version, blueprint, removed, NULL::jsonb AS slots, updated_at
    FROM workflow_templates
    WHERE tenant_id = %(tenant_id)s AND (
        user_id = %(user_id)s OR status = 'public' OR status = 'in_review' AND %(reviews)s
    )
    UNION ALL
    SELECT d.template_id, d.title, d.description, d.category, d.services, 'public', NULL, NULL, NULL,
        NULL, d.blueprint, '[]'::jsonb, d.slots, NULL
    FROM jsonb_to_recordset(%(shipped)s::jsonb) AS d (
        template_id text, title text, description text, category text, services text[],
        blueprint jsonb, slots jsonb
    )
), found AS (
    SELECT e.*, coalesce(u.uses, 0) AS uses, coalesce(r.ratings, 0) AS ratings, r.rating
    FROM everyone e
    LEFT JOIN (
        SELECT template_id, count(*) AS uses FROM template_uses
        WHERE tenant_id = %(tenant_id)s GROUP BY template_id
    ) AS u USING (template_id)
    LEFT JOIN (
        SELECT template_id, count(*) AS ratings, avg(stars)::float8 AS rating FROM template_ratings
        WHERE tenant_id = %(tenant_id)s GROUP BY template_id
    ) AS r USING (template_id)
    WHERE (%(template_id)s::text IS NULL OR e.template_id = %(template_id)s)
        AND (%(category)s::text IS NULL OR e.category = %(category)s)
        AND (%(service)s::text IS NULL OR %(service)s = ANY(e.services))
        AND (%(status)s::text IS NULL OR e.status = %(status)s)
        AND (NOT %(mine)s OR e.author = %(user_id)s)
        AND (
            %(text)s::text IS NULL
            OR e.title ILIKE '%%' || %(text)s || '%%' ESCAPE '\'
            OR e.description ILIKE '%%' || %(text)s || '%%' ESCAPE '\'
        )
)
SELECT *, count(*) OVER () AS total FROM found
ORDER BY
    CASE %(sort_by)s WHEN 'rating' THEN rating WHEN 'uses' THEN uses END DESC NULLS LAST,
    CASE WHEN %(sort_by)s = 'newest' THEN updated_at END DESC NULLS LAST,
    lower(title), template_id
LIMIT %(limit)s OFFSET %(offset)s

-- rate --
-- What a user thinks of a template, whatever they thought before.
INSERT INTO template_ratings (template_id, tenant_id, user_id, stars)
VALUES (%(template_id)s, %(tenant_id)s, %(user_id)s, %(stars)s)
ON CONFLICT (tenant_id, template_id, user_id) DO UPDATE
SET stars = excluded.stars, updated_at = now()

-- use --
-- A workflow was made from a template.
INSERT INTO template_uses (template_id, tenant_id, user_id, workflow_id)
VALUES (%(template_id)s, %(tenant_id)s, %(user_id)s, %(workflow_id)s)
ON CONFLICT DO NOTHING
