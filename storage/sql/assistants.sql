-- insert --
-- A new assistant and its first version; nothing when the id is taken.
WITH assistant AS (
    INSERT INTO assistants (
        assistant_id, tenant_id, user_id, graph_id, name, description, config, context, metadata
    ) VALUES (
        %(assistant_id)s, %(tenant_id)s, %(user_id)s, %(graph_id)s, %(name)s, %(description)s,
        %(config)s::jsonb, %(context)s::jsonb, %(metadata)s::jsonb
    )
    ON CONFLICT (assistant_id) DO NOTHING
    RETURNING *
), kept AS (
    INSERT INTO assistant_versions (
        assistant_id, version, tenant_id, user_id, graph_id, name, description, config, context,
        metadata, created_at
    )
    SELECT assistant_id, version, tenant_id, user_id, graph_id, name, description, config, context,
        metadata, created_at
    FROM assistant
)
SELECT * FROM assistant

-- get --
-- One assistant of this user.
SELECT * FROM assistants
WHERE assistant_id = %(assistant_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s

-- change --
-- The next version: what is given replaces what was, but metadata is laid over the old.
WITH assistant AS (
    UPDATE assistants SET
        graph_id = coalesce(%(graph_id)s::text, graph_id),
        name = coalesce(%(name)s::text, name),
        description = coalesce(%(description)s::text, description),
        config = coalesce(%(config)s::jsonb, config),
        context = coalesce(%(context)s::jsonb, context),
        metadata = metadata || coalesce(%(metadata)s::jsonb, '{}'),
        version = last_version + 1,
        last_version = last_version + 1,
        updated_at = now()
    WHERE assistant_id = %(assistant_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    RETURNING *
), kept AS (
    INSERT INTO assistant_versions (
        assistant_id, version, tenant_id, user_id, graph_id, name, description, config, context,
        metadata, created_at
    )
    SELECT assistant_id, version, tenant_id, user_id, graph_id, name, description, config, context,
        metadata, updated_at
    FROM assistant
)
SELECT * FROM assistant

-- use_version --
-- Make one of an assistant's versions the one in use.
UPDATE assistants AS a SET
    graph_id = v.graph_id, name = v.name, description = v.description, config = v.config,
    context = v.context, metadata = v.metadata, version = v.version, updated_at = now()
FROM assistant_versions v
WHERE a.assistant_id = %(assistant_id)s AND a.tenant_id = %(tenant_id)s AND a.user_id = %(user_id)s
    AND v.assistant_id = a.assistant_id AND v.version = %(version)s
    AND v.tenant_id = a.tenant_id AND v.user_id = a.user_id
RETURNING a.*

-- versions --
-- An assistant's versions with this metadata, newest first; with the total.
SELECT *, created_at AS updated_at, count(*) OVER () AS total FROM assistant_versions
WHERE assistant_id = %(assistant_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND metadata @> %(metadata)s::jsonb
ORDER BY version DESC
LIMIT %(limit)s OFFSET %(offset)s

-- delete --
-- An assistant with all its versions.
DELETE FROM assistants
WHERE assistant_id = %(assistant_id)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
RETURNING *

-- threads_of --
-- Some of this user's threads that belong to an assistant, in a stable order.
SELECT thread_id FROM threads
WHERE tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND metadata ->> 'assistant_id' = %(assistant_id)s::text AND gone_at IS NULL
ORDER BY thread_id
LIMIT %(limit)s

-- search --
-- This user's assistants and the default ones, filtered and in the wanted order; with the total.
-- `place` is a default assistant's among its like: it decides where the wanted order does not.
WITH everyone AS (
    SELECT assistant_id, graph_id, name, description, config, context, metadata, version,
        created_at, updated_at, NULL::integer AS place
    FROM assistants
    WHERE tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    UNION ALL
    SELECT * FROM jsonb_to_recordset(%(defaults)s::jsonb) AS d (
        assistant_id uuid, graph_id text, name text, description text, config jsonb, context jsonb,
        metadata jsonb, version integer, created_at timestamptz, updated_at timestamptz,
        place integer
    )
), found AS (
    SELECT *,
        CASE %(sort_by)s
            WHEN 'assistant_id' THEN assistant_id::text
            WHEN 'graph_id' THEN graph_id
            WHEN 'name' THEN name
        END COLLATE "C" AS by_text,
        CASE %(sort_by)s
            WHEN 'created_at' THEN created_at
            WHEN 'updated_at' THEN updated_at
        END AS by_time
    FROM everyone
    WHERE metadata @> %(metadata)s::jsonb
        AND (%(graph_id)s::text IS NULL OR graph_id = %(graph_id)s)
        AND (%(name)s::text IS NULL OR name ILIKE '%%' || %(name)s || '%%' ESCAPE '\')
)
SELECT *, count(*) OVER () AS total FROM found
ORDER BY
    CASE WHEN %(descending)s THEN by_text END DESC,
    CASE WHEN NOT %(descending)s THEN by_text END,
    CASE WHEN %(descending)s THEN by_time END DESC,
    CASE WHEN NOT %(descending)s THEN by_time END,
    place NULLS LAST,
    assistant_id
LIMIT %(limit)s OFFSET %(offset)s
