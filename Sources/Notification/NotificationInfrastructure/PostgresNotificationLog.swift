import DomainKit
import NotificationApplication
import NotificationDomain
import Postgres

/// Reads notifications.
public struct PostgresNotificationLog: NotificationLog {
    private let pool: PostgresPool

    public init(_ pool: PostgresPool) { self.pool = pool }

    public func notifications(
        of order: EntityID?, before id: EntityID?, limit: Int
    ) async throws -> [Notification] {
        // Two statements: one for both would be planned for neither index.
        let isOfOrder = order == nil ? "$3::uuid IS NULL" : "order_id = $3"
        return try await pool.query(
            """
            SELECT id, order_id, customer_id, template, channel, recipient, subject, body, html_body, status, reason,
                   attempts, created_at
            FROM notifications
            WHERE id < $1 AND \(isOfOrder)
            ORDER BY id DESC
            LIMIT $2
            """,
            [.id(id ?? EntityID(high: .max, low: .max)), .int(limit), .id(order)], as: Self.notification)
    }

    @Sendable private static func notification(_ row: borrowing PostgresRow) throws -> Notification {
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
