-- lock_owner --
-- Nobody else makes a workflow of this user until the transaction ends: they are counted.
SELECT pg_advisory_xact_lock(hashtextextended('workflows of ' || %(tenant_id)s || '/' || %(user_id)s, 0))

-- count --
-- How many workflows a user has.
SELECT count(*) AS count FROM workflows
WHERE tenant_id = %(tenant_id)s AND user_id = %(user_id)s AND deleted_at IS NULL

-- insert --
-- A workflow with its first version.
WITH made AS (
    INSERT INTO workflows (workflow_id, tenant_id, user_id, name, draft_version)
    VALUES (%(workflow_id)s, %(tenant_id)s, %(user_id)s, %(name)s, 1)
)
INSERT INTO workflow_versions (workflow_id, version, tenant_id, user_id, blueprint, saved_by, note)
VALUES (%(workflow_id)s, 1, %(tenant_id)s, %(user_id)s, %(blueprint)s, %(saved_by)s, %(note)s)

-- save --
-- The next version, which is the draft from now on; nothing when another than the expected is.
WITH saved AS (
    UPDATE workflows SET draft_version = draft_version + 1, name = %(name)s, updated_at = now()
    WHERE workflow_id = %(workflow_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
        AND deleted_at IS NULL
        AND (%(expected)s::integer IS NULL OR draft_version = %(expected)s)
    RETURNING draft_version
)
INSERT INTO workflow_versions (workflow_id, version, tenant_id, user_id, blueprint, saved_by, note)
SELECT %(workflow_id)s, draft_version, %(tenant_id)s, %(user_id)s, %(blueprint)s, %(saved_by)s,
    %(note)s
FROM saved
RETURNING version

-- draft_version --
-- Which version is the draft.
SELECT draft_version FROM workflows
WHERE workflow_id = %(workflow_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND deleted_at IS NULL

-- page --
-- The workflows of a user and those that are shared with them, filtered and in the wanted order; with
-- the total. One by its id is the page that holds it.
WITH visible AS (
    SELECT w.workflow_id, w.tenant_id, w.user_id, w.name, w.draft_version, w.active_version,
        w.activated_at, w.created_at, w.updated_at,
        CASE WHEN w.user_id = %(user_id)s THEN 'owner' ELSE s.rights END AS rights,
        ARRAY(
            SELECT DISTINCT n -> 'data' ->> 'service' FROM jsonb_array_elements(v.blueprint -> 'nodes') n
            WHERE n -> 'data' ->> 'service' IS NOT NULL ORDER BY 1
        ) AS services,
        jsonb_path_query_array(v.blueprint, '$.nodes[*] ? (@.type == "trigger")') AS triggers,
        coalesce(jsonb_array_length(v.blueprint -> 'nodes'), 0) AS steps,
        last_end_of_workflow(w.workflow_id) AS last_end
    FROM workflows w
    JOIN workflow_versions v ON v.workflow_id = w.workflow_id AND v.version = w.draft_version
    LEFT JOIN workflow_shares s ON s.workflow_id = w.workflow_id AND s.member_id = %(user_id)s
    WHERE w.tenant_id = %(tenant_id)s AND w.deleted_at IS NULL
        AND (w.user_id = %(user_id)s OR s.member_id IS NOT NULL)
        AND (%(workflow_id)s::uuid IS NULL OR w.workflow_id = %(workflow_id)s)
        AND (%(text)s::text IS NULL OR w.name ILIKE '%%' || %(text)s || '%%' ESCAPE '\')
), found AS (
    SELECT * FROM visible
    WHERE (%(service)s::text IS NULL OR %(service)s = ANY(services))
        AND CASE %(status)s::text
            WHEN 'active' THEN active_version IS NOT NULL
            WHEN 'inactive' THEN active_version IS NULL
            WHEN 'failing' THEN active_version IS NOT NULL AND last_end IN ('error', 'timeout')
            ELSE true
        END
)
SELECT *, count(*) OVER () AS total FROM found
ORDER BY
    CASE WHEN %(sort_by)s = 'name' AND NOT %(descending)s THEN lower(name) END,
    CASE WHEN %(sort_by)s = 'name' AND %(descending)s THEN lower(name) END DESC,
    CASE WHEN NOT %(descending)s THEN
        CASE %(sort_by)s WHEN 'created_at' THEN created_at WHEN 'updated_at' THEN updated_at END END,
    CASE WHEN %(descending)s THEN
        CASE %(sort_by)s WHEN 'created_at' THEN created_at WHEN 'updated_at' THEN updated_at END END DESC,
    workflow_id
LIMIT %(limit)s OFFSET %(offset)s

-- activate --
-- Make a version the live one; nothing when there is no such version.
UPDATE workflows AS w SET active_version = v.version, activated_at = now(), updated_at = now()
FROM workflow_versions v
WHERE w.workflow_id = %(workflow_id)s AND w.tenant_id = %(tenant_id)s AND w.user_id = %(user_id)s
    AND w.deleted_at IS NULL
    AND v.workflow_id = w.workflow_id AND v.version = %(version)s
RETURNING w.name

-- deactivate --
-- Take the live version off.
UPDATE workflows SET active_version = NULL, activated_at = NULL, updated_at = now()
WHERE workflow_id = %(workflow_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND deleted_at IS NULL
RETURNING workflow_id

-- delete --
-- Show a workflow nowhere any more; its history is kept.
UPDATE workflows SET active_version = NULL, activated_at = NULL, deleted_at = now(), updated_at = now()
WHERE workflow_id = %(workflow_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND deleted_at IS NULL
RETURNING workflow_id

-- put_assistant --
-- The live version as an assistant of the workflow's id.
WITH assistant AS (
    INSERT INTO assistants AS a (
        assistant_id, tenant_id, user_id, graph_id, name, config, metadata
    ) VALUES (
        %(workflow_id)s, %(tenant_id)s, %(user_id)s, %(graph_id)s, %(name)s, %(config)s::jsonb,
        %(metadata)s::jsonb
    )
    ON CONFLICT (assistant_id) DO UPDATE SET
        graph_id = excluded.graph_id, name = excluded.name, config = excluded.config,
        context = '{}', metadata = excluded.metadata, version = a.last_version + 1,
        last_version = a.last_version + 1, updated_at = now()
    RETURNING *
)
INSERT INTO assistant_versions (
    assistant_id, version, tenant_id, user_id, graph_id, name, description, config, context,
    metadata, created_at
)
SELECT assistant_id, version, tenant_id, user_id, graph_id, name, description, config, context,
    metadata, updated_at
FROM assistant

-- remove_assistant --
-- No assistant for what is not live.
DELETE FROM assistants
WHERE assistant_id = %(workflow_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s

-- version --
-- One version of a workflow of this user, deleted ones included; without what the asker has kept.
SELECT CASE WHEN NOT %(is_kept)s THEN blueprint END AS blueprint FROM workflow_versions
WHERE workflow_id = %(workflow_id)s AND version = %(version)s
    AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s

-- versions --
-- All versions of a workflow, newest first; with the total.
SELECT version, blueprint ->> 'name' AS name, saved_by, note, created_at, count(*) OVER () AS total
FROM workflow_versions
WHERE workflow_id = %(workflow_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
ORDER BY version DESC
LIMIT %(limit)s OFFSET %(offset)s

-- shares --
-- With whom a workflow is shared, in the order in which that was done.
SELECT member_id, rights, created_at FROM workflow_shares
WHERE workflow_id = %(workflow_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
ORDER BY created_at, member_id
LIMIT %(limit)s

-- share --
-- Give a member rights, or other rights.
INSERT INTO workflow_shares (workflow_id, tenant_id, user_id, member_id, rights)
VALUES (%(workflow_id)s, %(tenant_id)s, %(user_id)s, %(member_id)s, %(rights)s)
ON CONFLICT (workflow_id, member_id) DO UPDATE SET rights = excluded.rights

-- unshare --
-- Take a member's rights.
DELETE FROM workflow_shares
WHERE workflow_id = %(workflow_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND member_id = %(member_id)s
RETURNING member_id
