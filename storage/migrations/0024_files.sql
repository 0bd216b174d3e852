-- Files of workflows are artifacts that have a name.

ALTER TABLE artifacts ADD COLUMN name text;

CREATE INDEX artifacts_files ON artifacts (tenant_id, user_id, created_at DESC, artifact_id)
    WHERE name IS NOT NULL;
