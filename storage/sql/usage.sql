-- tune --
-- For this transaction. Whole tables are aggregated: hashing is several times faster than sorting,
-- which the planner prefers because it takes every day of every model for a group of its own.
SET LOCAL work_mem = '128MB'; SET LOCAL jit = off;
SET LOCAL enable_sort = off; SET LOCAL enable_incremental_sort = off; SET LOCAL enable_indexscan = off

-- imports --
-- What the tenant's imports refused or already had, and their notes.
SELECT rows_rejected, rows_duplicate, notes
FROM usage_imports
WHERE tenant_id = %(tenant_id)s

-- coverage --
-- What usage there is: one row for each source and model.
SELECT source, model,
       count(*) AS row_count,
       sum(requests)::bigint AS requests,
       coalesce(sum(requests) FILTER (WHERE status = 'error'), 0)::bigint AS error_requests,
       coalesce(sum(requests) FILTER (WHERE cost_usd IS NULL), 0)::bigint AS unpriced_requests,
       min(occurred_at) AS first_at, max(occurred_at) AS last_at,
       count(workload) AS with_workload, count(team) AS with_team,
       count(end_user) AS with_end_user, count(request_key) AS with_request_key,
       count(temperature) AS with_temperature, count(prefix_id) AS with_prefix,
       count(retry_of) AS with_retry_of, count(finish_reason) AS with_finish_reason,
       count(duration_ms) AS with_duration
FROM usage_records
WHERE tenant_id = %(tenant_id)s
  AND occurred_at >= %(start)s AND occurred_at < %(end)s
GROUP BY source, model

-- days --
-- Calls, tokens and cost of each day, model, workload and team, and what `coverage` asks for.
SELECT date_bin('1 day', occurred_at, '2000-01-01Z') AS day, source, provider, model, workload, team,
       count(*) AS row_count,
       sum(requests)::bigint AS requests,
       coalesce(sum(requests) FILTER (WHERE status = 'error'), 0)::bigint AS error_requests,
       coalesce(sum(requests) FILTER (WHERE cost_usd IS NULL), 0)::bigint AS unpriced_requests,
       min(occurred_at) AS first_at, max(occurred_at) AS last_at,
       count(workload) AS with_workload, count(team) AS with_team,
       count(end_user) AS with_end_user, count(request_key) AS with_request_key,
       count(temperature) AS with_temperature, count(prefix_id) AS with_prefix,
       count(retry_of) AS with_retry_of, count(finish_reason) AS with_finish_reason,
       count(duration_ms) AS with_duration,
       sum(input_tokens)::bigint AS input_tokens,
       sum(cache_read_tokens)::bigint AS cache_read_tokens,
       sum(cache_write_5m_tokens)::bigint AS cache_write_5m_tokens,
       sum(cache_write_1h_tokens)::bigint AS cache_write_1h_tokens,
       sum(output_tokens)::bigint AS output_tokens,
       coalesce(sum(cost_usd), 0) AS cost_usd
FROM usage_records
WHERE tenant_id = %(tenant_id)s
  AND occurred_at >= %(start)s AND occurred_at < %(end)s
GROUP BY 1, 2, 3, 4, 5, 6

-- users --
-- The dearest end users, all others as one line, and the calls that name none.
WITH users AS (
    SELECT end_user,
           sum(requests)::bigint AS requests,
           sum(input_tokens)::bigint AS input_tokens,
           sum(cache_read_tokens)::bigint AS cache_read_tokens,
           sum(cache_write_5m_tokens)::bigint AS cache_write_5m_tokens,
           sum(cache_write_1h_tokens)::bigint AS cache_write_1h_tokens,
           sum(output_tokens)::bigint AS output_tokens,
           coalesce(sum(cost_usd), 0) AS cost_usd
    FROM usage_records
    WHERE tenant_id = %(tenant_id)s
      AND occurred_at >= %(start)s AND occurred_at < %(end)s
      AND source <> ALL(%(bill_sources)s)
    GROUP BY end_user
), ranked AS (
    SELECT *, row_number() OVER (
        PARTITION BY end_user IS NULL ORDER BY cost_usd DESC, end_user
    ) <= %(max_users)s AS is_shown
    FROM users
)
SELECT CASE WHEN is_shown THEN end_user END AS end_user,
       count(end_user) AS user_count,
       sum(requests)::bigint AS requests,
       sum(input_tokens)::bigint AS input_tokens,
       sum(cache_read_tokens)::bigint AS cache_read_tokens,
       sum(cache_write_5m_tokens)::bigint AS cache_write_5m_tokens,
       sum(cache_write_1h_tokens)::bigint AS cache_write_1h_tokens,
       sum(output_tokens)::bigint AS output_tokens,
       sum(cost_usd) AS cost_usd
