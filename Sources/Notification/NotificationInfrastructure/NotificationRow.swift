import NotificationDomain
import Postgres

/// How a notification stands in the table `notifications`.
enum NotificationRow {
    /// What was sent in one with being made has no `sent_at`.
    static let columns = """
        n.id, n.order_id, n.customer_id, n.template, n.channel, n.recipient, n.subject, n.body, n.html_body, n.status, \
        n.reason, n.attempts, n.created_at, n.locale, n.template_version, \
        CASE WHEN n.sent_at IS NULL AND n.status = 'Sent' THEN n.created_at ELSE n.sent_at END
        """
    /// How many columns that are.
    static let width = 16

    /// Reads a row that begins with ``columns`` of the table as `n`.
    @Sendable static func notification(_ row: borrowing PostgresRow) throws -> Notification {
        Notification(
            id: try row.id(0), orderID: try row.optionalID(1), customerID: try row.optionalID(2),
            template: try known(TemplateKey(try row.text(3)), "template"),
            channel: try known(Channel(rawValue: try row.text(4)), "channel"), recipient: try row.text(5),
            message: try message(row), locale: try row.optionalText(13).flatMap { LocaleTag($0) },
            templateVersion: try row.optionalInteger(14),
            status: try known(Notification.Status(rawValue: try row.text(9)), "status"),
            reason: try row.optionalText(10), attempts: try row.integer(11), createdAt: try row.timestamp(12),
            sentAt: try row.optionalTimestamp(15))
    }

    private static func message(_ row: borrowing PostgresRow) throws -> Message? {
        guard let subject = try row.optionalText(6), let text = try row.optionalText(7),
            let html = try row.optionalText(8)
        else { return nil }
        return Message(subject: subject, text: text, html: html)
    }
}
