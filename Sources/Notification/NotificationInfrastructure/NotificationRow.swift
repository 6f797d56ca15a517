import NotificationDomain
import Postgres

/// How a notification stands in the table `notifications`.
enum NotificationRow {
    static let columns = """
        id, order_id, customer_id, template, channel, recipient, subject, body, html_body, status, reason, attempts, \
        created_at
        """

    /// Reads a row of ``columns``.
    @Sendable static func notification(_ row: borrowing PostgresRow) throws -> Notification {
        Notification(
            id: try row.id(0), orderID: try row.id(1), customerID: try row.id(2),
            template: try known(TemplateKey(try row.text(3)), "template"),
            channel: try known(Channel(rawValue: try row.text(4)), "channel"), recipient: try row.text(5),
            message: try message(row), status: try known(Notification.Status(rawValue: try row.text(9)), "status"),
            reason: try row.optionalText(10), attempts: try row.integer(11), createdAt: try row.timestamp(12))
    }

    private static func message(_ row: borrowing PostgresRow) throws -> Message? {
        guard let subject = try row.optionalText(6), let text = try row.optionalText(7),
            let html = try row.optionalText(8)
        else { return nil }
        return Message(subject: subject, text: text, html: html)
    }
}