FROM ranked
GROUP BY is_shown, end_user IS NULL, CASE WHEN is_shown THEN end_user END
ORDER BY sum(cost_usd) DESC, 1

-- hours --
-- When in the day each workload runs.
SELECT workload,
       extract(hour FROM at)::int AS hour,
       sum(requests)::bigint AS requests,
       sum(requests_with_user)::bigint AS requests_with_user,
       count(*) AS day_count
FROM (
    SELECT workload, date_bin('1 hour', occurred_at, '2000-01-01Z') AS at,
           sum(requests) AS requests,
           coalesce(sum(requests) FILTER (WHERE end_user IS NOT NULL), 0) AS requests_with_user
    FROM usage_records
    WHERE tenant_id = %(tenant_id)s
      AND occurred_at >= %(start)s AND occurred_at < %(end)s
      AND source <> ALL(%(bill_sources)s)
    GROUP BY 1, 2
) AS by_hour
GROUP BY 1, 2

-- peak --
-- Load per minute, over minutes with calls.
SELECT count(*) AS minute_count,
       coalesce(percentile_disc(0.95) WITHIN GROUP (ORDER BY requests), 0)::bigint AS p95_requests,
       coalesce(max(requests), 0)::bigint AS max_requests,
       coalesce(percentile_disc(0.95) WITHIN GROUP (ORDER BY tokens), 0)::bigint AS p95_tokens,
       coalesce(max(tokens), 0)::bigint AS max_tokens
FROM (
    SELECT sum(requests) AS requests, sum(input_tokens + output_tokens) AS tokens
    FROM usage_records
    WHERE tenant_id = %(tenant_id)s
      AND occurred_at >= %(start)s AND occurred_at < %(end)s
      AND source <> ALL(%(bill_sources)s)
    GROUP BY date_bin('1 minute', occurred_at, '2000-01-01Z')
) AS by_minute

-- wasted --
-- Attempts that a later call repeats: named by it, or with the same key within 10 minutes after a
-- cut-off answer. (Billed failures are told by their status and are not here.)
CREATE TEMP TABLE wasted ON COMMIT DROP AS
SELECT earlier.source, earlier.source_key
FROM usage_records AS later
JOIN usage_records AS earlier
  ON earlier.tenant_id = later.tenant_id AND earlier.source = later.source
 AND earlier.source_key = later.retry_of AND earlier.occurred_at <= later.occurred_at
WHERE later.tenant_id = %(tenant_id)s AND later.retry_of IS NOT NULL
  AND later.retry_of <> later.source_key
  AND later.occurred_at >= %(start)s AND later.occurred_at < %(end)s
UNION
SELECT earlier.source, earlier.source_key
FROM usage_records AS earlier
JOIN usage_records AS later
  ON later.tenant_id = earlier.tenant_id AND later.request_key = earlier.request_key
 AND later.occurred_at > earlier.occurred_at
 AND later.occurred_at <= earlier.occurred_at + interval '10 minutes'
WHERE earlier.tenant_id = %(tenant_id)s AND earlier.request_key IS NOT NULL
  AND earlier.finish_reason IN ('length', 'max_tokens')
  AND earlier.occurred_at >= %(start)s AND earlier.occurred_at < %(end)s

