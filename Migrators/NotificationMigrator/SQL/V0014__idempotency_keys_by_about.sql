-- tradewind:no-transaction
-- The same in every domain: finds what was answered about an aggregate, for whoever asks what is known of a person or
-- wants it erased.
CREATE INDEX CONCURRENTLY idempotency_keys_by_about ON idempotency_keys (about);
