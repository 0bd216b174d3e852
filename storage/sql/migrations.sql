-- try_lock --
-- Become the one process that migrates, if nobody is; released when the session ends.
SELECT pg_try_advisory_lock(%s) AS taken

-- create_schemas --
-- Ours, and one each for LangGraph's and the queue's own tables.
CREATE SCHEMA IF NOT EXISTS goldenpath;
CREATE SCHEMA IF NOT EXISTS langgraph;
CREATE SCHEMA IF NOT EXISTS procrastinate;

-- create_applied --
-- The list of migration files that have run here.
CREATE TABLE IF NOT EXISTS goldenpath.schema_migrations (
    name text PRIMARY KEY,
    applied_at timestamptz NOT NULL DEFAULT now()
)

-- applied --
-- Which files have run.
SELECT name FROM goldenpath.schema_migrations ORDER BY name

-- record_applied --
-- Note that a file has run, in its own transaction.
INSERT INTO goldenpath.schema_migrations (name) VALUES (%s)

-- search_langgraph --
-- Let LangGraph create its tables in its own schema.
SET search_path TO langgraph

-- search_queue --
-- Let the queue create its tables in its own schema.
SET search_path TO procrastinate, public

-- search_ours --
-- Back to the path that every connection of ours has.
SET search_path TO goldenpath, langgraph, procrastinate, public

-- queue_exists --
-- Whether the queue's tables are there.
SELECT to_regclass('procrastinate.procrastinate_jobs') IS NOT NULL AS exists
