-- What retention looks for, and when it last cleared away.

-- Of the log only stream parts are cleared while their thread lives. They are few at any time, and
-- the events that people see are in this index never.
CREATE INDEX run_events_stream_parts ON run_events (run_id, seq)
    WHERE type NOT IN (
        'agent_started', 'agent_thinking', 'tool_executing', 'tool_completed', 'agent_completed',
        'interrupt', 'error', 'end', 'resumed'
    );

CREATE INDEX runs_ended ON runs (ended_at, run_id) WHERE ended_at IS NOT NULL;
CREATE INDEX threads_gone ON threads (gone_at, thread_id) WHERE gone_at IS NOT NULL;

-- One row: the last time that everything was looked through, and what was cleared.
CREATE TABLE last_tidying (
    only_one    boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    finished_at timestamptz NOT NULL,
    cleared     jsonb NOT NULL
);
