-- Approvers see which workflow asks them, though they may not see the workflow itself.
ALTER TABLE approvals ADD COLUMN workflow_name text NOT NULL DEFAULT '';
UPDATE approvals a SET workflow_name = w.name FROM workflows w WHERE w.workflow_id = a.workflow_id;
