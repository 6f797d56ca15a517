-- tradewind:no-transaction
-- Finds what a customer was told, for whoever asks what is known of them or wants it erased.
CREATE INDEX CONCURRENTLY notifications_by_customer ON notifications (customer_id);
