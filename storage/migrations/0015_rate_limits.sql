-- How much of what is limited was used, and failed sign-ins. Only a hint that may get lost in a
-- crash, and written with every request: so it is not in the write-ahead log.

CREATE UNLOGGED TABLE rate_limits (
    policy   text NOT NULL,
    -- Who is limited: a user, a key, an address.
    subject  text NOT NULL,
    -- When nothing will be used any more, if nothing more is asked for: the theoretical arrival
    -- time of the generic cell rate algorithm.
    unused_at timestamptz NOT NULL,
    -- Time that one request uses, and most that may be used at once.
    step     interval NOT NULL,
    room     interval NOT NULL,
    -- Whether the last request fitted.
    fitted   boolean NOT NULL DEFAULT true,
    PRIMARY KEY (policy, subject)
) WITH (fillfactor = 50);

CREATE UNLOGGED TABLE login_failures (
    -- A digest of an e-mail address, or an address of the network.
    subject      text PRIMARY KEY,
    failures     integer NOT NULL DEFAULT 0,
    failed_at    timestamptz NOT NULL DEFAULT now(),
    -- No further attempt before.
    may_again_at timestamptz NOT NULL DEFAULT '-infinity'
);
