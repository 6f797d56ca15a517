import DomainKit
import Messaging
import NotificationApplication
import NotificationDomain
import Postgres

/// What the database of Notification holds of a customer: in `notifications`, `deliveries`, `notification_attempts`,
/// `customers`, `customer_preferences`, `scheduled_work`, `outbox` and `dead_letters`. The inbox holds identities of messages
/// alone.
public struct PostgresCustomerData: CustomerData {
    private let pool: PostgresPool

    public init(_ pool: PostgresPool) { self.pool = pool }

    public func record(of customer: EntityID) async throws -> CustomerRecord {
        try await pool.transaction(isolation: .repeatableRead) { sql in
            let notifications = try await sql.query(
                """
                SELECT \(NotificationRow.columns) FROM notifications AS n WHERE n.customer_id = $1
                ORDER BY n.id DESC
                """, [.id(customer)], as: NotificationRow.notification)
            let aggregates = Set(notifications.compactMap(\.orderID)).union(notifications.map(\.id))
            let texts = try await HeldMessages.find(about: Array(aggregates), naming: customer, in: sql)
            let copies = try await PostgresCustomerCopies.held(of: customer, in: sql)
            let said = try await PostgresCustomerPreferences.held(of: customer, in: sql)
            let deliveries = try await HeldDeliveries.find(of: customer, in: sql)
            let planned = try await PostgresSchedule.held(about: Array(aggregates), in: sql)
            return CustomerRecord(notifications: notifications, texts: texts + copies + said + deliveries + planned)
        }
    }

    public func erase(_ customer: EntityID, orders: Set<EntityID>, in work: any UnitOfWork) async throws {
        let sql = try work.sql
        let told = try await sql.query(
            "SELECT DISTINCT order_id FROM notifications WHERE customer_id = $1 AND order_id IS NOT NULL",
            [.id(customer)]
        ) { try $0.id(0) }
        let orders = Array(orders.union(told))
        // Before the lock, which doing such work takes, too; and after it, since some may have been planned meanwhile.
        try await PostgresSchedule.erase(about: orders, in: sql)
        // It waits for those that are telling the customer something just now. The customer's own id keeps a copy
        // from coming back.
        try await Erasure.erase(orders + [customer], of: customer, in: work)
        try await PostgresSchedule.erase(about: orders, in: sql)
        try await PostgresCustomerCopies.erase(customer, in: sql)
        try await PostgresCustomerPreferences.erase(customer, in: sql)
        try await HeldDeliveries.erase(about: orders, in: sql)
        let notifications = try await sql.query(
            """
            UPDATE notifications
            SET status = CASE status WHEN 'Pending' THEN 'Skipped' ELSE status END,
                recipient = 'customer:' || customer_id, subject = CASE WHEN subject IS NOT NULL THEN 'erased' END,
                body = CASE WHEN body IS NOT NULL THEN 'erased' END,
                html_body = CASE WHEN html_body IS NOT NULL THEN 'erased' END,
                reason = CASE WHEN status = 'Pending' THEN 'the customer''s data was erased'
                              WHEN reason IS NOT NULL THEN 'erased' END
            WHERE order_id = ANY($1::uuid[]) RETURNING id
            """, [.ids(orders)]
        ) { try $0.id(0) }
        try await Erasure.erase(notifications, of: customer, in: work)
    }
}
