-- Delivery as a step of its own: handling an event writes what is to be told, and delivering it comes after that commit.

-- A notification that belongs to no order, such as a digest, is for no customer.
ALTER TABLE notifications
    ALTER COLUMN order_id DROP NOT NULL,
    ALTER COLUMN customer_id DROP NOT NULL,
    ADD COLUMN locale text,
    ADD COLUMN template_version integer,
    ADD COLUMN sent_at timestamptz,
    DROP CONSTRAINT notifications_status_known,
    DROP CONSTRAINT notifications_unsent_has_reason,
    -- Not valid: what is there fulfils them, since the constraints before were stricter. V0013 has it checked, without
    -- keeping anybody waiting.
    ADD CONSTRAINT notifications_status_known CHECK (status IN ('Pending', 'Sent', 'Failed', 'Skipped')) NOT VALID,
    ADD CONSTRAINT notifications_unsent_has_reason CHECK (status IN ('Pending', 'Sent') OR reason IS NOT NULL) NOT VALID,
    ADD CONSTRAINT notifications_channel_known CHECK (channel IN ('log', 'email', 'webhook')) NOT VALID;

COMMENT ON COLUMN notifications.order_id IS 'NULL where it tells of no order, such as a digest for the operator.';
COMMENT ON COLUMN notifications.recipient IS 'An e-mail address, customer:<id>, or operator: as it was when it was last used.';
COMMENT ON COLUMN notifications.status IS 'Pending until it was delivered, or it is certain that it will not be.';
COMMENT ON COLUMN notifications.reason IS 'Why it was not sent; while it is Pending, why the last attempt failed.';
COMMENT ON COLUMN notifications.locale IS 'The language of the message.';
COMMENT ON COLUMN notifications.sent_at IS 'When it was last sent. NULL for what was sent in one with being made.';

ALTER TABLE notification_templates
    DROP CONSTRAINT notification_templates_channel_known,
    ADD CONSTRAINT notification_templates_channel_known CHECK (channel IN ('log', 'email', 'webhook'));

-- What has still to be delivered, and what could not be. Rows come with their notification, and go once it is sent.
CREATE TABLE deliveries (
    notification_id uuid PRIMARY KEY REFERENCES notifications ON DELETE CASCADE,
    channel         text NOT NULL,
    due_at          timestamptz,
    lease           uuid,
    tries           integer NOT NULL DEFAULT 0,
    round           integer NOT NULL DEFAULT 0,
    follows         uuid,
    occasion        json,
    correlation_id  text NOT NULL,
    causation_id    uuid,
    traceparent     text,
    tracestate      text,
    CONSTRAINT deliveries_channel_known CHECK (channel IN ('log', 'email', 'webhook')),
    CONSTRAINT deliveries_counts CHECK (tries >= 0 AND round >= 0)
) WITH (
    -- Every row is deleted soon: vacuum early, and do not dawdle.
    fillfactor = 70,
    autovacuum_vacuum_scale_factor = 0.01,
    autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0.1,
    autovacuum_analyze_threshold = 5000
);

CREATE INDEX deliveries_due ON deliveries (channel, due_at) WHERE due_at IS NOT NULL;

COMMENT ON TABLE deliveries IS 'Notifications to be delivered, and those that could not be.';
COMMENT ON COLUMN deliveries.due_at IS
    'When to try next; under a lease, when that ends. NULL: parked, until somebody has it sent again.';
COMMENT ON COLUMN deliveries.lease IS 'Whoever tries just now: what became of it is recorded only under the same lease.';
COMMENT ON COLUMN deliveries.tries IS 'How often it was tried in this round.';
COMMENT ON COLUMN deliveries.round IS 'How often somebody had it sent again on purpose.';
COMMENT ON COLUMN deliveries.follows IS 'The notification that was under way when this one made it untrue: it goes first.';
COMMENT ON COLUMN deliveries.occasion IS 'The facts that it tells of. NULL where the message is kept with the notification.';
COMMENT ON COLUMN deliveries.correlation_id IS 'With the columns behind it: what led to it, for what follows from it.';

-- Every time that a notification was handed to a channel. Only ever added to.
CREATE TABLE notification_attempts (
    notification_id uuid        NOT NULL REFERENCES notifications ON DELETE CASCADE,
    number          integer     NOT NULL,
    round           integer     NOT NULL,
    at              timestamptz NOT NULL,
    duration_ms     integer     NOT NULL,
    channel         text        NOT NULL,
    outcome         text        NOT NULL,
    detail          text,
    PRIMARY KEY (notification_id, number),
    CONSTRAINT notification_attempts_outcome_known CHECK (outcome IN ('Sent', 'Deferred', 'Failed'))
);

COMMENT ON COLUMN notification_attempts.number IS 'From 1, through all rounds.';
COMMENT ON COLUMN notification_attempts.outcome IS
    'Sent; Deferred: not taken, and to be tried again; Failed: not taken, and not tried again.';
COMMENT ON COLUMN notification_attempts.detail IS 'Why it was not taken, in the words of the other side.';
