-- tradewind:no-transaction
-- Finds what was not sent, among many that were. What is pending is found by its delivery.
CREATE INDEX CONCURRENTLY notifications_unsent ON notifications (status, id) WHERE status IN ('Failed', 'Skipped');
