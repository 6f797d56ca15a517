import DomainKit
import Messaging
import NotificationApplication
import NotificationDomain
import Postgres

/// Keeps notifications in the table `notifications`, and what is to be delivered of them in `deliveries`: any number of them
/// in one statement each.
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

    public func claim(_ id: EntityID, in work: any UnitOfWork) async throws -> ClaimedNotification? {
        let sql = try work.sql
        // The order before the row: that is how others take them. A notification stays with its order.
        let found = try await sql.first(
            """
            SELECT order_id, EXISTS (SELECT FROM erased_aggregates WHERE aggregate_id = id) FROM notifications
            WHERE id = $1
            """, [.id(id)]
        ) { (order: try $0.optionalID(0), isErased: try $0.bool(1)) }
        guard let found else { return nil }
        let claimed =
            if let order = found.order { try await claim([order], in: work) } else { ClaimedOrders(told: [:]) }
        let row = try await sql.first(
            """
            SELECT \(NotificationRow.columns),
                   EXISTS (SELECT FROM deliveries WHERE notification_id = n.id AND occasion IS NOT NULL)
            FROM notifications AS n WHERE n.id = $1 FOR UPDATE OF n
            """, [.id(id)]
        ) { (try NotificationRow.notification($0), try $0.bool(.index(NotificationRow.width))) }
        return row.map { notification, isComposable in
            ClaimedNotification(
                notification, told: found.order.flatMap { claimed.told[$0] } ?? [],
                isErased: found.isErased || !claimed.erased.isEmpty, isComposable: isComposable)
        }
    }

    public func add(_ notifications: [NewNotification], in work: any UnitOfWork) async throws {
        let (sql, made) = (try work.sql, notifications.map(\.notification))
        try await sql.enqueue(
            """
            INSERT INTO notifications (id, order_id, customer_id, template, channel, recipient, status, reason, created_at)
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[],
                                 $8::text[], $9::timestamptz[])
            """,
            [
                .ids(made.map(\.id)), .ids(made.map(\.orderID)), .ids(made.map(\.customerID)),
                .texts(made.map(\.template.text)), .texts(made.map(\.channel.rawValue)), .texts(made.map(\.recipient)),
                .texts(made.map(\.status.rawValue)), .texts(made.map(\.reason)), .timestamps(made.map(\.createdAt)),
            ])
        let open = notifications.filter { $0.occasion != nil }
        guard !open.isEmpty else { return }
        try await sql.enqueue(
            """
            INSERT INTO deliveries (notification_id, channel, due_at, occasion, correlation_id, causation_id, traceparent,
                                    tracestate)
            SELECT id, channel, CASE WHEN is_due THEN now() END, occasion::json, correlation_id, causation_id, traceparent,
                   tracestate
            FROM unnest($1::uuid[], $2::text[], $3::boolean[], $4::text[], $5::text[], $6::uuid[], $7::text[], $8::text[])
                 AS new (id, channel, is_due, occasion, correlation_id, causation_id, traceparent, tracestate)
            """,
            [
                .ids(open.map(\.notification.id)), .texts(open.map(\.notification.channel.rawValue)),
                .bools(open.map { $0.notification.status == .pending }), .texts(open.map(\.occasion?.jsonText)),
                .texts(open.map(\.cause.correlationID)), .ids(open.map(\.cause.causationID)),
                .texts(open.map(\.cause.traceparent)), .texts(open.map(\.cause.tracestate)),
            ])
    }

    public func supersede(
        _ kinds: Set<TemplateKey>, of orders: Set<EntityID>, by template: TemplateKey, in work: any UnitOfWork
    ) async throws {
        let (sql, values) = (try work.sql, [PostgresValue.ids(Array(orders)), .texts(kinds.map(\.text))])
        // A lease that has ended is one of a worker that died.
        try await sql.enqueue(
            """
            WITH waiting AS (
                DELETE FROM deliveries AS d USING notifications AS n
                WHERE n.order_id = ANY($1::uuid[]) AND n.template = ANY($2::text[]) AND n.id = d.notification_id
                  AND d.due_at IS NOT NULL AND (d.lease IS NULL OR d.due_at <= now())
                RETURNING d.notification_id
            )
            UPDATE notifications SET status = 'Skipped', reason = $3
            WHERE id IN (SELECT notification_id FROM waiting)
            """, values + [.text(DeliverNotification.reason(supersededBy: template))])
        // A statement of its own: it sees what was taken while the first waited.
        try await sql.enqueue(
            """
            UPDATE deliveries AS later SET follows = d.notification_id
            FROM notifications AS n, notifications AS other, deliveries AS d
            WHERE n.order_id = ANY($1::uuid[]) AND n.template = $3 AND later.notification_id = n.id
              AND other.order_id = n.order_id AND other.template = ANY($2::text[])
              AND d.notification_id = other.id AND d.lease IS NOT NULL AND d.due_at > now()
            """, values + [.text(template.text)])
    }
}

extension EntityID {
    /// The same in every process and version: the low half folded, whose bits are random in a UUID of version 7.
    fileprivate var lockHash: Int32 { Int32(truncatingIfNeeded: low ^ low >> 32) }
}
