-- Sharing: an owner lets other members of the tenant see a workflow, or change it too. Its runs act
-- for the owner all the same.

-- So that a share can only be of the owner's own workflow.
ALTER TABLE workflows ADD CONSTRAINT workflows_of_owner UNIQUE (workflow_id, tenant_id, user_id);

CREATE TABLE workflow_shares (
    workflow_id uuid NOT NULL,
    tenant_id   text NOT NULL,
    -- The owner.
    user_id     text NOT NULL,
    -- With whom it is shared.
    member_id   text NOT NULL CHECK (member_id <> user_id),
    rights      text NOT NULL CHECK (rights IN ('viewer', 'editor')),
    created_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (workflow_id, member_id),
    FOREIGN KEY (workflow_id, tenant_id, user_id)
        REFERENCES workflows (workflow_id, tenant_id, user_id) ON DELETE CASCADE
);

CREATE INDEX workflow_shares_of_member ON workflow_shares (tenant_id, member_id, workflow_id);

ALTER TABLE workflow_shares ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON workflow_shares TO goldenpath_api USING (
    tenant_id = (SELECT acting_tenant()) AND user_id = (SELECT acting_user())
);
CREATE POLICY with_me ON workflow_shares FOR SELECT TO goldenpath_api USING (
    tenant_id = (SELECT acting_tenant()) AND member_id = (SELECT acting_user())
);

-- Whoever a workflow is shared with sees it. What editors change is written for the owner, after
-- their rights were looked at.
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['workflows', 'workflow_versions'] LOOP
        EXECUTE format(
            'CREATE POLICY shared ON %1$I FOR SELECT TO goldenpath_api USING ('
            'tenant_id = (SELECT acting_tenant()) AND EXISTS ('
            'SELECT 1 FROM workflow_shares s WHERE s.workflow_id = %1$I.workflow_id '
            'AND s.tenant_id = %1$I.tenant_id AND s.member_id = (SELECT acting_user())))', name
        );
    END LOOP;
END $$;
