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
            SELECT \(NotificationRow.columns) FROM notifications
            WHERE id < $1 AND \(isOfOrder)
            ORDER BY id DESC
            LIMIT $2
            """,
            [.id(id ?? EntityID(high: .max, low: .max)), .int(limit), .id(order)], as: NotificationRow.notification)
    }
}