-- duplicates --
-- Calls that a response cache would have answered. A call fills the entry, later ones within 24
-- hours of it are served, and the first after that fills it again: a walk from filler to filler
-- over the calls of a key, numbered in order of time.
CREATE TEMP TABLE duplicates ON COMMIT DROP AS
WITH RECURSIVE keyed AS (
    SELECT source, source_key, model, request_key, occurred_at
    FROM usage_records AS call
    WHERE tenant_id = %(tenant_id)s
      AND occurred_at >= %(start)s AND occurred_at < %(end)s
      AND source <> ALL(%(bill_sources)s)
      AND request_key IS NOT NULL AND temperature = 0 AND status = 'success'
      AND requests = 1 AND NOT served_from_cache
      AND NOT EXISTS (
          SELECT FROM wasted
          WHERE wasted.source = call.source AND wasted.source_key = call.source_key
      )
), repeated AS (
    SELECT model, request_key, max(occurred_at) - min(occurred_at) AS span
    FROM keyed
    GROUP BY model, request_key
    HAVING count(*) > 1
), numbered AS MATERIALIZED (
    SELECT source, source_key, model, request_key, span,
           row_number() OVER (
               PARTITION BY model, request_key ORDER BY occurred_at, source, source_key
           ) AS place,
           count(*) OVER (
               PARTITION BY model, request_key ORDER BY occurred_at
               RANGE BETWEEN CURRENT ROW AND interval '24 hours' FOLLOWING
           ) AS served_until
    FROM keyed JOIN repeated USING (model, request_key)
), fillers AS (
    SELECT model, request_key, place, span, served_until FROM numbered WHERE place = 1
    UNION ALL
    SELECT next.model, next.request_key, next.place, next.span, next.served_until
    FROM fillers JOIN numbered AS next
      ON next.model = fillers.model AND next.request_key = fillers.request_key
     AND next.place = fillers.place + fillers.served_until
    WHERE fillers.span > interval '24 hours'
)
SELECT source, source_key
FROM numbered
WHERE NOT EXISTS (
    SELECT FROM fillers
    WHERE fillers.model = numbered.model AND fillers.request_key = numbered.request_key
      AND fillers.place = numbered.place
)

-- flagged --
-- Wasted and served calls as one list; a call is in it at most once.
CREATE TEMP TABLE flagged ON COMMIT DROP AS
SELECT source, source_key, true AS is_waste, false AS is_duplicate FROM wasted
UNION ALL
SELECT source, source_key, false, true FROM duplicates

-- nothing_flagged --
-- The same list where no call names its key or what it repeats.
CREATE TEMP TABLE flagged (
    source text, source_key text, is_waste boolean, is_duplicate boolean
) ON COMMIT DROP

-- flagged_size --
-- Let the planner know how long the list is.
ANALYZE flagged

-- cells --
-- Priced calls without prompt prefix, and how long the answers of all calls are, in one pass: by
-- everything the measures ask about and by the length of the answer.
CREATE TEMP TABLE cells ON COMMIT DROP AS
SELECT call.source, call.provider, call.model, call.workload, call.batch,
       coalesce(is_waste, false) OR (status = 'error' AND cost_usd > 0) AS is_waste,
       coalesce(is_duplicate, false) AS is_duplicate,
       requests = 1 AND status = 'success'
           AND output_tokens BETWEEN 1 AND %(short_tokens)s
           AND coalesce(finish_reason, '') <> ALL(%(tool_reasons)s) AS is_short,
       cost_usd IS NOT NULL AND NOT served_from_cache
           AND NOT (coalesce(prefix_tokens, 0) > 0 AND prefix_id IS NOT NULL
                    AND requests = 1 AND NOT batch) AS is_counted,
       CASE WHEN requests = 1 AND status = 'success' AND output_tokens > 0
            THEN output_tokens END AS answer_tokens,
       sum(requests)::bigint AS requests,
       sum(input_tokens)::bigint AS input_tokens,
       sum(cache_read_tokens)::bigint AS cache_read_tokens,
       sum(cache_write_5m_tokens)::bigint AS cache_write_5m_tokens,
       sum(cache_write_1h_tokens)::bigint AS cache_write_1h_tokens,
       sum(output_tokens)::bigint AS output_tokens,
       sum(cost_usd) AS cost_usd,
       max((input_tokens + output_tokens) / greatest(requests, 1)) AS max_context_tokens,
       min(call.source_key COLLATE "C") AS first_key, max(call.source_key COLLATE "C") AS last_key
