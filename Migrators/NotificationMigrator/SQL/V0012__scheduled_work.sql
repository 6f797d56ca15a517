-- What is to be done at a later time, and which products ran low.

-- Rows are written with the change that the work follows from. Whoever does the work claims its row, does it and marks it as
-- done in one transaction.
CREATE TABLE scheduled_work (
    id             uuid        PRIMARY KEY,
    kind           text        NOT NULL,
    about          uuid,
    due_at         timestamptz NOT NULL,
    try_at         timestamptz,
    data           json        NOT NULL,
    correlation_id text        NOT NULL,
    causation_id   uuid,
    traceparent    text,
    tracestate     text,
    failures       integer     NOT NULL DEFAULT 0,
    last_error     text,
    done_at        timestamptz,
    outcome        text,
    CONSTRAINT scheduled_work_once_about UNIQUE (about, kind),
    CONSTRAINT scheduled_work_failures CHECK (failures >= 0),
    CONSTRAINT scheduled_work_done CHECK ((try_at IS NULL) = (done_at IS NOT NULL) AND (done_at IS NULL) = (outcome IS NULL))
) WITH (
    -- Follow-ups come due as fast as orders came.
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_analyze_scale_factor = 0.05
);

-- What is about nothing in particular is due once at a time, however many workers plan it.
CREATE UNIQUE INDEX scheduled_work_once_at ON scheduled_work (kind, due_at) WHERE about IS NULL;
CREATE INDEX scheduled_work_due ON scheduled_work (kind, try_at) WHERE try_at IS NOT NULL;
CREATE INDEX scheduled_work_failing ON scheduled_work (kind, due_at) WHERE failures > 0 AND try_at IS NOT NULL;
CREATE INDEX scheduled_work_by_age ON scheduled_work (done_at) WHERE done_at IS NOT NULL;

COMMENT ON TABLE scheduled_work IS 'What is to be done at a later time; what is done stays for SCHEDULED_WORK_KEPT.';
COMMENT ON COLUMN scheduled_work.about IS 'What it is about, such as an order; NULL where that is nothing in particular.';
COMMENT ON COLUMN scheduled_work.try_at IS 'When it is tried next: due_at, or later where it failed. NULL once it is done.';
COMMENT ON COLUMN scheduled_work.data IS 'What is needed to do it. Emptied once it is done: it can hold personal data.';
COMMENT ON COLUMN scheduled_work.correlation_id IS 'With the columns behind it: what led to it, for what follows from it.';
COMMENT ON COLUMN scheduled_work.outcome IS 'What came of it, or why it was called off.';

-- One row a product: the last time that it ran low. Stock publishes one event for each fall.
CREATE TABLE low_stock (
    product_id      uuid        PRIMARY KEY,
    sku             text        NOT NULL,
    name            text        NOT NULL,
    available       bigint      NOT NULL,
    threshold       bigint      NOT NULL,
    ran_low_at      timestamptz NOT NULL,
    notification_id uuid
);

CREATE INDEX low_stock_untold ON low_stock (product_id) WHERE notification_id IS NULL;

COMMENT ON TABLE low_stock IS 'Products that ran low, each with the figures of the last time.';
COMMENT ON COLUMN low_stock.notification_id IS 'The digest that tells the operator of this time; NULL until one does.';
