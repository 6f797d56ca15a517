-- Has the constraints of V0009 checked, while everybody goes on.
ALTER TABLE notifications VALIDATE CONSTRAINT notifications_status_known;
ALTER TABLE notifications VALIDATE CONSTRAINT notifications_unsent_has_reason;
ALTER TABLE notifications VALIDATE CONSTRAINT notifications_channel_known;