FROM usage_records AS call
LEFT JOIN flagged ON flagged.source = call.source AND flagged.source_key = call.source_key
WHERE call.tenant_id = %(tenant_id)s
  AND call.occurred_at >= %(start)s AND call.occurred_at < %(end)s
  AND call.source <> ALL(%(bill_sources)s)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10

-- outputs --
-- How long answers are, by model and workload: percentiles from the count of each length.
CREATE TEMP TABLE outputs ON COMMIT DROP AS
WITH lengths AS (
    SELECT model, workload, answer_tokens, sum(requests) AS calls
    FROM cells
    WHERE answer_tokens IS NOT NULL
    GROUP BY 1, 2, 3
), ranked AS (
    SELECT model, workload, answer_tokens,
           sum(calls) OVER (PARTITION BY model, workload ORDER BY answer_tokens) AS calls_up_to,
           sum(calls) OVER (PARTITION BY model, workload) AS all_calls
    FROM lengths
)
SELECT model, workload,
       max(all_calls)::bigint AS requests,
       min(answer_tokens) FILTER (WHERE calls_up_to >= 0.5 * all_calls) AS median_tokens,
       min(answer_tokens) FILTER (WHERE calls_up_to >= 0.9 * all_calls) AS p90_tokens,
       max(answer_tokens) AS max_tokens
FROM ranked
GROUP BY model, workload
HAVING max(all_calls) >= %(min_calls)s

-- output_profiles --
-- The lengths found before.
SELECT * FROM outputs ORDER BY model, workload

-- groups --
-- Priced calls without prompt prefix, by everything the measures ask about.
SELECT source, provider, cells.model, cells.workload, batch, is_waste, is_duplicate, is_short,
       NULL AS prefix_id,
       sum(cells.requests)::bigint AS requests,
       sum(input_tokens)::bigint AS input_tokens,
       sum(cache_read_tokens)::bigint AS cache_read_tokens,
       sum(cache_write_5m_tokens)::bigint AS cache_write_5m_tokens,
       sum(cache_write_1h_tokens)::bigint AS cache_write_1h_tokens,
       sum(output_tokens)::bigint AS output_tokens,
       sum(cost_usd) AS cost_usd,
       max(max_context_tokens) AS max_context_tokens,
       NULL::bigint AS min_prefix_tokens,
       coalesce(sum(cells.requests * greatest(0, answer_tokens - p90_tokens)), 0)::bigint
           AS excess_output_tokens,
       coalesce(sum(cells.requests) FILTER (WHERE answer_tokens > p90_tokens), 0)::bigint
           AS excess_requests,
       0 AS reads_alone, 0 AS read_tokens_alone, 0 AS writes_alone, 0 AS write_tokens_alone,
       0 AS reads_left, 0 AS read_tokens_left, 0 AS writes_left, 0 AS write_tokens_left,
       min(first_key) AS first_key, max(last_key) AS last_key,
       min(first_key) FILTER (WHERE answer_tokens > p90_tokens) AS first_excess_key,
       max(last_key) FILTER (WHERE answer_tokens > p90_tokens) AS last_excess_key
FROM cells
LEFT JOIN outputs
       ON outputs.model = cells.model AND outputs.workload IS NOT DISTINCT FROM cells.workload
WHERE is_counted
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8

