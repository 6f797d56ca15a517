import DomainKit
import Messaging
import NotificationDomain
import Postgres

/// What delivery keeps of customers: what they are to be told, and what was said of attempts to tell them.
enum HeldDeliveries {
    static func find(of customer: EntityID, in sql: some PostgresStatements) async throws -> [HeldText] {
        try await sql.query(
            """
            SELECT 'deliveries', n.template, n.created_at, d.occasion::text
            FROM deliveries AS d JOIN notifications AS n ON n.id = d.notification_id
            WHERE n.customer_id = $1 AND d.occasion IS NOT NULL
            UNION ALL
            SELECT 'notification attempts', n.template, a.at, a.detail
            FROM notification_attempts AS a JOIN notifications AS n ON n.id = a.notification_id
            WHERE n.customer_id = $1 AND a.detail IS NOT NULL
            """, [.id(customer)]
        ) { row in
            HeldText(heldIn: try row.text(0), type: try row.text(1), at: try row.timestamp(2), text: try row.text(3))
        }
    }

    /// Nothing of it is delivered any more; what is being delivered just now will find its lease gone. Call it before the
    /// notifications are changed: whoever records a delivery takes the rows in that order.
    static func erase(about orders: [EntityID], in sql: some PostgresStatements) async throws {
        try await sql.execute(
            """
            DELETE FROM deliveries
            WHERE notification_id IN (SELECT id FROM notifications WHERE order_id = ANY($1::uuid[]))
            """, [.ids(orders)])
        try await sql.execute(
            """
            UPDATE notification_attempts SET detail = 'erased'
            WHERE notification_id IN (SELECT id FROM notifications WHERE order_id = ANY($1::uuid[]))
              AND detail IS NOT NULL
            """, [.ids(orders)])
    }
}

extension RetentionRule {
    /// What notifications tell of that could not be delivered, or were not to be. What has no message by then cannot be sent
    /// any more.
    public static func parkedDeliveries(kept: Duration = .seconds(30 * 86_400)) -> RetentionRule {
        RetentionRule(
            "parked deliveries", kept: kept,
            steps: [
                .delete(
                    """
                    DELETE FROM deliveries WHERE notification_id IN (
                        SELECT notification_id FROM deliveries
                        WHERE due_at IS NULL AND notification_id < first_id_at(now() - $1::interval)
                        ORDER BY notification_id LIMIT $2)
                    """, limit: 1_000)
            ])
    }
}
