-- Usage imports and the normalised rows they brought.

CREATE TABLE usage_imports (
    import_id    uuid PRIMARY KEY,
    tenant_id    text NOT NULL,
    user_id      text NOT NULL,
    file_name    text NOT NULL,
    -- sha256 of the file's bytes (hex): the same file twice is the same import.
    file_sha256  text NOT NULL,
    byte_count   bigint NOT NULL,
    format       text NOT NULL,
    -- The model given at import for formats that have no model column.
    model        text,
    rows_read      bigint NOT NULL,
    rows_imported  bigint NOT NULL,
    rows_duplicate bigint NOT NULL,
    rows_rejected  bigint NOT NULL,
    -- What the reader has to say about the whole file (partial pages, guessed encodings …).
    notes        jsonb NOT NULL DEFAULT '[]',
    first_at     timestamptz,
    last_at      timestamptz,
    created_at   timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX usage_imports_file ON usage_imports (tenant_id, file_sha256, format, coalesce(model, ''));
CREATE INDEX usage_imports_newest ON usage_imports (tenant_id, created_at DESC, import_id);

CREATE TABLE usage_rejects (
    import_id  uuid NOT NULL REFERENCES usage_imports ON DELETE CASCADE,
    tenant_id  text NOT NULL,
    line       bigint NOT NULL,
    column_name text,
    value      text,
    code       text NOT NULL,
    message    text NOT NULL,
    next_step  text NOT NULL
);

CREATE INDEX usage_rejects_import ON usage_rejects (import_id, line);

CREATE TABLE usage_records (
    tenant_id    text NOT NULL,
    user_id      text NOT NULL,
    import_id    uuid NOT NULL REFERENCES usage_imports ON DELETE CASCADE,
    -- Source format and the row's own key in it: overlapping exports do not double.
    -- Compared byte by byte: keys have no language, and every imported row is looked up by them.
    source       text NOT NULL,
    source_key   text COLLATE "C" NOT NULL,
    occurred_at  timestamptz NOT NULL,
    provider     text,
    model        text NOT NULL,
    -- Calls the row stands for; 0 when the export sums calls without counting them.
    requests     bigint NOT NULL DEFAULT 1,
    input_tokens          bigint NOT NULL DEFAULT 0,
    cache_read_tokens     bigint NOT NULL DEFAULT 0,
    cache_write_5m_tokens bigint NOT NULL DEFAULT 0,
    cache_write_1h_tokens bigint NOT NULL DEFAULT 0,
    output_tokens         bigint NOT NULL DEFAULT 0,
    batch        boolean NOT NULL DEFAULT false,
    workload     text,
    team         text,
    end_user     text,
    status       text NOT NULL DEFAULT 'success',
    finish_reason text,
    duration_ms  bigint,
    first_token_ms bigint,
    -- USD of the whole row; null = unpriced, never 0 by default.
    cost_usd     numeric(20, 10),
    -- 'reported' (the export said so) | 'priced' (from the price table) | 'unpriced'
    cost_source  text NOT NULL,
    request_key  text,
    temperature  real,
    prefix_id    text,
    prefix_tokens bigint,
    retry_of     text COLLATE "C",
    served_from_cache boolean NOT NULL DEFAULT false,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, source, source_key)
);

CREATE INDEX usage_records_time ON usage_records (tenant_id, occurred_at);
-- Rows of one import lie together, so a summary of each block range finds them at hardly any cost.
CREATE INDEX usage_records_import ON usage_records USING brin (import_id);
