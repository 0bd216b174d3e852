-- Reports that agents wrote, reproducible from the facts they keep.

CREATE TABLE reports (
    report_id  uuid PRIMARY KEY,
    tenant_id  text NOT NULL,
    user_id    text NOT NULL,
    thread_id  uuid,
    title      text NOT NULL,
    -- The report as data (sections, tables, figures, charts): what every rendering starts from.
    content    jsonb NOT NULL,
    -- Markdown as it was shown.
    markdown   text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX reports_newest ON reports (tenant_id, created_at DESC, report_id);
