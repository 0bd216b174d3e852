-- note --
-- A call that was never made before is intended.
INSERT INTO effects (
    tenant_id, user_id, effect_key, root_run_id, thread_id, node_id, path, service, task, effect,
    request_hash, status
) VALUES (
    %(tenant_id)s, %(user_id)s, %(effect_key)s, %(root_run_id)s, %(thread_id)s, %(node_id)s,
    %(path)s, %(service)s, %(task)s, %(effect)s, %(request_hash)s, 'intended'
)
ON CONFLICT (effect_key) DO NOTHING
RETURNING status, result, reference

-- repeat --
-- One that was made before: a failed one is intended again, one that was lost on its way is in doubt.
UPDATE effects
SET status = CASE status WHEN 'failed' THEN 'intended' WHEN 'intended' THEN 'in_doubt' ELSE status END,
    updated_at = CASE WHEN status IN ('failed', 'intended') THEN now() ELSE updated_at END
WHERE effect_key = %(effect_key)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
RETURNING status, result, reference

-- settle --
-- What became of it; a done call stays done.
UPDATE effects
SET status = %(status)s, result = coalesce(%(result)s, result), reference = %(reference)s,
    updated_at = now()
WHERE effect_key = %(effect_key)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND status <> 'done'

-- again --
-- A person had a call in doubt made again; counted for each attempt that a run of its own makes.
UPDATE effects
SET status = 'intended', updated_at = now(),
    result = jsonb_build_object(
        'attempt', %(attempt)s::integer,
        'again', 1 + CASE
            WHEN coalesce((result ->> 'attempt')::integer, 1) = %(attempt)s
            THEN coalesce((result ->> 'again')::integer, 0) ELSE 0
        END
    )
WHERE effect_key = %(effect_key)s AND tenant_id = %(tenant_id)s AND user_id = %(user_id)s
    AND status = 'in_doubt'
