import DomainKit
import JSON
import Messaging
import NotificationApplication
import NotificationDomain
import Postgres

/// Keeps what is to be delivered in the table `deliveries`. All times are the database's: workers' clocks may differ.
public struct PostgresDeliveryQueue: DeliveryQueue {
    private let pool: PostgresPool

    public init(_ pool: PostgresPool) { self.pool = pool }

    public func exchange(
        _ finished: FinishedDeliveries?, for wanted: WantedDeliveries?, in work: any UnitOfWork
    ) async throws -> (recorded: Set<EntityID>, taken: [PendingDelivery]) {
        let sql = try work.sql
        if let finished, let lease = finished.lease, !finished.untouched.isEmpty {
            try await sql.enqueue(
                """
                UPDATE deliveries SET due_at = now(), lease = NULL
                WHERE notification_id = ANY($1::uuid[]) AND lease = $2
                """, [.ids(finished.untouched), .id(lease)])
        }
        let record = finished.flatMap { $0.results.isEmpty ? nil : DeliveryRecord.query($0, at: work.now) }
        let take = wanted.map(Self.taking)
        let recorded: [EntityID]
        let taken: [PendingDelivery]
        switch (record, take) {
        case (let record?, let take?): (recorded, taken) = try await sql.run(record, take)
        case (let record?, nil): (recorded, taken) = (try await sql.query(record), [])
        case (nil, let take?): (recorded, taken) = ([], try await sql.query(take))
        case (nil, nil): (recorded, taken) = ([], [])
        }
        return (Set(recorded), taken.sorted { $0.notification.id < $1.notification.id })
    }

    public func restart(
        _ notification: Notification, on channel: Channel, cause: Cause, in work: any UnitOfWork
    ) async throws {
        let sql = try work.sql
        try await sql.enqueue(
            """
            INSERT INTO deliveries (notification_id, channel, due_at, round, correlation_id, causation_id, traceparent,
                                    tracestate)
            SELECT $1, $2, now(), coalesce(max(round), 0) + 1, $3, $4::uuid, $5, $6
            FROM notification_attempts WHERE notification_id = $1
            ON CONFLICT (notification_id) DO UPDATE
            SET channel = excluded.channel, due_at = now(), lease = NULL, tries = 0, round = deliveries.round + 1,
                correlation_id = excluded.correlation_id, causation_id = excluded.causation_id,
                traceparent = excluded.traceparent, tracestate = excluded.tracestate
            """,
            [
                .id(notification.id), .text(channel.rawValue), .text(cause.correlationID), .id(cause.causationID),
                .text(cause.traceparent), .text(cause.tracestate),
            ])
        try await sql.enqueue(
            "UPDATE notifications SET status = 'Pending', reason = NULL, channel = $2 WHERE id = $1",
            [.id(notification.id), .text(channel.rawValue)])
    }

    public func due(on channels: [Channel], limit: Int) async throws -> [Channel: DueDeliveries] {
        let rows = try await pool.query(
            """
            SELECT channel, due.count, (extract(epoch FROM now() - due.first) * 1000)::bigint
            FROM unnest($1::text[]) AS channel, LATERAL (
                SELECT count(*), min(due_at) AS first FROM (
                    SELECT due_at FROM deliveries WHERE deliveries.channel = channel.channel AND due_at <= now()
                    ORDER BY due_at LIMIT $2) AS counted) AS due
            WHERE due.count > 0
            """, [.texts(channels.map(\.rawValue)), .int(limit)]
        ) { row in
            let channel = try known(Channel(rawValue: try row.text(0)), "channel")
            return (channel, DueDeliveries(count: try row.integer(1), age: .milliseconds(max(0, try row.int(2)))))
        }
        return Dictionary(rows, uniquingKeysWith: { first, _ in first })
    }

    private static func taking(_ wanted: WantedDeliveries) -> PostgresQuery<PendingDelivery> {
        let due = """
            d.channel = $1 AND d.due_at <= now() AND (d.follows IS NULL OR (
                SELECT true FROM deliveries AS first
                WHERE first.notification_id = d.follows AND first.lease IS NOT NULL AND first.due_at > now()
                LIMIT 1) IS NULL)
            """
        let columns = """
            \(NotificationRow.columns), d.round, d.tries, d.occasion, d.correlation_id, d.causation_id, d.traceparent,
            d.tracestate
            """
        // Whether an order was cancelled is asked where it may have been since the first try. What decides about few rows
        // is no EXISTS, and the limit stands in the text: the plan, which is made once, must not be one for many rows.
        let isUntrue = """
            n.template <> $2 AND (
                SELECT true FROM notifications AS last WHERE last.order_id = n.order_id AND last.template = $2 LIMIT 1
            ) IS NOT NULL
            """
        let limit = "ORDER BY d.due_at LIMIT \(max(1, wanted.limit))"
        let values: [PostgresValue] = [.text(wanted.channel.rawValue), .text(TemplateKey.orderCancelled.text)]
        guard let lease = wanted.lease else {
            return PostgresQuery(
                """
                SELECT \(columns), (d.tries > 0 OR d.lease IS NOT NULL) AND \(isUntrue)
                FROM deliveries AS d JOIN notifications AS n ON n.id = d.notification_id
                WHERE \(due) \(limit) FOR UPDATE OF d SKIP LOCKED
                """, values, as: pendingDelivery)
        }
        return PostgresQuery(
            """
            WITH due AS (
                SELECT d.notification_id, d.tries > 0 OR d.lease IS NOT NULL AS is_late FROM deliveries AS d
                WHERE \(due) \(limit) FOR UPDATE SKIP LOCKED
            )
            UPDATE deliveries AS d SET due_at = now() + $3 * interval '1 millisecond', lease = $4
            FROM due, notifications AS n
            WHERE d.notification_id = due.notification_id AND n.id = due.notification_id
            RETURNING \(columns), due.is_late AND \(isUntrue)
            """, values + [.int(Int64(lease.duration / .milliseconds(1))), .id(lease.id)], as: pendingDelivery)
    }

    @Sendable private static func pendingDelivery(_ row: borrowing PostgresRow) throws -> PendingDelivery {
        let next = NotificationRow.width
        let occasion = try row.optionalText(.index(next + 2)).flatMap { Occasion(kept: Array($0.utf8)) }
        return PendingDelivery(
            notification: try NotificationRow.notification(row), round: try row.integer(.index(next)),
            tries: try row.integer(.index(next + 1)), occasion: occasion,
            cause: Cause(
                correlationID: try row.text(.index(next + 3)), causationID: try row.optionalID(.index(next + 4)),
                traceparent: try row.optionalText(.index(next + 5)),
                tracestate: try row.optionalText(.index(next + 6))),
            isUntrue: try row.bool(.index(next + 7)))
    }
}

extension Occasion {
    /// Nil where it cannot be read: then this one notification fails, and not all that were taken with it.
    fileprivate init?(kept text: [UInt8]) {
        guard let json = try? JSONValue(parsing: text), let occasion = try? JSONReader.decode(Occasion.self, from: json)
        else { return nil }
        self = occasion
    }
}

extension PostgresTransaction {
    fileprivate func query<Row>(_ query: PostgresQuery<Row>) async throws -> [Row] {
        try await run(query.statement, decode: query.decode).rows
    }
}
