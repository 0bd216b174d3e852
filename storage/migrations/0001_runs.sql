-- Threads, their runs and the one event log.

-- A conversation or any other line of work. Status:
--   idle → busy (a run is pending or running) → idle | interrupted | error
CREATE TABLE threads (
    thread_id   uuid PRIMARY KEY,
    tenant_id   text NOT NULL,
    user_id     text NOT NULL,
    status      text NOT NULL DEFAULT 'idle'
                CHECK (status IN ('idle', 'busy', 'interrupted', 'error')),
    metadata    jsonb NOT NULL DEFAULT '{}',
    config      jsonb NOT NULL DEFAULT '{}',
    -- The graph's values when its last run ended, and what it waits for: {task_id: [interrupt]}.
    "values"    jsonb,
    interrupts  jsonb NOT NULL DEFAULT '{}',
    error       text,
    -- Runs that are pending or running; the thread is busy while there are any.
    open_runs   integer NOT NULL DEFAULT 0,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    state_updated_at timestamptz
);

CREATE INDEX threads_newest ON threads (tenant_id, user_id, updated_at DESC, thread_id);

-- A process that executes runs. It renews `heartbeat_at`; when that is too old, or the process is
-- known to be gone, its runs are handed to another.
CREATE TABLE workers (
    worker_id    uuid PRIMARY KEY,
    -- Which machine and which process on it, so that a restart there knows its predecessor is dead.
    machine      text NOT NULL,
    process_id   integer NOT NULL,
    process_started_at double precision NOT NULL,
    started_at   timestamptz NOT NULL DEFAULT now(),
    heartbeat_at timestamptz NOT NULL DEFAULT now()
);

-- One execution of a graph on a thread. Status:
--   pending → running → success | error | timeout | interrupted
--   pending → interrupted (cancelled before it started)
-- `interrupted` means cancelled; a run that paused for a human ended in success.
CREATE TABLE runs (
    run_id       uuid PRIMARY KEY,
    thread_id    uuid NOT NULL REFERENCES threads ON DELETE CASCADE,
    tenant_id    text NOT NULL,
    user_id      text NOT NULL,
    assistant_id text NOT NULL,
    graph_id     text NOT NULL,
    status       text NOT NULL DEFAULT 'pending'
                 CHECK (status IN ('pending', 'running', 'success', 'error', 'timeout', 'interrupted')),
    -- How its last `end` event said it ended.
    end_status   text CHECK (end_status IN ('success', 'error', 'interrupted', 'cancelled', 'timeout')),
    -- Input, command, config, context, stream modes: all that the run was asked to do.
    kwargs       jsonb NOT NULL DEFAULT '{}',
    metadata     jsonb NOT NULL DEFAULT '{}',
    multitask_strategy text NOT NULL DEFAULT 'enqueue',
    -- 0 before the first worker took it; every write of a run carries its attempt.
    attempt      integer NOT NULL DEFAULT 0,
    worker_id    uuid,
    -- The queue's job that executes it.
    job_id       bigint,
    cancel_requested_at timestamptz,
    cancel_reason text,
    error        text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    started_at   timestamptz,
    ended_at     timestamptz
);

CREATE INDEX runs_of_thread ON runs (thread_id, created_at DESC, run_id);
CREATE UNIQUE INDEX runs_one_running ON runs (thread_id) WHERE status = 'running';
CREATE INDEX runs_active ON runs (worker_id) WHERE status IN ('pending', 'running');

-- The pen of each thread's log: who may write (run and attempt) and the last number given out.
-- Narrow, because it changes with every flush.
CREATE TABLE event_heads (
    thread_id uuid PRIMARY KEY,
    last_seq  bigint NOT NULL DEFAULT 0,
    run_id    uuid,
    attempt   integer,
    -- The flush that moved it last, so that one whose answer was lost can ask whether it happened.
    flush_id  uuid
) WITH (fillfactor = 50);

-- The log. `seq` starts at 1 in each thread and rises by exactly 1 a row. `body` is the envelope's
-- JSON without `seq`, kept as text so that every reader gets the very bytes that were committed.
-- No foreign key: it would cost a look-up per event; deleting a thread deletes its log.
CREATE TABLE run_events (
    thread_id uuid NOT NULL,
    seq       bigint NOT NULL,
    run_id    uuid NOT NULL,
    type      text NOT NULL,
    body      text NOT NULL,
    PRIMARY KEY (thread_id, seq)
);

CREATE INDEX run_events_of_run ON run_events (run_id, seq);

-- What is too large for an event: stored once, named by the event.
CREATE TABLE artifacts (
    artifact_id uuid PRIMARY KEY,
    tenant_id   text NOT NULL,
    user_id     text NOT NULL,
    thread_id   uuid REFERENCES threads ON DELETE CASCADE,
    media_type  text NOT NULL,
    content     bytea NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX artifacts_of_thread ON artifacts (thread_id);
