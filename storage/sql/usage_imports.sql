-- find_same_file --
-- The import of the very same bytes, read the same way.
SELECT * FROM usage_imports
WHERE tenant_id = %(tenant_id)s AND file_sha256 = %(file_sha256)s AND format = %(format)s
  AND coalesce(model, '') = coalesce(%(model)s, '')

-- begin --
-- Claim a file. A second import of it waits here until the first is committed, then gets no row.
INSERT INTO usage_imports (
    import_id, tenant_id, user_id, file_name, file_sha256, byte_count, format, model,
    rows_read, rows_imported, rows_duplicate, rows_rejected
) VALUES (
    %(import_id)s, %(tenant_id)s, %(user_id)s, %(file_name)s, %(file_sha256)s, %(byte_count)s,
    %(format)s, %(model)s, 0, 0, 0, 0
)
ON CONFLICT DO NOTHING

-- create_staging --
-- Where COPY puts a batch before it is merged; gone when the transaction ends.
CREATE TEMPORARY TABLE staged_usage ON COMMIT DROP AS
SELECT source_key, occurred_at, requests,
       input_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, output_tokens,
       cost_usd, duration_ms, first_token_ms,
       provider, model, workload, team, end_user, status, finish_reason, batch, cost_source,
       request_key, prefix_id, retry_of, temperature, prefix_tokens, served_from_cache
FROM usage_records
WITH NO DATA

-- copy_staged --
-- A batch of rows in PostgreSQL's text format, columns as in staged_usage.
COPY staged_usage FROM STDIN

-- merge --
-- Move the batch over; rows that are there already stay as they are.
INSERT INTO usage_records (
    tenant_id, user_id, import_id, source, source_key, occurred_at, requests,
    input_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, output_tokens,
    cost_usd, duration_ms, first_token_ms,
    provider, model, workload, team, end_user, status, finish_reason, batch, cost_source,
    request_key, prefix_id, retry_of, temperature, prefix_tokens, served_from_cache
)
SELECT %(tenant_id)s, %(user_id)s, %(import_id)s, %(source)s, staged_usage.* FROM staged_usage
ON CONFLICT DO NOTHING

-- merge_buckets --
-- The same for rows that sum up a period: one that has grown since replaces what was there.
INSERT INTO usage_records AS old (
    tenant_id, user_id, import_id, source, source_key, occurred_at, requests,
    input_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens, output_tokens,
    cost_usd, duration_ms, first_token_ms,
    provider, model, workload, team, end_user, status, finish_reason, batch, cost_source,
    request_key, prefix_id, retry_of, temperature, prefix_tokens, served_from_cache
)
SELECT %(tenant_id)s, %(user_id)s, %(import_id)s, %(source)s, newest.*
FROM (
    SELECT DISTINCT ON (source_key) * FROM staged_usage
    ORDER BY source_key, input_tokens + output_tokens DESC, cost_usd DESC NULLS LAST
) AS newest
ON CONFLICT (tenant_id, source, source_key) DO UPDATE
SET import_id = excluded.import_id, requests = excluded.requests,
    input_tokens = excluded.input_tokens, output_tokens = excluded.output_tokens,
    cache_read_tokens = excluded.cache_read_tokens,
    cache_write_5m_tokens = excluded.cache_write_5m_tokens,
    cache_write_1h_tokens = excluded.cache_write_1h_tokens,
    cost_usd = excluded.cost_usd, cost_source = excluded.cost_source
WHERE excluded.input_tokens + excluded.output_tokens > old.input_tokens + old.output_tokens
    OR excluded.cost_source = 'reported' AND excluded.cost_usd > old.cost_usd

-- empty_staging --
-- Make room for the next batch.
TRUNCATE staged_usage

-- add_rejects --
-- Rows that could not be used. (No COPY: it does not go with row security.)
INSERT INTO usage_rejects (
    import_id, tenant_id, line, column_name, value, code, message, next_step
)
SELECT %(import_id)s, %(tenant_id)s, r.*
FROM unnest(
    %(line)s::int8[], %(column_name)s::text[], %(value)s::text[], %(code)s::text[],
    %(message)s::text[], %(next_step)s::text[]
) AS r

-- finish --
-- The totals, once all rows are in.
UPDATE usage_imports
SET rows_read = %(rows_read)s, rows_imported = %(rows_imported)s,
    rows_duplicate = %(rows_duplicate)s, rows_rejected = %(rows_rejected)s,
    notes = %(notes)s::jsonb, first_at = %(first_at)s, last_at = %(last_at)s
WHERE tenant_id = %(tenant_id)s AND import_id = %(import_id)s
RETURNING *

-- get --
-- One import of the tenant.
SELECT * FROM usage_imports WHERE tenant_id = %(tenant_id)s AND import_id = %(import_id)s

-- list --
-- The tenant's imports, newest first.
SELECT * FROM usage_imports WHERE tenant_id = %(tenant_id)s
ORDER BY created_at DESC, import_id
LIMIT %(limit)s OFFSET %(offset)s

-- delete --
-- Take an import back with all its rows and rejects.
DELETE FROM usage_imports WHERE tenant_id = %(tenant_id)s AND import_id = %(import_id)s
RETURNING import_id

-- rejects --
-- What an import could not use, in the file's order.
SELECT line, column_name, value, code, message, next_step FROM usage_rejects
WHERE tenant_id = %(tenant_id)s AND import_id = %(import_id)s
ORDER BY line, column_name
LIMIT %(limit)s