-- prefix_groups --
-- Priced calls with a prompt prefix, by prefix too, and what a prompt cache would do: the first use
-- writes, later ones read while less than 5 minutes pass between uses; once over all calls, once
-- over those that are neither wasted nor duplicates. What is cached already gains nothing.
WITH uses AS (
    SELECT call.source, call.source_key, provider, model, workload, batch, prefix_id, occurred_at,
           coalesce(is_waste, false) OR (status = 'error' AND cost_usd > 0) AS is_waste,
           coalesce(is_duplicate, false) AS is_duplicate,
           status = 'success' AND output_tokens BETWEEN 1 AND %(short_tokens)s
               AND coalesce(finish_reason, '') <> ALL(%(tool_reasons)s) AS is_short,
           CASE WHEN status = 'success' AND output_tokens > 0 THEN output_tokens END
               AS answer_tokens,
           least(prefix_tokens, input_tokens) AS prefix_tokens,
           CASE WHEN cache_read_tokens + cache_write_5m_tokens + cache_write_1h_tokens = 0
                THEN least(prefix_tokens, input_tokens) ELSE 0 END AS gain,
           input_tokens, cache_read_tokens, cache_write_5m_tokens, cache_write_1h_tokens,
           output_tokens, cost_usd
    FROM usage_records AS call
    LEFT JOIN flagged ON flagged.source = call.source AND flagged.source_key = call.source_key
    WHERE tenant_id = %(tenant_id)s
      AND occurred_at >= %(start)s AND occurred_at < %(end)s
      AND call.source <> ALL(%(bill_sources)s)
      AND cost_usd IS NOT NULL AND NOT served_from_cache
      AND prefix_id IS NOT NULL AND prefix_tokens > 0 AND requests = 1 AND NOT batch
), gaps AS (
    SELECT *,
           NOT is_waste AND NOT is_duplicate AS is_left,
           coalesce(occurred_at - lag(occurred_at) OVER earlier <= interval '5 minutes', false)
               AS is_warm,
           coalesce(occurred_at - max(occurred_at) FILTER (WHERE NOT is_waste AND NOT is_duplicate)
               OVER (earlier ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
               <= interval '5 minutes', false) AS is_warm_left
    FROM uses
    WINDOW earlier AS (
        PARTITION BY prefix_id COLLATE "C", model COLLATE "C", provider COLLATE "C"
        ORDER BY occurred_at, source_key COLLATE "C"
    )
)
SELECT source, provider, gaps.model, gaps.workload, batch, is_waste, is_duplicate, is_short,
       prefix_id,
       count(*) AS requests,
       sum(input_tokens)::bigint AS input_tokens,
       sum(cache_read_tokens)::bigint AS cache_read_tokens,
       sum(cache_write_5m_tokens)::bigint AS cache_write_5m_tokens,
       sum(cache_write_1h_tokens)::bigint AS cache_write_1h_tokens,
       sum(output_tokens)::bigint AS output_tokens,
       sum(cost_usd) AS cost_usd,
       max(input_tokens + output_tokens) AS max_context_tokens,
       min(prefix_tokens) AS min_prefix_tokens,
       coalesce(sum(greatest(0, answer_tokens - p90_tokens)), 0)::bigint AS excess_output_tokens,
       count(*) FILTER (WHERE answer_tokens > p90_tokens) AS excess_requests,
       count(*) FILTER (WHERE gain > 0 AND is_warm) AS reads_alone,
       coalesce(sum(gain) FILTER (WHERE is_warm), 0)::bigint AS read_tokens_alone,
       count(*) FILTER (WHERE gain > 0 AND NOT is_warm) AS writes_alone,
       coalesce(sum(gain) FILTER (WHERE NOT is_warm), 0)::bigint AS write_tokens_alone,
       count(*) FILTER (WHERE gain > 0 AND is_left AND is_warm_left) AS reads_left,
       coalesce(sum(gain) FILTER (WHERE is_left AND is_warm_left), 0)::bigint
           AS read_tokens_left,
       count(*) FILTER (WHERE gain > 0 AND is_left AND NOT is_warm_left) AS writes_left,
       coalesce(sum(gain) FILTER (WHERE is_left AND NOT is_warm_left), 0)::bigint
           AS write_tokens_left,
       min(source_key COLLATE "C") AS first_key, max(source_key COLLATE "C") AS last_key,
       min(source_key COLLATE "C") FILTER (WHERE answer_tokens > p90_tokens) AS first_excess_key,
       max(source_key COLLATE "C") FILTER (WHERE answer_tokens > p90_tokens) AS last_excess_key
FROM gaps
LEFT JOIN outputs
       ON outputs.model = gaps.model
      AND coalesce(outputs.workload, '') = coalesce(gaps.workload, '')
      AND (outputs.workload IS NULL) = (gaps.workload IS NULL)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
ORDER BY cost_usd DESC, first_key
LIMIT %(max_groups)s
