-- Templates: workflows that others in the tenant may begin from, without what is their author's alone.
-- Status:
--   private → in_review → public | rejected
--   any → private (taken back, or published anew)
CREATE TABLE workflow_templates (
    template_id uuid PRIMARY KEY,
    tenant_id   text NOT NULL,
    -- Its author.
    user_id     text NOT NULL,
    -- What it was made from; each workflow has one template.
    workflow_id uuid NOT NULL UNIQUE REFERENCES workflows,
    version     integer NOT NULL,
    title       text NOT NULL,
    description text NOT NULL,
    category    text NOT NULL,
    services    text[] NOT NULL,
    blueprint   jsonb NOT NULL,
    -- What was taken out, for who fills it in: [{node_id, field, reason}].
    removed     jsonb NOT NULL,
    status      text NOT NULL DEFAULT 'private'
                CHECK (status IN ('private', 'in_review', 'public', 'rejected')),
    reason      text,
    reviewed_by text,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX workflow_templates_of_tenant ON workflow_templates (tenant_id, status, updated_at DESC);

-- Shipped templates have no rows, so these name templates by text.
CREATE TABLE template_ratings (
    template_id text NOT NULL,
    tenant_id   text NOT NULL,
    user_id     text NOT NULL,
    stars       integer NOT NULL CHECK (stars BETWEEN 1 AND 5),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, template_id, user_id)
);

CREATE TABLE template_uses (
    template_id text NOT NULL,
    tenant_id   text NOT NULL,
    user_id     text NOT NULL,
    workflow_id uuid NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, template_id, workflow_id)
);

DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['workflow_templates', 'template_ratings', 'template_uses'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format(
            'CREATE POLICY own ON %I TO goldenpath_api USING ('
            'tenant_id = (SELECT acting_tenant()) AND user_id = (SELECT acting_user()))', name
        );
    END LOOP;
END $$;
-- What is published is for all of the tenant, and so is what they think of it.
CREATE POLICY published ON workflow_templates FOR SELECT TO goldenpath_api USING (
    tenant_id = (SELECT acting_tenant()) AND status <> 'private'
);
CREATE POLICY reviewed ON workflow_templates FOR UPDATE TO goldenpath_api
    USING (tenant_id = (SELECT acting_tenant()) AND status = 'in_review')
    WITH CHECK (tenant_id = (SELECT acting_tenant()) AND status IN ('public', 'rejected'));
CREATE POLICY of_tenant ON template_ratings FOR SELECT TO goldenpath_api USING (
    tenant_id = (SELECT acting_tenant())
);
CREATE POLICY of_tenant ON template_uses FOR SELECT TO goldenpath_api USING (
    tenant_id = (SELECT acting_tenant())
);
