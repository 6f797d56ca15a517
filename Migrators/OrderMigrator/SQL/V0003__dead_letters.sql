-- The same in every domain: messages that could not be handled, and everything that was done about them.

-- One row for each message that died at a consumer, however often it did.
CREATE TABLE dead_letters (
    seq             bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer        text        NOT NULL,
    message_id      uuid        NOT NULL,
    sent_message_id text,
    type            text,
    aggregate_type  text,
    aggregate_id    uuid,
    occurred_at     timestamptz,
    headers         json        NOT NULL,
    body            bytea       NOT NULL,
    reason          text        NOT NULL,
    attempts        integer     NOT NULL,
    first_failed_at timestamptz NOT NULL,
    last_failed_at  timestamptz NOT NULL,
    died_at         timestamptz NOT NULL,
    status          text        NOT NULL DEFAULT 'Waiting',
    redrives        integer     NOT NULL DEFAULT 0,
    last_death      integer     NOT NULL DEFAULT 0,
    redrive_id      uuid,
    redriven_at     timestamptz,
    CONSTRAINT dead_letters_key UNIQUE (message_id, consumer),
    CONSTRAINT dead_letters_status CHECK (status IN ('Waiting', 'Queued', 'Redriven', 'Handled', 'Discarded')),
    CONSTRAINT dead_letters_redrives CHECK (redrives >= 0 AND last_death BETWEEN 0 AND redrives)
);

CREATE INDEX dead_letters_by_status ON dead_letters (status, seq);
CREATE INDEX dead_letters_by_redrive ON dead_letters (redrive_id, status, seq) WHERE redrive_id IS NOT NULL;
CREATE INDEX dead_letters_by_age ON dead_letters (died_at);

COMMENT ON COLUMN dead_letters.consumer IS 'The queue whose consumer could not handle it.';
COMMENT ON COLUMN dead_letters.message_id IS 'As sent; where that is no UUID, one made from what the message holds.';
COMMENT ON COLUMN dead_letters.sent_message_id IS 'The message id as sent, where that is no UUID.';
COMMENT ON COLUMN dead_letters.body IS 'The bytes as they came, whether anybody can read them or not.';
COMMENT ON COLUMN dead_letters.attempts IS 'How many attempts have failed, over all deaths.';
COMMENT ON COLUMN dead_letters.died_at IS 'When the last death was written down. Rows are kept for 15 days from then.';
COMMENT ON COLUMN dead_letters.status IS
    'Waiting for a person; Queued in a bulk redrive; Redriven and on its way; Handled by its consumer; Discarded.';
COMMENT ON COLUMN dead_letters.redrives IS
    'How often it was sent again. The number travels with it, so that a death names its redrive.';
COMMENT ON COLUMN dead_letters.last_death IS
    'Of which redrive the last death was. A delivery of that death or an earlier one is a repetition.';
COMMENT ON COLUMN dead_letters.redrive_id IS 'The bulk redrive that it last belonged to.';

-- Redrives of many: the first message goes alone, and the rest once it was handled. A worker carries them on.
CREATE TABLE dead_letter_redrives (
    redrive_id   uuid        PRIMARY KEY,
    requested_at timestamptz NOT NULL,
    requested_by text        NOT NULL,
    filter       json        NOT NULL,
    selected     integer     NOT NULL,
    state        text        NOT NULL,
    first_letter bigint,
    outcome      text,
    finished_at  timestamptz,
    CONSTRAINT dead_letter_redrives_state CHECK (state IN ('Trying', 'Running', 'Done', 'Stopped')),
    CONSTRAINT dead_letter_redrives_finished CHECK ((state IN ('Done', 'Stopped')) = (finished_at IS NOT NULL))
);

CREATE INDEX dead_letter_redrives_open ON dead_letter_redrives (requested_at) WHERE finished_at IS NULL;

COMMENT ON COLUMN dead_letter_redrives.requested_by IS 'The correlation id of the request.';
COMMENT ON COLUMN dead_letter_redrives.first_letter IS 'The dead letter that goes alone, once it has been sent.';

-- What happened to each dead letter, oldest first. Only ever added to.
CREATE TABLE dead_letter_actions (
    seq        bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer   text        NOT NULL,
    message_id uuid        NOT NULL,
    action     text        NOT NULL,
    at         timestamptz NOT NULL,
    detail     text,
    redrive_id uuid,
    CONSTRAINT dead_letter_actions_action CHECK (
        action IN ('Died', 'Queued', 'Redriven', 'Handled', 'Refused', 'Released', 'Discarded'))
);

CREATE INDEX dead_letter_actions_by_message ON dead_letter_actions (message_id, consumer, seq);
CREATE INDEX dead_letter_actions_by_redrive ON dead_letter_actions (redrive_id) WHERE redrive_id IS NOT NULL;
CREATE INDEX dead_letter_actions_by_age ON dead_letter_actions (at);
