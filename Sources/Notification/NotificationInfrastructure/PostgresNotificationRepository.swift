import DomainKit
import Messaging
import NotificationApplication
import NotificationDomain
import Postgres

/// Keeps notifications in the table `notifications`, any number of them in one statement.
public struct PostgresNotificationRepository: NotificationRepository {
    /// The class of the advisory locks by which orders are claimed: "ntfy" in ASCII. The other half of a key is the
    /// order's hash, so that two orders that share one at worst wait for each other.
    private static let lockClass = 0x6E74_6679

    public init() {}

    public func claim(
        _ orders: Set<EntityID>, in work: any UnitOfWork
    ) async throws -> ClaimedOrders {
        // In ascending order, so that two batches cannot wait for each other in a circle.
        try await work.sql.enqueue(
            """
            SELECT pg_advisory_xact_lock_shared($3::int, 0), pg_advisory_xact_lock($1::int, hash)
            FROM unnest($2::int[]) AS hash
            """, [.int(Self.lockClass), .ints(Set(orders.map(\.lockHash)).sorted()), .int(Erasure.lock)])
        // A statement of its own: it sees what others committed while the locks were waited for.
        let rows = try await work.sql.query(
            """
            SELECT order_id, template FROM notifications WHERE order_id = ANY($1::uuid[])
            UNION ALL SELECT aggregate_id, NULL FROM erased_aggregates WHERE aggregate_id = ANY($1::uuid[])
            """, [.ids(Array(orders))]
        ) { row in
            let key = try row.optionalText(1)
            return (order: try row.id(0), template: try key.map { try known(TemplateKey($0), "template") })
        }
        return ClaimedOrders(
            told: Dictionary(grouping: rows, by: \.order).mapValues { Set($0.compactMap(\.template)) },
            erased: Set(rows.filter { $0.template == nil }.map(\.order)))
    }

    public func add(_ notifications: [Notification], in work: any UnitOfWork) async throws {
        try await work.sql.enqueue(
            """
            INSERT INTO notifications (id, order_id, customer_id, template, channel, recipient, subject, body, html_body,
                                       status, reason, attempts, created_at)
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
                                 $8::text[], $9::text[], $10::text[], $11::text[], $12::int[], $13::timestamptz[])
            """,
            [
                .ids(notifications.map(\.id)), .ids(notifications.map(\.orderID)),
                .ids(notifications.map(\.customerID)), .texts(notifications.map(\.template.text)),
                .texts(notifications.map(\.channel.rawValue)), .texts(notifications.map(\.recipient)),
                .texts(notifications.map(\.message?.subject)), .texts(notifications.map(\.message?.text)),
                .texts(notifications.map(\.message?.html)), .texts(notifications.map(\.status.rawValue)),
                .texts(notifications.map(\.reason)), .ints(notifications.map(\.attempts)),
                .timestamps(notifications.map(\.createdAt)),
            ])
    }
}

extension EntityID {
    /// The same in every process and version: the low half folded, whose bits are random in a UUID of version 7.
    fileprivate var lockHash: Int32 { Int32(truncatingIfNeeded: low ^ low >> 32) }
}
