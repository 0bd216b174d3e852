-- What people think of a run's answer: one opinion of its owner a run, gone with the run.

CREATE TABLE run_feedback (
    run_id     uuid PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
    tenant_id  text NOT NULL,
    user_id    text NOT NULL,
    score      smallint NOT NULL CHECK (score IN (-1, 1)),
    comment    text,
    updated_at timestamptz NOT NULL DEFAULT now()
);

ALTER TABLE run_feedback ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON run_feedback TO goldenpath_api USING (
    tenant_id = (SELECT acting_tenant()) AND user_id = (SELECT acting_user())
);
