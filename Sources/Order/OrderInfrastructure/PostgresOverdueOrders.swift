import DomainKit
import Messaging
import OrderApplication
import OrderDomain
import Postgres

/// Finds overdue orders by the index over status and identity.
public struct PostgresOverdueOrders: OverdueOrders {
    /// The advisory lock that ``claim(in:)`` takes: "overdue" in ASCII.
    private static let lock = 0x6F_7665_7264_7565

    private let pool: PostgresPool

    public init(_ pool: PostgresPool) { self.pool = pool }

    public func claim(in work: any UnitOfWork) async throws -> Bool {
        try await work.sql.first("SELECT pg_try_advisory_xact_lock($1)", [.int(Self.lock)]) { try $0.bool(0) } ?? false
    }

    public func pending(placedBy time: Timestamp, limit: Int, in work: any UnitOfWork) async throws -> [Order] {
        try await find("true", placedBy: time, limit: limit, in: work)
    }

    public func unnoticed(placedBy time: Timestamp, limit: Int, in work: any UnitOfWork) async throws -> [Order] {
        try await find(
            "NOT EXISTS (SELECT FROM order_timeline WHERE order_id = orders.id AND step = 'Stalled')",
            placedBy: time, limit: limit, in: work)
    }

    private func find(
        _ condition: String, placedBy time: Timestamp, limit: Int, in work: any UnitOfWork
    ) async throws -> [Order] {
        let sql = try work.sql
        let rows = try await sql.query(
            """
            SELECT \(OrderRow.columns) FROM orders
            WHERE status = 'Pending' AND id < $1 AND placed_at <= $2 AND \(condition)
            ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED
            """, [.id(.firstOrder(after: time)), .timestamp(time), .int(limit)], as: OrderRow.init)
        return try await sql.orders(of: rows)
    }

    public func count(placedBy time: Timestamp) async throws -> Int {
        try await pool.first(
            "SELECT count(*) FROM orders WHERE status = 'Pending' AND id < $1 AND placed_at <= $2",
            [.id(.firstOrder(after: time)), .timestamp(time)]
        ) { try $0.integer(0) } ?? 0
    }
}

extension EntityID {
    /// A bound that the identities of all orders placed at `time` or before lie below: they begin with the millisecond in
    /// which the order was placed, so that the index finds them without looking at younger ones.
    static func firstOrder(after time: Timestamp) -> EntityID {
        EntityID(high: UInt64(max(0, time.microseconds / 1_000 + 1)) << 16, low: 0)
    }
}
