import DomainKit
import NotificationApplication
import NotificationDomain
import Postgres

/// Reads notifications.
public struct PostgresNotificationLog: NotificationLog {
    private let pool: PostgresPool

    public init(_ pool: PostgresPool) { self.pool = pool }

    public func notifications(
        matching filter: NotificationFilter, before id: EntityID?, limit: Int
    ) async throws -> [Notification] {
        // One text for each combination: one for all would be planned for no index.
        var values: [PostgresValue] = [.id(min(id ?? .last, filter.to.map { .first(at: $0) } ?? .last)), .int(limit)]
        var conditions = "n.id < $1"
        func require(_ condition: (String) -> String, _ value: PostgresValue) {
            values.append(value)
            conditions += " AND " + condition("$\(values.count)")
        }
        if let order = filter.orderID { require({ "n.order_id = \($0)" }, .id(order)) }
        if let customer = filter.customerID { require({ "n.customer_id = \($0)" }, .id(customer)) }
        // In the text, for the index over what was not sent; what is pending is found by its delivery.
        if let status = filter.status { conditions += " AND n.status = '\(status.rawValue)'" }
        if filter.status == .pending {
            conditions += " AND n.id IN (SELECT notification_id FROM deliveries WHERE due_at IS NOT NULL)"
        }
        if let from = filter.from { require({ "n.id >= \($0)" }, .id(.first(at: from))) }
        return try await pool.query(
            """
            SELECT \(NotificationRow.columns) FROM notifications AS n WHERE \(conditions) ORDER BY n.id DESC LIMIT $2
            """, values, as: NotificationRow.notification)
    }

    public func notification(
        _ id: EntityID
    ) async throws -> (notification: Notification, attempts: [DeliveryAttempt])? {
        try await pool.transaction(isolation: .repeatableRead) { sql in
            let (found, attempts) = try await sql.run(
                PostgresQuery(
                    "SELECT \(NotificationRow.columns) FROM notifications AS n WHERE n.id = $1", [.id(id)],
                    as: NotificationRow.notification),
                PostgresQuery(
                    """
                    SELECT number, round, at, duration_ms, channel, outcome, detail FROM notification_attempts
                    WHERE notification_id = $1 ORDER BY number
                    """, [.id(id)], as: DeliveryAttempt.init))
            return found.first.map { (notification: $0, attempts: attempts) }
        }
    }
}

extension EntityID {
    /// No identity is greater.
    fileprivate static let last = EntityID(high: .max, low: .max)

    /// A bound: what was made before that time has a smaller identity, and what was made then or later none.
    fileprivate static func first(at time: Timestamp) -> EntityID {
        EntityID(high: UInt64(max(0, time.microseconds / 1_000)) << 16, low: 0)
    }
}

extension DeliveryAttempt {
    @Sendable fileprivate init(_ row: borrowing PostgresRow) throws {
        self.init(
            number: try row.integer(0), round: try row.integer(1), at: try row.timestamp(2),
            duration: .milliseconds(try row.int(3)), channel: try known(Channel(rawValue: try row.text(4)), "channel"),
            outcome: try known(Outcome(rawValue: try row.text(5)), "outcome"), detail: try row.optionalText(6))
    }
}
